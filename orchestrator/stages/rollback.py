"""Undo what a deployment committed, newest first, and compare the target with what it was before.

Takes          the Plan, the contents of its rollback files and proven drafts, the facts from before the
               deployment, and which facts it touches
Gives          Rollback: by which method, what was reverted, what is left behind, what others changed
Fails with     MigrationRefused for a rollback that is missing or empty, and where live rows would be dropped;
               TargetError for one that fails; all kept in the outcome. Unavailable, also when locks cannot be
               had, is raised
Leaves behind  each rollback and the removal of its history row committed together, or neither; a rollback
               that runs alone may be repeated
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from orchestrator.catalog import facts
from orchestrator.domain.blame import Key, blame, keys_of
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import Done, Outcome, Rollback, RollbackMethod
from orchestrator.domain.difference import headlines
from orchestrator.domain.dropped import Counted, Guard, rows_at_stake
from orchestrator.domain.errors import (
    BasculeError,
    Failure,
    MigrationRefused,
    TargetError,
)
from orchestrator.domain.facts import Change, Facts, difference
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Plan
from orchestrator.domain.quietly import quietly
from orchestrator.ports import Database, TargetWriter
from orchestrator.validation.reverts import Revert, obstacle_of, revert_of
from orchestrator.validation.script import read_script
from orchestrator.validation.split import decode

_CHANGES_TOLD: Final = 5
_WOULD_DROP: Final = "the rollback would drop what this deployment did not write"

#: counts the live rows that these would drop and that the deployment did not write
Count = Callable[[Sequence[Revert]], Sequence[Counted]]
#: looks for such rows in the transaction that drops them
Guarding = Callable[[Sequence[Revert]], Sequence[Guard]]
#: applies again what had been undone; returns the versions, and what went wrong
PutBack = Callable[[], tuple[tuple[str, ...], BasculeError | None]]


def run(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    writer: TargetWriter,
    before: Facts,
    touched: frozenset[Key] | None = None,
    unsure: frozenset[Key] = frozenset(),
    committed: Sequence[Migration] | None = (),
    drafts: Mapping[str, SqlFile] | None = None,
    count: Count = lambda _: (),
    guard: Guarding = lambda _: (),
    drop_rows: bool = False,
    remedy: str = "",
    put_back: PutBack | None = None,
    read_facts: Callable[[Database], Facts] = facts.read,
) -> Done[Rollback]:
    """Revert what the target's own history says that we committed of this plan. May be run again.

    `committed` is what the ledger knows to have been committed: an earlier attempt at this stage may have
    reverted some of it already, which the history can no longer tell. None: the ledger does not know, because
    the apply stage never came to an end; then the facts have to say that nothing is left. So they have where
    a file that runs alone did not come to its end.

    `touched` is what the deployment and its rollbacks are known to change; what else is not as `before` is
    drift. None: nobody knows, and everything counts. Of what is `unsure` nobody can tell what it should be.
    `drafts` run, by version, where the author wrote no rollback. Rows that `count` finds are dropped only
    with `drop_rows`, which a person says; `remedy` tells how. Without that, what `guard` gives for each looks
    in its transaction whether more came since. `put_back` applies again, after that, what the deployment had
    undone; None: it had undone nothing, or that is to stay so.
    """
    error: BasculeError | None = quietly(writer.abandon)
    if error is not None:
        return _impossible(error)
    wanted = _Wanted(before=before, touched=touched, unsure=unsure)
    present, ours = {row.version for row in writer.history()}, writer.ours()
    known = {migration.version for migration in committed or ()}
    to_undo = [m for m in reversed(plan.pending) if m.version in ours | known]
    if not to_undo and put_back is None:
        half_done = any(_runs_alone(m, contents) for m in plan.pending if m.version not in present)
        sure = committed is not None and not half_done
        return _nothing_to_undo(wanted, writer, read_facts, sure=sure)
    reverts = [revert_of(m, contents, drafts or {}) for m in to_undo if m.version in present]
    # all of this is decided before the first one runs: a target half way back is worse than one not touched
    refusal = obstacle_of(reverts)
    if refusal is not None:
        return _impossible(refusal)
    counted: list[Counted] = []
    error = quietly(lambda: counted.extend(count(reverts)))
    if error is not None or (counted and not drop_rows):
        return _impossible(error or rows_at_stake(counted, what=_WOULD_DROP, remedy=remedy), at_stake=counted)
    if len(reverts) < len(to_undo):
        # what an earlier attempt changed on its way is not seen any more
        wanted = replace(wanted, touched=None)
    elif touched is not None:
        wanted = replace(wanted, start=_read(writer, read_facts))
    undone = [m.version for m in to_undo if m.version not in present]
    restored, error = _go_back(reverts, undone, put_back, writer, (lambda _: ()) if drop_rows else guard)
    order = [m.version for m in to_undo if m.version in undone]
    if error is None:
        return _compare(order, wanted, writer, read_facts, at_stake=counted, restored=restored)
    still = [m.version for m in to_undo if m.version not in undone]
    if isinstance(error, MigrationRefused):
        error = MigrationRefused(error.message, code=error.code, remedy=remedy, **error.nouns)
    elif isinstance(error, TargetError) and still:
        error = _by_hand(error, still)
    return _impossible(error, order, at_stake=counted, restored=restored)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What the target should be afterwards, and whose fault it is where it is not."""

    before: Facts
    touched: frozenset[Key] | None
    unsure: frozenset[Key]
    #: just before the first revert; None: not needed, or not known any more
    start: Facts | None = None

    def compared(self, now: Facts) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """Return what is left behind, and what others changed."""
        changes = [
            change
            for change in difference(self.before.all, now.all)
            if (change.kind, change.identity) not in self.unsure
        ]
        if self.touched is None:
            return tuple(changes), ()
        live = keys_of(difference(self.start.all, now.all)) if self.start else frozenset()
        same_major = self.before.server_major == now.server_major
        return blame(changes, self.touched | live, same_major=same_major)


