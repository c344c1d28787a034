"""Two files with one version."""

from collections.abc import Iterator
from itertools import groupby

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.migration import Migration
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rename import (
    is_named_like_a_rollback,
    move_to_rollbacks,
    rename,
    version_after,
)
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each version that several files bear."""
    free = comparison.newest
    for _, group in groupby(comparison.migrations, key=lambda each: each.version):
        same = tuple(group)
        if len(same) > 1:
            free = version_after(free)
            yield _finding(same, comparison, free)


def _finding(same: tuple[Migration, ...], comparison: Comparison, free: str) -> Finding:
    version = same[0].version
    names = ", ".join(each.file.name for each in same)
    odd_one = _odd_one(same, comparison.recorded.get(version))
    return RULE.finding(
        f"The version {version} belongs to {len(same)} files: {names}",
        file=odd_one.file.path,
        # Applied before the target was adopted: nobody can tell which file it was, and nothing is pending.
        severity=Severity.WARNING if version in comparison.history - comparison.recorded.keys() else None,
        remedy=_remedy(odd_one, free),
    )


def _odd_one(same: tuple[Migration, ...], applied: str | None) -> Migration:
    """Choose the file to move: a rollback in the wrong folder, else the last that was not applied."""
    rollback = next((each for each in same if is_named_like_a_rollback(each.file)), None)
    return rollback or next((each for each in reversed(same) if each.file.sha256 != applied), same[-1])


def _remedy(odd_one: Migration, free: str) -> str:
    if is_named_like_a_rollback(odd_one.file):
        return f"If it is a rollback: {move_to_rollbacks(odd_one.file)}"
    return f"Unless a target has it already: {rename(odd_one, free)}"


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="Two migrations bear the same version",
    effect="The history has one row for a version, so only one of them could ever be applied",
    remedy="Rename the one that no target has yet to a later version",
    check=check,
    may_be_allowed=False,
)
