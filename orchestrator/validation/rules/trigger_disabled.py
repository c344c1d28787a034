"""A trigger that is switched off and stays so."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AlterTable, Change
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule

#: in front of a trigger's name, or by themselves with ALL or USER behind
_ON = ("ENABLE TRIGGER", "ENABLE ALWAYS TRIGGER", "ENABLE REPLICA TRIGGER")
_OFF = "DISABLE TRIGGER"


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report what is off at the end of a file."""
    off: dict[tuple[str, Name | None, str], Seen[AlterTable]] = {}
    for seen in aftermath.each(AlterTable):
        key = (seen.path, seen.table, _which(seen.change))
        if seen.change.command.startswith(_OFF) and not seen.change.guarded:
            off[key] = seen
        elif seen.change.command.startswith(_ON):
            for each in [each for each in off if _is_on_again(each, key)]:
                del off[each]
    for seen in off.values():
        yield aftermath.finding(RULE, _message(seen), seen, about=seen.table)


def _which(change: AlterTable) -> str:
    """Name the trigger; "ALL" and "USER" stand for several."""
    return change.what or change.command.rpartition(" ")[2]


def _is_on_again(off: tuple[str, Name | None, str], on: tuple[str, Name | None, str]) -> bool:
    same_place = off[:2] == on[:2]
    return same_place and (on[2] in {off[2], "ALL"} or (on[2] == "USER" and off[2] != "ALL"))


def _message(seen: Seen[Change]) -> str:
    assert isinstance(seen.change, AlterTable)
    which = f"Trigger {seen.change.what}" if seen.change.what else "Every trigger"
    return f"{which} on {seen.table} is disabled, and not enabled again in this file"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A trigger is disabled and not enabled again in the same file",
    effect="What it looks after (updated_at, an audit, with ALL the foreign keys) is left alone from now on",
    remedy="Enable it again at the end of the file, or drop it if nobody needs it",
    check=check,
)
