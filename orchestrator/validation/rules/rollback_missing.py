"""A pending migration without a rollback."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rename import rollback_path
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each; where files compete for a migration, rollback-ambiguous says so instead."""
    contested = {
        migration.file.path for conflict in comparison.pairing.conflicts for migration in conflict.migrations
    }
    for migration in comparison.pending:
        if migration.rollback is None and migration.file.path not in contested:
            yield RULE.finding(
                f"{migration.file.name} has no rollback",
                file=migration.file.path,
                remedy=f"Write {rollback_path(migration.file)}",
            )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A pending migration has no rollback file",
    effect="If a later stage fails, the database cannot be put back by itself and a person is needed",
    remedy="Write a file of the same name into the folder rollbacks, beside the migrations folder",
    check=check,
)
