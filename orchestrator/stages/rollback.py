"""Undo what a deployment committed, newest first, and compare the target with what it was before.

Takes          the Plan, the contents of its rollback files, and the facts from before the deployment
Gives          Rollback: by which method, what was reverted, what is left behind
Fails with     MigrationRefused for a rollback file that is missing, TargetError for one that fails, both
               kept in the outcome; Unavailable, also when locks cannot be had, is raised
Leaves behind  each rollback and the removal of its history row committed together, or neither; a rollback
               that runs alone may be repeated
"""

from collections.abc import Callable, Mapping, Sequence

from orchestrator.catalog import facts
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import Done, Outcome, Rollback, RollbackMethod
from orchestrator.domain.errors import (
    BasculeError,
    Contention,
    Failure,
    MigrationRefused,
    TargetError,
    Unavailable,
)
from orchestrator.domain.facts import Change, Facts, difference
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.ports import Database, TargetWriter
from orchestrator.validation.script import read_script
from orchestrator.validation.split import decode

_CHANGES_TOLD = 5


def run(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    writer: TargetWriter,
    before: Facts,
    committed: Sequence[Migration] | None = (),
    read_facts: Callable[[Database], Facts] = facts.read,
) -> Done[Rollback]:
    """Revert what the target's own history says that we committed of this plan. May be run again.

    `committed` is what the ledger knows to have been committed: an earlier attempt at this stage may have
    reverted some of it already, which the history can no longer tell. None: the ledger does not know, because
    the apply stage never came to an end; then the facts have to say that nothing is left. So they have where
    a file that runs alone did not come to its end.
    """
    error = _quietly(writer.abandon)
    if error is not None:
        return _impossible(error, ())
    present, ours = {row.version for row in writer.history()}, writer.ours()
    known = {migration.version for migration in committed or ()}
    to_undo = [m for m in reversed(plan.pending) if m.version in ours | known]
    if not to_undo:
        half_done = any(_runs_alone(m, contents) for m in plan.pending if m.version not in present)
        return _nothing_to_undo(before, writer, read_facts, sure=committed is not None and not half_done)
    missing = [m for m in to_undo if m.version in present and _rollback_of(m, contents) is None]
    if missing:
        # decided before the first one runs: a target half way back is worse than one that is not touched
        return _impossible(_no_rollback(missing), ())
    reverted: list[str] = []
    for migration in to_undo:
        if migration.version in present:
            error = _revert(migration, contents, writer)
            if error is not None:
                return _impossible(error, tuple(reverted))
        reverted.append(migration.version)
    return _compare(tuple(reverted), before, writer, read_facts)


def _nothing_to_undo(
    before: Facts, writer: TargetWriter, read_facts: Callable[[Database], Facts], *, sure: bool
) -> Done[Rollback]:
    if not sure:
        compared = _compare((), before, writer, read_facts)
        if compared.outcome is not Outcome.PASSED:
            return compared
    nothing = Rollback(method=RollbackMethod.ABORTED, fingerprint=before.fingerprint)
    return Done(outcome=Outcome.SKIPPED, gave=nothing)


def _rollback_of(migration: Migration, contents: Mapping[str, bytes]) -> str | None:
    if migration.rollback is None or migration.rollback.sha256 not in contents:
        return "" if _does_nothing(migration, contents) else None
    return decode(contents[migration.rollback.sha256])


def _does_nothing(migration: Migration, contents: Mapping[str, bytes]) -> bool:
    """Tell whether a migration has no statement; its way back has none either."""
    up = contents.get(migration.file.sha256)
    return up is not None and not read_script(decode(up)).statements


def _revert(migration: Migration, contents: Mapping[str, bytes], writer: TargetWriter) -> TargetError | None:
    sql = _rollback_of(migration, contents)
    assert sql is not None, "missing rollbacks were refused"
    error = _quietly(lambda: writer.revert(migration, sql))
    if error is None:
        crash_point("rollback: after a revert committed")
    return error


def _quietly(do: Callable[[], object]) -> TargetError | None:
    """Return the target's error; raise Unavailable where somebody else is in the way."""
    try:
        do()
    except Contention as error:
        raise Unavailable(error.message, code=error.code, remedy=error.remedy, **error.nouns) from error
    except TargetError as error:
        return error
    return None


def _runs_alone(migration: Migration, contents: Mapping[str, bytes]) -> bool:
    up = contents.get(migration.file.sha256)
    return up is not None and read_script(decode(up)).runs_alone


def _compare(
    reverted: tuple[str, ...],
    before: Facts,
    writer: TargetWriter,
    read_facts: Callable[[Database], Facts],
) -> Done[Rollback]:
    with writer.asking() as database:
        now = read_facts(database)
    left_behind = difference(before.all, now.all)
    rollback = Rollback(
        method=RollbackMethod.REVERTED,
        reverted=reverted,
        left_behind=left_behind,
        fingerprint=now.fingerprint,
    )
    if left_behind:
        return Done(outcome=Outcome.FAILED, gave=rollback, failure=_left(left_behind, reverted))
    return Done(outcome=Outcome.PASSED, gave=rollback)


def _impossible(error: BasculeError, reverted: tuple[str, ...]) -> Done[Rollback]:
    rollback = Rollback(method=RollbackMethod.IMPOSSIBLE, reverted=reverted)
    return Done(outcome=Outcome.FAILED, gave=rollback, failure=Failure.of(error))


def _no_rollback(missing: Sequence[Migration]) -> MigrationRefused:
    names = [migration.file.name for migration in missing]
    versions = [migration.version for migration in missing]
    return MigrationRefused(
        f"there is no rollback for {', '.join(names)}, which is committed",
        code="rollback-missing",
        remedy="by hand: 1. undo what is named here; "
        f"2. take {', '.join(versions)} out of supabase_migrations.schema_migrations; "
        "3. mend or remove the file that failed, and push; 4. bascule retry (docs/operations.md, Stuck)",
        files=[migration.file.path for migration in missing],
        versions=versions,
    )


def _left(changes: Sequence[Change], reverted: Sequence[str]) -> Failure:
    told = [change.headline for change in changes[:_CHANGES_TOLD]]
    more = len(changes) - len(told)
    return Failure(
        family=MigrationRefused.family,
        code="left-behind",
        message=f"after the rollback the target is not what it was: {'; '.join(told)}"
        + (f"; and {more} more" if more else ""),
        remedy="1. put right by hand what is listed; 2. mend the migration that failed, complete the "
        "rollback, and push; 3. bascule retry (docs/operations.md, Stuck)",
        nouns={"versions": list(reverted), "changes": [change.headline for change in changes]},
    )
