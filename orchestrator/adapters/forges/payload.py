"""A forge's JSON, read field by field: only what is needed is looked at, and what is looked at is checked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Self
from urllib.parse import parse_qs

from orchestrator.domain.errors import PushRejected

_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
#: what git allows in a branch's name, and never an option for git
_BRANCH: Final = re.compile(r"(?![-/])[^\x00-\x20\x7f-\x9f~^:?*\[\\\ud800-\udfff]{1,255}(?<![/.])")
_NEVER_IN_BRANCH: Final = re.compile(r"\.\.|//|@\{|/\.|\.lock(/|$)")
_ACTOR_LENGTH: Final = 100


def malformed(what: str) -> PushRejected:
    """Return the refusal of a delivery that is signed but cannot be understood; quotes nothing of it."""
    return PushRejected(
        f"The payload is malformed: {what}.",
        code="payload-malformed",
        remedy="Send the delivery again as the forge made it, with content type application/json.",
    )


@dataclass(frozen=True, slots=True)
class Payload:
    """The parsed body of a verified delivery, or a part of it."""

    fields: Mapping[str, object]

    @classmethod
    def of(cls, body: bytes, content_type: str) -> Self:
        """Parse JSON, or the form field `payload` that holds it. Raises PushRejected."""
        form = is_form(content_type)
        if not form and _media_type(content_type) not in (_JSON, ""):
            raise malformed("its content type is neither JSON nor a form")
        content = payload_field(body) if form else body
        try:
            fields = _DECODER.decode(content.decode("utf-8"))
        except RecursionError:
            # no cause: its traceback would be as deep as the nesting
            raise malformed("it is nested too deeply") from None
        except ValueError as error:  # not UTF-8, not JSON, a number with thousands of digits
            raise malformed("it is not JSON in UTF-8, or names a field twice") from error
        if not isinstance(fields, dict):
            raise malformed("it is not an object")
        return cls(fields)

    def at(self, *path: str) -> object:
        """Return what stands there; None where nothing does."""
        found: object = self.fields
        for name in path:
            if not isinstance(found, dict):
                return None
            found = found.get(name)
        return found

    def parts(self, *path: str) -> list[Self]:
        """Return the objects of a list that must be there. Raises PushRejected."""
        found = self.at(*path)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise malformed(f"{'.'.join(path)} is missing or not a list of objects")
        return [type(self)(one) for one in found]

    def text(self, *path: str) -> str:
        """Return a text that must be there. Raises PushRejected."""
        found = self.at(*path)
        if not isinstance(found, str):
            raise malformed(f"{'.'.join(path)} is missing or not a text")
        return found

    def commit(self, *path: str) -> str | None:
        """Return a commit's id; None where it is all zeros, which means that there is none."""
        found = self.text(*path)
        if not _COMMIT.fullmatch(found):
            raise malformed(f"{'.'.join(path)} is not a commit's id (40 or 64 hexadecimal digits)")
        return found if found.strip("0") else None

    def branch(self, *path: str, prefix: str = "") -> str:
        """Return a branch's name without the prefix that stands before it here. Raises PushRejected."""
        found = self.text(*path).removeprefix(prefix)
        if not _BRANCH.fullmatch(found) or _NEVER_IN_BRANCH.search(found):
            raise malformed(f"{'.'.join(path)} is not a branch's name (1 to 255 characters that git allows)")
        return found

    def actor(self, *paths: tuple[str, ...]) -> str:
        """Return the first name that is there, fit to be shown; empty when there is none."""
        names = (self.at(*path) for path in paths)
        name = next((name for name in names if isinstance(name, str) and name), "")
        return "".join(character for character in name if character.isprintable())[:_ACTOR_LENGTH]


def is_form(content_type: str) -> bool:
    """Tell whether the payload stands in a form's field."""
    return _media_type(content_type) == _FORM


def payload_field(body: bytes) -> bytes:
    """Return what a form's one field `payload` holds. Raises PushRejected."""
    try:
        text = body.decode("utf-8")
        fields = parse_qs(text, strict_parsing=True, errors="strict", max_num_fields=10)
    except ValueError as error:
        raise malformed("it is not a form in UTF-8") from error
    values = fields.get("payload", [])
    if len(values) != 1:
        raise malformed('the form needs one field "payload"')
    return values[0].encode("utf-8")


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is named twice: which one is meant?")
    return fields


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)
