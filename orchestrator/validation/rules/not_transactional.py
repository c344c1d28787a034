"""A statement that PostgreSQL refuses inside a transaction."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Report each of them."""
    for part in file.parts:
        name = part.parsed.runs_alone
        if name:
            yield RULE.finding(
                f"{name} cannot run inside a transaction",
                file=file.path,
                at=file.place(part.offset),
                remedy=_remedy(name),
            )


def _remedy(name: str) -> str:
    if name.endswith("CONCURRENTLY"):
        return f"{RULE.remedy}; without CONCURRENTLY it works here, and locks the table while it runs"
    return RULE.remedy


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A statement cannot run inside a transaction",
    effect="The server refuses it (25001), because a migration is one transaction with its history row",
    remedy="Run it by hand, outside the migrations",
    check=check,
    may_be_allowed=False,
)
