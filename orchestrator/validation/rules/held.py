"""Migrations that failed before, or were rolled back, and are unchanged."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Hold
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each hold whose members are all pending as they were."""
    pending = {(each.version, each.file.sha256): each for each in (*comparison.left, *comparison.pending)}
    for hold in comparison.holds:
        if hold.members and all(member in pending for member in hold.members):
            yield _finding(tuple(pending[member] for member in hold.members), hold)


def _finding(held: tuple[Migration, ...], hold: Hold) -> Finding:
    names = ", ".join(migration.file.name for migration in held)
    return RULE.finding(
        f"{names}: unchanged since deployment {hold.deployment}"
        + (f": {hold.reason}" if hold.reason else ""),
        file=held[0].file.path,
        effect=_UNDONE if hold.undone else None,
        remedy=f"Change the file, take it out, or run: bascule retry {hold.deployment}",
    )


_UNDONE = "It was rolled back because somebody asked for it, and what comes after it waits"


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A migration that failed before, or was rolled back, is pending, unchanged",
    effect="It would fail again, and what comes after it waits",
    remedy="Change the file, take it out, or run: bascule retry <deployment>",
    check=check,
    may_be_allowed=False,
)
