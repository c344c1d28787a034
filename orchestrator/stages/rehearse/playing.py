"""One play: what it looks at between the migrations, and what it says of each way back."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.catalog import beyond, holdings, names, survey, whole
from orchestrator.catalog.draft import Moments, arranged, draft, written
from orchestrator.domain.blame import Key, keys_of
from orchestrator.domain.declared import FAILURES, TestedFile
from orchestrator.domain.errors import Failure, TargetError
from orchestrator.domain.facts import Fact, difference
from orchestrator.domain.finding import Finding
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.migration import SqlFile, checksum
from orchestrator.domain.rehearsal import (
    Departed,
    NotInOneTransaction,
    Rehearsal,
    RollbackProof,
    RollbackSource,
    RollbackVerdict,
    ScratchCopy,
    StatementTrace,
)
from orchestrator.domain.shape import Shape
from orchestrator.ports import Play
from orchestrator.probes.declared import run as declared
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from orchestrator.probes.rules import declared_test_failed
from orchestrator.probes.seeding.seeded import with_made_up_rows
from orchestrator.validation.losses import losses, shape_after
from orchestrator.validation.losses.type_detours import type_detours
from orchestrator.validation.rehearsal.played import ToPlay
from orchestrator.validation.rehearsal.verdict import about_roles_of, judged, new_passwords, proof_of
from orchestrator.validation.rename import rollback_path
from orchestrator.validation.script import read_script
from orchestrator.validation.split import decode

#: undoes on a copy what left the branch, and says what that changed
Departs = Callable[[Play], Departed]


@dataclass(frozen=True, kw_only=True)
class Played:
    """What a rehearsal showed; the stage and the command `check` make findings of it."""

    rehearsal: Rehearsal
    #: what the smoke after all migrations saw
    smoke: tuple[Finding, ...] = ()
    #: who may do what before them
    before: Matrix | None = None
    #: how long it took to ask that, both times
    smoke_seconds: float = 0.0
    #: texts of drafts by their sha256
    drafts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Moment:
    """What the copy looked like between two migrations."""

    whole: whole.Whole
    #: the server's roles, which no play brings back: as they were when this was looked at first
    roles: tuple[Fact, ...]
    #: for what the statements tell of rows
    shape: Shape
    #: only where a draft may be wanted
    names: names.Names | None


class Rehearsing:
    """One play from its beginning to its end."""

    def __init__(self, told: ToPlay, stand: Play, copy: ScratchCopy, *, in_one_transaction: bool) -> None:
        """Play what is `told` on a `stand` that was opened on this copy."""
        self._told = told
        self._play = stand
        self._copy = copy
        self._in_one_transaction = in_one_transaction
        self._moments: dict[int, _Moment] = {}
        self._trace: list[StatementTrace] = []
        self._touched: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
        self._drafts: dict[str, bytes] = {}
        self._of_drafts = Moments()
        self._left: frozenset[Key] = frozenset()
        self._asked_seconds = 0.0
        self._last: whole.Whole | None = None

    def carry_out(self, departs: Departs | None) -> Played:
        """Go up, down, and up again. Raises NotInOneTransaction, Unavailable."""
        pending = self._told.plan.pending
        before = self._ask()
        if departs is not None:
            # nothing comes back to this moment, and what will have changed is not known yet
            before = self._with_rows(before, None)
        departed = departs(self._play) if departs else None
        if departed is not None and departed.failure is not None:
            return Played(rehearsal=self._rehearsal(departed=departed), before=before)
        self._left = keys_of(departed.undone) if departed else frozenset()
        self._mark(0)
        failed = self._up()
        if failed is not None:
            rehearsal = self._rehearsal(departed=departed, failed=Failure.of(failed))
            return Played(rehearsal=rehearsal, before=before)
        after = self._ask()
        changed = self._left.union(*self._touched.values())
        after = self._with_rows(after, changed)
        tested = self._tested()
        proofs = [self._prove(number) for number in reversed(range(len(pending)))]
        if departs is None:
            before = self._with_rows(before, changed)
        failing = any(each.outcome in FAILURES for each in tested)
        tested_before = self._tested() if failing and self._told.tests_before else ()
        again = self._again()
        rehearsal = self._rehearsal(
            departed=departed,
            rollbacks=tuple(reversed(proofs)),
            matrix=after,
            before=_with_reach_only(before),
            tested=tested,
            failed=Failure.of(again) if again else None,
            failed_again=again is not None,
        )
        return Played(
            rehearsal=rehearsal,
            smoke=(
                *declared_test_failed.check(tested, tested_before),
                *judge(before, after, openings=self._told.openings),
            ),
            before=before,
            smoke_seconds=self._asked_seconds,
            drafts=self._drafts,
        )

    def _rehearsal(self, **found: Any) -> Rehearsal:  # noqa: ANN401  # fields of Rehearsal, by their names
        return Rehearsal(
            copy=self._copy,
            in_one_transaction=self._in_one_transaction,
            trace=tuple(self._trace),
            touched=tuple(sorted(self._left.union(*self._touched.values()))),
            **found,
        )

    def _up(self) -> TargetError | None:
        for number, migration in enumerate(self._told.plan.pending):
            try:
                self._trace += self._play.apply(migration, self._told.up(migration))
            except TargetError as error:
                return error
            self._mark(number + 1)
            self._touch(number, self._moments[number].whole, self._moments[number + 1].whole)
        return None

    def _again(self) -> TargetError | None:
        """Go up once more: a way back that keeps the way up from working is none."""
        for migration in self._told.plan.pending:
            try:
                self._play.apply_again(migration, self._told.up(migration))
            except NotInOneTransaction as apart:
                raise NotInOneTransaction from apart  # it went up once: that is not what it is about
            except TargetError as error:
                return error
        return None

    def _prove(self, number: int) -> RollbackProof:
        """Judge one way back, from right after its migration; leave the copy as it was right before it."""
        migration = self._told.plan.pending[number]
        if migration.rollback is not None:
            proof = self._try(number, decode(self._told.contents[migration.rollback.sha256]))
            proof = replace(proof, source=RollbackSource.FILE)
        elif read_script(self._told.up(migration)).statements:
            proof = self._drafted(number)
        else:
            proof = self._try(number, "")
        if proof.verdict is not RollbackVerdict.PROVEN:
            self._play.back_to(number)
        return replace(proof, touched=tuple(sorted(self._touched[number])))

    def _drafted(self, number: int) -> RollbackProof:
        """Derive a way back from the difference of facts, and try it like one that was written."""
        before, after = self._moments[number], self._moments[number + 1]
        assert before.names is not None
        assert after.names is not None
        renamed = [each for each in names.renamings(before.names, after.names) if self._play.works(each)]
        now = self._look() if renamed else after.whole
        proposed = draft(before.whole.facts, now.facts, moments=self._of_drafts)
        ran, _ = arranged(proposed.statements, self._play.works)
        self._play.back_to(number + 1)
        text = written((*renamed, *ran))
        proof = self._try(number, text)
        if proof.verdict in (RollbackVerdict.PROVEN, RollbackVerdict.LOSSY):
            content = text.encode()
            self._drafts[checksum(content)] = content
            file = SqlFile(path=rollback_path(self._told.plan.pending[number].file), sha256=checksum(content))
            return replace(proof, source=RollbackSource.DRAFT, draft=file)
        if proof.verdict is RollbackVerdict.UNPROVEN:
            return replace(proof, verdict=RollbackVerdict.MISSING)
        return proof

    def _try(self, number: int, text: str) -> RollbackProof:
        """Run a way back and compare; the source is the caller's to say."""
        migration, start = self._told.plan.pending[number], self._moments[number]
        try:
            self._play.revert(migration, text)
        except TargetError as error:
            return proof_of(migration, RollbackVerdict.UNPROVEN, failure=Failure.of(error))
        now = self._look()
        self._touch(number, self._moments[number + 1].whole, now)
        up, down = self._told.read(migration), self._told.read_back(migration, text)
        was, then = whole.own_unlike(start.whole, now)
        residue = difference(
            (*was, *about_roles_of(start.roles, up, down)),
            (*then, *about_roles_of(now.beyond.roles, up, down)),
        )
        told = losses(up, down, start.shape)
        lost = whole.lost(start.whole, self._moments[number + 1].whole, now, kept=told.kept)
        detours = type_detours(up, down, start.shape, kept=told.kept)
        displaced = holdings.displaced(start.whole.holdings, now.holdings)
        return judged(
            migration,
            residue,
            lost=(*lost, *detours, *told.lost),
            unsure=(*displaced, *told.left, *told.unseen, *new_passwords(up, down)),
            same_enums=beyond.same_enums(start.whole.beyond, now.beyond),
        )

    def _mark(self, number: int) -> None:
        """Remember a moment; `look` is called again where it has to be made anew."""
        pending = self._told.plan.pending
        around = pending[max(0, number - 1) : number + 1]
        may_draft = any(each.rollback is None for each in around)

        def look() -> None:
            with self._play.asking() as database:
                looked_before = self._moments.get(number)
                shape = self._shape(number) or survey.read(database, target=self._copy.database).shape
                named = names.read(database) if may_draft else None
                now = self._last = whole.read(database, since=self._last)
                roles = looked_before.roles if looked_before else now.beyond.roles
                self._moments[number] = _Moment(whole=now, roles=roles, shape=shape, names=named)

        self._play.mark(look)

    def _look(self) -> whole.Whole:
        with self._play.asking() as database:
            self._last = whole.read(database, since=self._last)
        return self._last

    def _shape(self, number: int) -> Shape | None:
        """Work the shape of a moment out on paper, which is quicker than to look; None: it is not certain."""
        if number == 0:
            return self._told.shape
        before = self._told.plan.pending[number - 1]
        return shape_after(self._told.read(before), self._moments[number - 1].shape)

    def _ask(self) -> Matrix:
        began = time.monotonic()
        with self._play.asking() as database:
            matrix = ask(database, self._told.exposed_schemas, identities=self._told.identities)
        self._asked_seconds += time.monotonic() - began
        return matrix

    def _with_rows(self, matrix: Matrix, changed: Collection[Key] | None) -> Matrix:
        """Make rows up for the tables that these changes may have opened or closed; None: for all."""
        if not self._told.made_up_rows:
            return matrix
        began = time.monotonic()
        shown = with_made_up_rows(
            self._play.probing, matrix, changed=changed, on_copy=True, identities=self._told.identities
        )
        self._asked_seconds += time.monotonic() - began
        return shown

    def _tested(self) -> tuple[TestedFile, ...]:
        """Run the tests that the project declares."""
        if not self._told.tests:
            return ()
        began = time.monotonic()
        with self._play.probing() as database:
            tested = declared.run(database, self._told.tests, folder=self._told.tests_folder)
        self._asked_seconds += time.monotonic() - began
        return tested

    def _touch(self, number: int, before: whole.Whole, after: whole.Whole) -> None:
        self._touched[number].update(keys_of(difference(*whole.facts_unlike(before, after))))


def _with_reach_only(matrix: Matrix) -> Matrix:
    """Keep what made-up rows showed; the rest is asked of the target itself."""
    tried = (each for each in matrix.relations if any(cell.reach for cell in each.cells))
    return Matrix(relations=tuple(tried))
