"""Undo what left the branch, on a copy and then on the target; put it back when the deployment fails.

Takes          a Plan, and the contents of what leaves: migrations as they were applied, and their rollbacks
Gives          on a copy: Departed; on the target: which versions are undone, or applied again
Fails with     MigrationRefused where live rows would be dropped, TargetError for SQL that fails: both are
               returned. Unavailable, also when locks cannot be had, is raised
Leaves behind  each rollback and the removal of its history row committed together, or neither
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from orchestrator.catalog import facts
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.dropped import Counted, Guard, rows_at_stake
from orchestrator.domain.errors import (
    BasculeError,
    Failure,
    MigrationRefused,
    TargetError,
)
from orchestrator.domain.facts import difference
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.domain.quietly import quietly
from orchestrator.domain.rehearsal import Departed
from orchestrator.ports import Play, TargetReader, TargetWriter
from orchestrator.validation.reverts import Revert, revert_of
from orchestrator.validation.split import decode

#: looks for them once more, in the transaction that drops them
Guarding = Callable[[Sequence[Revert]], Sequence[Guard]]
#: counts the live rows that these would drop and that they did not write
Count = Callable[[Sequence[Revert]], Sequence[Counted]]

_NOTHING: Final = ""
_WOULD_DROP: Final = "to undo what left the branch would drop what it did not write"
_KEEP_THEM: Final = (
    "keep those rows elsewhere where they are needed and delete them there, then: bascule retry; "
    "or bring the files back"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What was undone of what left the branch."""

    #: newest first
    reverted: tuple[str, ...] = ()
    #: the one whose rollback failed
    culprit: Migration | None = None
    #: whether anything of it is undone, if only half
    is_begun: bool = False
    #: why not all of it
    error: BasculeError | None = None


def rehearse(plan: Plan, contents: Mapping[str, bytes], play: Play) -> Departed:
    """Undo on a copy what leaves, and leave it undone; say what that changed, and if it was theirs.

    They are applied again in between: what does not come back so was not theirs.
    """
    try:
        with play.asking() as database:
            before = facts.read(database)
        for each in reversed(plan.left):
            play.apply(each, _NOTHING)  # a copy has no history
        _down(plan, contents, play)
        with play.asking() as database:
            undone = facts.read(database)
        for each in reversed(plan.left):
            play.apply(each, _up(each, contents))
        with play.asking() as database:
            again = facts.read(database)
        _down(plan, contents, play)
    except TargetError as error:
        return Departed(failure=Failure.of(error))
    return Departed(undone=difference(before.all, undone.all), residue=difference(before.all, again.all))


def undo(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    writer: TargetWriter,
    present: Collection[str],
    count: Count,
    guard: Guarding = lambda _: (),
) -> Left:
    """Undo what leaves, newest first; what an earlier attempt has undone is not in the history any more.

    Nothing is undone where `count` finds rows, or where somebody else took a version out of the history: that
    is for a person to decide. What `guard` gives for each looks once more, in its transaction.
    """
    begun, moved = is_begun(plan, writer), _taken_out(plan, writer)
    if moved:
        return Left(is_begun=begun, error=_moved(moved))
    gone = [each.version for each in plan.left if each.version not in present]
    reverts = [each for each in reverts_of(plan, contents) if each.migration.version in present]
    counted: list[Counted] = []
    error: BasculeError | None = quietly(lambda: counted.extend(count(reverts)))
    if error is not None or counted:
        return Left(
            reverted=_in_order(plan, gone),
            is_begun=begun,
            error=error or rows_at_stake(counted, what=_WOULD_DROP, remedy=_KEEP_THEM),
        )
    for each in reverts:
        crash_point("apply: before what left is undone")
        error = quietly(partial(_revert, each, writer, guard))
        if error is not None:
            culprit = each.migration if isinstance(error, TargetError) else None
            begun = is_begun(plan, writer)
            return Left(reverted=_in_order(plan, gone), culprit=culprit, is_begun=begun, error=error)
        gone.append(each.migration.version)
        crash_point("apply: after what left is undone")
    return Left(reverted=_in_order(plan, gone), is_begun=True)


def _revert(revert: Revert, writer: TargetWriter, guard: Guarding) -> None:
    writer.revert(revert.migration, revert.sql or _NOTHING, guard([revert]))


def put_back(
    plan: Plan, *, contents: Mapping[str, bytes], writer: TargetWriter, undone: Collection[str]
) -> tuple[tuple[str, ...], BasculeError | None]:
    """Apply again what a deployment had undone, oldest first; return that, and what went wrong.

    `undone` is what the ledger knows to have been undone: an earlier attempt may have applied some again.
    A rollback that runs alone and stopped half-way is carried to its end first.
    """
    present, half = {row.version for row in writer.history()}, writer.half_undone()
    restored: list[str] = []
    for each in reversed(reverts_of(plan, contents)):
        version = each.migration.version
        error = None
        if version in half:
            error = quietly(partial(writer.revert, each.migration, each.sql or _NOTHING))
        if error is None and (version in half or version not in present):
            error = quietly(partial(writer.apply, each.migration, _up(each.migration, contents)))
            crash_point("rollback: after what left is applied again")
        elif version not in undone:
            continue
        if error is not None:
            return tuple(restored), error
        restored.append(version)
    return tuple(restored), None


def is_begun(plan: Plan, reader: TargetReader) -> bool:
    """Tell whether we have undone anything of what leaves, if only half: its note went with its row."""
    if not plan.leaving:
        return False
    untouched = ({row.version for row in reader.history()} | reader.noted()) - reader.half_undone()
    return any(each.version not in untouched for each in plan.left)


def _taken_out(plan: Plan, reader: TargetReader) -> list[str]:
    """Return what somebody else took out of the history: our note, which would go too, is still there."""
    taken_out = reader.noted() - {row.version for row in reader.history()}
    return [each.version for each in plan.left if each.version in taken_out]


def _moved(versions: Sequence[str]) -> MigrationRefused:
    return MigrationRefused(
        f"somebody else took {', '.join(versions)} out of the target's history, which left the branch",
        code="history-moved",
        remedy="see who else works on this target and whether what these versions made is there; then: "
        "bascule retry",
        versions=list(versions),
    )


def reverts_of(plan: Plan, contents: Mapping[str, bytes]) -> tuple[Revert, ...]:
    """Return the ways back of what leaves, newest first."""
    return tuple(revert_of(each, contents, {}) for each in plan.left)


def _down(plan: Plan, contents: Mapping[str, bytes], play: Play) -> None:
    for each in reverts_of(plan, contents):
        play.revert(each.migration, each.sql or _NOTHING)


def _up(migration: Migration, contents: Mapping[str, bytes]) -> str:
    return decode(contents[migration.file.sha256])


def _in_order(plan: Plan, gone: Collection[str]) -> tuple[str, ...]:
    return tuple(each.version for each in plan.left if each.version in gone)
