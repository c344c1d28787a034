"""A rollback among the migrations, where it would be applied."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rename import is_named_like_a_rollback, move_to_rollbacks
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report those that are pending."""
    for migration in comparison.pending:
        if is_named_like_a_rollback(migration.file):
            yield RULE.finding(
                f"{migration.file.name} is named like a rollback, but lies among the migrations",
                file=migration.file.path,
                remedy=f"If it is one: {move_to_rollbacks(migration.file)}",
            )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A file in the migrations folder is named like a rollback",
    effect="It is applied like any other migration",
    remedy="If it is one, move it into the folder rollbacks",
    check=check,
)
