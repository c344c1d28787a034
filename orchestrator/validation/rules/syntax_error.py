"""SQL that PostgreSQL's grammar does not accept."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import SetSetting
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import Part, SqlText

_ON: Final = frozenset({"on", "true", "yes", "1"})


def check(file: SqlText) -> Iterator[Finding]:
    """Report the first error of each statement, in the body of a function too, where the server looks."""
    looks_into_bodies = True
    for part in file.parts:
        looks_into_bodies = _looks(part, before=looks_into_bodies)
        fault = part.parsed.fault or (part.parsed.body_fault if looks_into_bodies else None)
        if fault:
            yield RULE.finding(
                fault.message[:1].upper() + fault.message[1:],
                file=file.path,
                at=file.place(part.offset + fault.offset),
            )


def _looks(part: Part, *, before: bool) -> bool:
    """Follow check_function_bodies, which dumps switch off."""
    if "check_function_bodies" not in part.text.lower():
        return before
    for change in part.parsed.changes:
        if isinstance(change, SetSetting) and change.name == "check_function_bodies":
            return change.reset or (change.value or "").lower() in _ON
        if isinstance(change, SetSetting) and change.name == "all":
            return True
    return before


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A statement does not follow PostgreSQL's grammar",
    effect="The server refuses it (42601), and the whole file with it",
    remedy="Correct the statement at this place, or just before it",
    check=check,
    may_be_allowed=False,
)
