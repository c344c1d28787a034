"""What is wrong with settings, each fault with its key and what to write instead."""

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from orchestrator.domain.errors import ConfigurationError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_SHOWN = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is wrong."""

    key: str
    #: what is wrong and what to write instead; never a secret's value
    text: str

    def __str__(self) -> str:
        return f"{self.key}  {self.text}"


def configuration_error(source: str, faults: Sequence[Fault]) -> ConfigurationError:
    """Put all faults into one error."""
    width = max(len(fault.key) for fault in faults)
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = [f"  {fault.key:<{width}}  {fault.text}" for fault in faults]
    return ConfigurationError(
        "\n".join([f"{source}: {count}", *lines]),
        code="settings",
        remedy="Write what each line says; docs/settings.md explains every key.",
        file=source,
        faults=[str(fault) for fault in faults],
    )


def faults_of(model: type[BaseModel], key: str, error: ValidationError) -> list[Fault]:
    """Say what is wrong with a table in an operator's words."""
    return [_fault(model, key, one) for one in error.errors(include_url=False)]


def dotted(*parts: str) -> str:
    """Write a key as TOML does."""
    return ".".join(part if _BARE.fullmatch(part) else shown(part) for part in parts)


def shown(value: object) -> str:
    """Quote a value that is no secret, cut where it gets long."""
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else "this value"
    if "://" in value:
        # a URL in the wrong place may well hold a password
        return "this URL"
    quoted = json.dumps(value, ensure_ascii=False)
    return quoted if len(quoted) <= _LONGEST_SHOWN else quoted[:_LONGEST_SHOWN] + '…"'


def unknown(key: str, known: Iterable[str]) -> str:
    """Say that a key is unknown and which one was probably meant."""
    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1)
    return f'unknown; did you mean "{near[0]}"?' if near else f"unknown; known here: {', '.join(names)}"


def _fault(model: type[BaseModel], key: str, error: ErrorDetails) -> Fault:
    place = list(error["loc"])
    for number, part in enumerate(place):
        if isinstance(part, int):
            # only of a list of tables does one have to say which of them
            key += f"[{part + 1}]" if place[number + 1 :] else ""
        elif part != "[key]":  # pydantic's word for a fault of the key itself
            key += f".{dotted(part)}"
    return Fault(key=key, text=_text(*_within(model, place), error))


def _within(model: type[BaseModel], place: Sequence[int | str]) -> tuple[type[BaseModel], str]:
    """Follow a fault's place into tables within tables: the innermost table, and the key there."""
    name = str(place[0]) if place else ""
    field = model.model_fields.get(name)
    inner = _table_in(field.annotation) if field else None
    # after the key comes the table's name, or its number in a list
    return _within(inner, place[2:]) if inner is not None and place[2:] else (model, name)


def _table_in(annotation: object) -> type[BaseModel] | None:
    """Find the kind of table that a list or a table of tables holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_table_in, get_args(annotation))), None)


def _text(model: type[BaseModel], name: str, error: ErrorDetails) -> str:
    kind = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    match kind:
        case "missing":
            return f"missing; write {name} = {_example(model, name)}"
        case "extra_forbidden":
            return unknown(name, model.model_fields)
        case "value_error":
            return str(context["error"])
        case "literal_error" | "enum":
            return f"{shown(error['input'])} is not known here; write one of {_choices(context['expected'])}"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "must be a table"
        case _:
            return f"{_PLAIN.get(kind, error['msg'])}; write {name} = {_example(model, name)}"


_PLAIN = {
    "string_type": "must be text in quotes",
    "string_unicode": "must be text in UTF-8",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "frozen_set_type": "must be a list",
    "too_short": "must not be empty",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


def _choices(expected: str) -> str:
    return expected.replace("'", '"').replace(" or ", ", ")


def _example(model: type[BaseModel], name: str) -> str:
    examples = model.model_fields[name].examples if name in model.model_fields else None
    return json.dumps(examples[0]) if examples else "…"
