"""Figures as people say them."""

from collections.abc import Sized
from datetime import UTC, datetime

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def ago(moment: datetime) -> str:
    """Say how long ago something was."""
    return f"{span((datetime.now(UTC) - moment).total_seconds())} ago"


def span(seconds: float) -> str:
    """Say a length of time in its largest unit; milliseconds below a second."""
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def count(things: Sized | int, one: str) -> str:
    """Say how many there are: "1 migration", "2 migrations"."""
    number = things if isinstance(things, int) else len(things)
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
