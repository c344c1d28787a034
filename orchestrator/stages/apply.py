"""Apply the planned migrations.

Takes          a Plan whose findings do not refuse, and the contents of its files by sha256
Gives          Applied: what is committed, in order, with durations; the culprit when one failed
Fails with     TargetError, which names file, line, column and SQLSTATE; ConfigurationError, for a right that
               is missing. Both are kept in the outcome; Unavailable and Stale are raised
Leaves behind  each migration and its history row committed together, or neither
"""

from collections.abc import Mapping

from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import Applied, AppliedMigration, Done, Outcome
from orchestrator.domain.errors import BasculeError, ConfigurationError, Contention, Failure, TargetError
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.ports import TargetWriter
from orchestrator.validation.split import decode


def run(plan: Plan, *, contents: Mapping[str, bytes], writer: TargetWriter) -> Done[Applied]:
    """Apply what the target does not have yet, in order, up to the first failure. May be run again.

    What an earlier attempt committed is in the target's own history, which is asked first. A version that
    somebody else applied since the plan ends the stage: it is not ours, and nobody may roll it back as ours.
    """
    present, ours = {row.version for row in writer.history()}, writer.ours()
    applied: list[AppliedMigration] = []
    for migration in plan.pending:
        if migration.version in present and migration.version not in ours:
            return _failed(applied, migration, _moved(migration))
        if migration.version in present:
            applied.append(AppliedMigration(migration=migration, took_seconds=0))
            continue
        crash_point("apply: before a migration")
        try:
            applied.append(writer.apply(migration, decode(contents[migration.file.sha256])))
        except (TargetError, ConfigurationError) as error:
            return _failed(applied, migration, error)
        crash_point("apply: after a migration committed")
    return Done(outcome=Outcome.PASSED, gave=Applied(migrations=tuple(applied)))


def _moved(migration: Migration) -> Contention:
    return Contention(
        f"version {migration.version} is in the target's history by now: somebody else applied it",
        code="history-moved",
        remedy="see who else deploys to this target; then plan anew with the next push, or: bascule retry",
        version=migration.version,
        file=migration.file.path,
    )


def _failed(applied: list[AppliedMigration], migration: Migration, error: BasculeError) -> Done[Applied]:
    """End the stage; what it committed is told in any case, for a rollback and for the record."""
    to_blame = isinstance(error, TargetError) and not isinstance(error, Contention)
    culprit = migration if to_blame else None
    return Done(
        outcome=Outcome.FAILED,
        gave=Applied(migrations=tuple(applied), culprit=culprit),
        failure=Failure.of(error),
    )
