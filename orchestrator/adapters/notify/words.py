"""The words for an outcome that every channel uses."""

from typing import Final

from orchestrator.domain.deployment import Cause
from orchestrator.domain.event import EventKind, Message

_EFFECTS: Final = {
    EventKind.REFUSED: "the database was not touched",
    EventKind.CANCELLED: "the database was not touched",
    EventKind.FAILED: "nothing was committed",
    EventKind.STUCK: "a person is needed, nothing else runs here until then",
    EventKind.DRIFTED: "somebody changed it without a deployment",
}

_LEFT: Final = {
    EventKind.SUCCEEDED: "Reverted, because their files left the branch",
    EventKind.ROLLED_BACK: "Applied again, although their files left the branch",
}


def headline(message: Message) -> str:
    """Say in one line what happened: "staging: rolled back — 2 migrations undone"."""
    return f"{message.target}: {message.event.value.replace('_', ' ')} — {_effect(message)}"


def _effect(message: Message) -> str:
    count = len(message.migrations)
    migrations = "1 migration" if count == 1 else f"{count} migrations"
    match message.event:
        case EventKind.SUCCEEDED:
            applied = f"{migrations} applied" if count else "nothing was to be applied"
            reverted = f"{_versions(message)} reverted whose {_files(message)} left"
            return (
                f"{applied}, {reverted}" if count and message.left else reverted if message.left else applied
            )
        case EventKind.ROLLED_BACK:
            again = f", {_versions(message)} applied again" if message.left else ""
            return f"{migrations} undone{again}"
        case event if event in _EFFECTS:
            return _EFFECTS[event]
    return "its target" if message.deployment is None else f"deployment {message.deployment}"


def about_left(message: Message) -> str:
    """Say what became of the versions whose files left the branch."""
    return _LEFT.get(message.event, "Undone and not applied again")


def why(message: Message) -> str:
    """Say why the deployment exists."""
    return Cause(message.cause).words if message.cause in set(Cause) else message.cause


def _versions(message: Message) -> str:
    return "1 version" if len(message.left) == 1 else f"{len(message.left)} versions"


def _files(message: Message) -> str:
    return "file" if len(message.left) == 1 else "files"


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
