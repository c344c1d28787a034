"""The file of an applied migration was changed."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.plan import WhenFilesChange
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each file whose checksum is not the recorded one; what was never recorded is not compared."""
    warn = comparison.policy.when_files_change is WhenFilesChange.WARN
    present = {(each.version, each.file.sha256) for each in comparison.migrations}
    for migration in comparison.migrations:
        recorded = comparison.recorded.get(migration.version)
        if (
            recorded
            and migration.version in comparison.history
            and (migration.version, recorded) not in present
        ):
            how = comparison.edit_of(recorded, migration.file.sha256)
            yield RULE.finding(
                f"{migration.file.name} was edited after it was applied to {comparison.policy.name}"
                + (f": {how}" if how else ""),
                file=migration.file.path,
                severity=Severity.WARNING if warn else None,
            )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="The file of an applied migration is not the one that was applied",
    effect="The edit never reaches this database, while a fresh one gets it: the two differ",
    remedy="Take the edit back and write it as a new migration",
    check=check,
    may_be_allowed=False,
)
