"""What the deliveries of all forges have in common: one refusal, checked ids, headers that are kept."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind

#: the sender's id of a delivery, as far as it is told to people
ID: Final = re.compile(r"[A-Za-z0-9{}._-]{1,100}")

_KEPT_LENGTH: Final = 200


def not_signed(remedy: str) -> PushRejected:
    """Return the one refusal for whatever is wrong with a signature, so that a stranger learns nothing."""
    return PushRejected(
        "The delivery is not signed, or not with a secret of this repository.",
        code="signature",
        remedy="Set the webhook's secret on the forge to one listed in webhook_secret of this repository;"
        f" {remedy}",
    )


def required(given: Mapping[str, str], name: str, pattern: re.Pattern[str], forge: str) -> str:
    """Return a header that every delivery of this forge has. Raises PushRejected."""
    value = given.get(name, "")
    if not pattern.fullmatch(value):
        raise PushRejected(
            f"The header {name} is missing or not what {forge} sends.",
            code="not-a-delivery",
            remedy="Send the delivery as the forge made it, with all its headers, each of them once.",
            header=name,
        )
    return value


def kept(given: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the headers that are stored: those of an allow-list, fit to be shown."""
    return {name: _storable(given[name]) for name in names if name in given}


def ignored(note: str) -> Push:
    """Return what never deploys, with the reason for the sender to read."""
    return Push(kind=PushKind.IGNORED, note=note)


def _storable(value: str) -> str:
    if value.isprintable():
        return value[:_KEPT_LENGTH]
    if value.isprintable():
        return value[:_KEPT_LENGTH]
    return "".join(character for character in value if character.isprintable())[:_KEPT_LENGTH]
