"""How the page says things: times, lengths of time, commits."""

from datetime import UTC, datetime
from typing import Final

_STEPS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))
_SHORT: Final = 8


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago something was, roughly."""
    seconds = (now - moment).total_seconds()
    for length, unit in _STEPS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return "just now" if seconds < 5 else f"{int(seconds)} s ago"  # noqa: PLR2004 - nobody counts below


def took(seconds: float) -> str:
    """Say how long something took, as exactly as people care; clocks of two hosts may disagree."""
    seconds = max(seconds, 0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def utc(moment: datetime) -> str:
    """Say when it was, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def short(commit: str) -> str:
    """Return as much of a commit's id as people read."""
    return commit[:_SHORT]


def spaced(value: str) -> str:
    """Write a status as words."""
    return value.replace("_", " ")
