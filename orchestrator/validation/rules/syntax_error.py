"""SQL that PostgreSQL's grammar does not accept."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Report the first error of each statement."""
    for part in file.parts:
        fault = part.parsed.fault
        if fault:
            yield RULE.finding(
                fault.message[:1].upper() + fault.message[1:],
                file=file.path,
                at=file.place(part.offset + fault.offset),
            )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A statement does not follow PostgreSQL's grammar",
    effect="The server refuses it (42601), and the whole file with it",
    remedy="Correct the statement at this place, or just before it",
    check=check,
    may_be_allowed=False,
)
