"""The words for an outcome that every channel uses."""

from typing import Final

from orchestrator.domain.event import EventKind, Message

_EFFECTS: Final = {
    EventKind.REFUSED: "the database was not touched",
    EventKind.FAILED: "nothing was committed",
    EventKind.STUCK: "a person is needed, nothing else runs here until then",
    EventKind.DRIFTED: "somebody changed it without a deployment",
}


def headline(message: Message) -> str:
    """Say in one line what happened: "staging: rolled back — 2 migrations undone"."""
    return f"{message.target}: {message.event.value.replace('_', ' ')} — {_effect(message)}"


def _effect(message: Message) -> str:
    count = len(message.migrations)
    migrations = "1 migration" if count == 1 else f"{count} migrations"
    match message.event:
        case EventKind.SUCCEEDED:
            return f"{migrations} applied" if count else "nothing was to be applied"
        case EventKind.ROLLED_BACK:
            return f"{migrations} undone"
        case event if event in _EFFECTS:
            return _EFFECTS[event]
    return "its target" if message.deployment is None else f"deployment {message.deployment}"


def duration(seconds: float) -> str:
    """Write a duration as people say it: "0.4 s", "12 s", "3 min 20 s", "1 h 5 min"."""
    if seconds < 10:  # noqa: PLR2004 - below this tenths are worth reading
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def short(commit: str) -> str:
    """Shorten a commit's id as git does."""
    return commit[:7]
