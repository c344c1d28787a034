"""A pending migration that is older than what the target already has."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.plan import OutOfOrder
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rename import rename, version_after
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each; every rename that is proposed gets a version of its own, in the same order."""
    free = comparison.newest
    for migration in comparison.pending:
        if migration.version >= comparison.newest_applied:
            return
        message = f"{migration.file.name} is older than {comparison.newest_applied}, which is applied"
        if comparison.policy.out_of_order is OutOfOrder.APPLY:
            yield RULE.finding(
                message,
                file=migration.file.path,
                severity=Severity.NOTE,
                effect=f"It is applied now, as the target {comparison.policy.name} allows",
                remedy="Nothing has to be done",
            )
        else:
            free = version_after(free)
            yield RULE.finding(message, file=migration.file.path, remedy=rename(migration, free))


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A pending migration is older than the newest applied one",
    effect="It would run after migrations that were written later, in another order than elsewhere",
    remedy='Rename it to a later version, or set out_of_order = "apply" for the target',
    check=check,
    may_be_allowed=False,
)