def _nothing_to_undo(
    wanted: _Wanted, writer: TargetWriter, read_facts: Callable[[Database], Facts], *, sure: bool
) -> Done[Rollback]:
    if not sure:
        compared = _compare((), wanted, writer, read_facts)
        if compared.outcome is not Outcome.PASSED:
            return compared
    nothing = Rollback(method=RollbackMethod.ABORTED, fingerprint=wanted.before.fingerprint)
    return Done(outcome=Outcome.SKIPPED, gave=nothing)


def _go_back(
    reverts: Sequence[Revert],
    undone: list[str],
    put_back: PutBack | None,
    writer: TargetWriter,
    guard: Guarding,
) -> tuple[tuple[str, ...], BasculeError | None]:
    """Run the rollbacks, which adds to `undone`; then apply again what was undone before, and return that."""
    for each in reverts:
        error = _revert(each, writer, guard)
        if error is not None:
            return (), error
        undone.append(each.migration.version)
    return put_back() if put_back else ((), None)


def _revert(revert: Revert, writer: TargetWriter, guard: Guarding) -> BasculeError | None:
    sql = revert.sql
    assert sql is not None, "missing rollbacks were refused"
    error = quietly(lambda: writer.revert(revert.migration, sql, guard([revert])))
    if error is None:
        crash_point("rollback: after a revert committed")
    return error


def _runs_alone(migration: Migration, contents: Mapping[str, bytes]) -> bool:
    up = contents.get(migration.file.sha256)
    return up is not None and read_script(decode(up)).runs_alone


def _read(writer: TargetWriter, read_facts: Callable[[Database], Facts]) -> Facts:
    with writer.asking() as database:
        return read_facts(database)


def _compare(
    reverted: Sequence[str],
    wanted: _Wanted,
    writer: TargetWriter,
    read_facts: Callable[[Database], Facts],
    *,
    at_stake: Sequence[Counted] = (),
    restored: Sequence[str] = (),
) -> Done[Rollback]:
    now = _read(writer, read_facts)
    left_behind, drift = wanted.compared(now)
    rollback = Rollback(
        method=RollbackMethod.REVERTED,
        reverted=tuple(reverted),
        restored=tuple(restored),
        left_behind=left_behind,
        drift=drift,
        at_stake=tuple(at_stake),
        fingerprint=now.fingerprint,
    )
    if left_behind:
        return Done(outcome=Outcome.FAILED, gave=rollback, failure=_left(left_behind, reverted))
    return Done(outcome=Outcome.PASSED, gave=rollback)


def _impossible(
    error: BasculeError,
    reverted: Sequence[str] = (),
    *,
    at_stake: Sequence[Counted] = (),
    restored: Sequence[str] = (),
) -> Done[Rollback]:
    rollback = Rollback(
        method=RollbackMethod.IMPOSSIBLE,
        reverted=tuple(reverted),
        restored=tuple(restored),
        at_stake=tuple(at_stake),
    )
    return Done(outcome=Outcome.FAILED, gave=rollback, failure=Failure.of(error))


def _by_hand(error: TargetError, still: Sequence[str]) -> TargetError:
    """Say what is still applied when a rollback does not run: to mend its file helps nobody any more."""
    remedy = (
        f"still applied: {', '.join(still)}; by hand: 1. undo what they did; 2. take them out of "
        "supabase_migrations.schema_migrations; 3. mend or remove the file that failed, and push; "
        "4. bascule retry (docs/operations.md, Stuck)"
    )
    return TargetError(error.message, code=error.code, remedy=remedy, **{**error.nouns, "versions": [*still]})


def _left(changes: Sequence[Change], reverted: Sequence[str]) -> Failure:
    return Failure(
        family=MigrationRefused.family,
        code="left-behind",
        message="after the rollback the target is not what it was: "
        + "; ".join(headlines(changes, _CHANGES_TOLD)),
        remedy="1. put right by hand what is listed; 2. mend the migration that failed, complete the "
        "rollback, and push; 3. bascule retry, or bascule unlock (docs/operations.md, Stuck)",
        nouns={"versions": list(reverted), "changes": [change.headline for change in changes]},
    )
