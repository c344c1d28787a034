"""Migrations that failed before and are unchanged."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.migration import Migration
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each hold whose members are all pending as they were."""
    pending = {(each.version, each.file.sha256): each for each in comparison.pending}
    for hold in comparison.holds:
        if hold.members and all(member in pending for member in hold.members):
            yield _finding(tuple(pending[member] for member in hold.members), hold.deployment, hold.reason)


def _finding(held: tuple[Migration, ...], deployment: int, reason: str) -> Finding:
    names = ", ".join(migration.file.name for migration in held)
    return RULE.finding(
        f"{names}: unchanged since deployment {deployment}" + (f": {reason}" if reason else ""),
        file=held[0].file.path,
        remedy=f"Change the file, or run: bascule retry {deployment}",
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A migration that failed before is pending, unchanged",
    effect="It would fail again, and what comes after it waits",
    remedy="Change the file, or run: bascule retry <deployment>",
    check=check,
    may_be_allowed=False,
)
