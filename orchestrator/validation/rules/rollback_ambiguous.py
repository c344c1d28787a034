"""Rollbacks that cannot be told apart."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.rollback_files import Conflict
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each conflict; it refuses only when it is about something pending."""
    pending = {migration.file.path for migration in comparison.pending}
    for conflict in comparison.pairing.conflicts:
        matters = any(migration.file.path in pending for migration in conflict.migrations)
        yield RULE.finding(
            _message(conflict),
            file=conflict.rollbacks[0].path,
            severity=None if matters else Severity.WARNING,
        )


def _message(conflict: Conflict) -> str:
    rollbacks = ", ".join(file.path for file in conflict.rollbacks)
    migrations = ", ".join(migration.file.name for migration in conflict.migrations)
    if len(conflict.migrations) > 1:
        return f"{rollbacks} could belong to {migrations}"
    return f"{migrations} has {len(conflict.rollbacks)} rollbacks: {rollbacks}"


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A migration has two rollbacks, or a rollback could belong to two migrations",
    effect="Nobody can tell which one would run, so none would",
    remedy="Keep one rollback, named like its migration",
    check=check,
    may_be_allowed=False,
)
