"""Apply the planned migrations.

Takes          a Plan whose findings do not refuse, and the contents of its files by sha256
Gives          Applied: what is committed, in order, with durations; the culprit when one failed
Fails with     TargetError, which names file, line, column and SQLSTATE; Unavailable and Stale are raised
Leaves behind  each migration and its history row committed together, or neither
"""

from collections.abc import Mapping

from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import Applied, AppliedMigration, Done, Outcome
from orchestrator.domain.errors import Failure, TargetError
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.ports import TargetWriter
from orchestrator.validation.split import decode

#: codes of failures that the migration itself did not bring about: it is not held for them
_NOT_THE_AUTHORS = frozenset({"lock-timeout", "deadlock", "serialization"})


def run(plan: Plan, *, contents: Mapping[str, bytes], writer: TargetWriter) -> Done[Applied]:
    """Apply what the target does not have yet, in order, up to the first failure. May be run again.

    What an earlier attempt committed is in the target's own history, which is asked first.
    """
    present = {row.version for row in writer.history()}
    applied: list[AppliedMigration] = []
    for migration in plan.pending:
        if migration.version in present:
            applied.append(AppliedMigration(migration=migration, took_seconds=0))
            continue
        crash_point("apply: before a migration")
        try:
            applied.append(writer.apply(migration, decode(contents[migration.file.sha256])))
        except TargetError as error:
            return _failed(applied, migration, error)
        crash_point("apply: after a migration committed")
    return Done(outcome=Outcome.PASSED, gave=Applied(migrations=tuple(applied)))


def _failed(applied: list[AppliedMigration], migration: Migration, error: TargetError) -> Done[Applied]:
    culprit = None if error.code in _NOT_THE_AUTHORS else migration
    return Done(
        outcome=Outcome.FAILED,
        gave=Applied(migrations=tuple(applied), culprit=culprit),
        failure=Failure.of(error),
    )
