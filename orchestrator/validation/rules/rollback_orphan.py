"""A rollback that belongs to no migration."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each."""
    for file in comparison.pairing.orphans:
        yield RULE.finding(f"{file.name} belongs to no migration of the commit", file=file.path)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A rollback file belongs to no migration",
    effect="It never runs, and the migration that it was written for has no rollback",
    remedy="Name it like its migration, or write -- rollback-of: <version> into its first line",
    check=check,
    may_be_allowed=False,
)
