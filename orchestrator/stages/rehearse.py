"""Carry the whole plan out on a scratch copy of the target: up, smoke, down, the same facts?, up again.

Takes          a Plan whose findings do not refuse, the contents of its files, a copy of the target
Gives          Rehearsal: what each statement did, and a verdict on each way back
Fails with     Unavailable when the scratch server is away; a migration that fails is a finding
Leaves behind  proven drafts of rollbacks in the ledger; nothing on the target, nothing on the copy

Each way back is judged by itself: what a wrong one leaves behind is undone before the next is tried.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.catalog import beyond, holdings, names, survey, whole
from orchestrator.catalog.draft import arranged, draft, written
from orchestrator.domain.blame import Key, keys_of
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import Done, Outcome
from orchestrator.domain.errors import Failure, TargetError
from orchestrator.domain.facts import Fact, difference
from orchestrator.domain.finding import Finding, Verdict, verdict_of
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.migration import SqlFile, checksum
from orchestrator.domain.plan import Plan
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
from orchestrator.domain.survey import Survey
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import ContentStore, Play, Scratch
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from orchestrator.validation.losses import losses, shape_after
from orchestrator.validation.losses.type_detours import type_detours
from orchestrator.validation.rehearsal.played import ToPlay
from orchestrator.validation.rehearsal.verdict import about_roles_of, judged, new_passwords, proof_of
from orchestrator.validation.rehearsed import rehearsal_findings
from orchestrator.validation.rename import rollback_path
from orchestrator.validation.rules import file_left
from orchestrator.validation.script import read_script
from orchestrator.validation.split import decode
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

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


def run(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    policy: TargetPolicy,
    scratch: Scratch,
    copy: ScratchCopy,
    seen: Survey,
    kept: ContentStore,
    said: Sequence[Finding] = (),
    departs: Departs | None = None,
    touched: Mapping[str, frozenset[Key] | None] | None = None,
) -> Done[Rehearsal]:
    """Rehearse, keep what was drafted, and say what it showed.

    `seen` is the live target's survey, for the sizes; `said` is what the review found: nothing is told twice.
    `departs` undoes first what left the branch; `touched` is what each version changed that came after that
    and stays, None where nobody knows.
    """
    played = play(
        plan,
        contents=contents,
        scratch=scratch,
        copy=copy,
        exposed_schemas=policy.exposed_schemas,
        target=policy.name,
        shape=None if departs else seen.shape,
        departs=departs,
    )
    crash_point("rehearse: play done")
    if played.drafts:
        kept.keep([*played.drafts.values()])
        crash_point("rehearse: drafts kept")
    findings = rehearsal_findings(
        plan,
        played.rehearsal,
        smoke=played.smoke,
        files=[SqlText(path=each.file.path, content=contents[each.file.sha256]) for each in plan.pending],
        terms=Terms.of(policy, seen),
        require_same_major=policy.require_same_major,
        said=said,
    )
    if played.rehearsal.departed is not None:
        findings = (*file_left.not_only_theirs(played.rehearsal.departed, touched or {}), *findings)
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(
        outcome=Outcome.REFUSED if refused else Outcome.PASSED, gave=played.rehearsal, findings=findings
    )


def play(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    scratch: Scratch,
    copy: ScratchCopy,
    exposed_schemas: Sequence[str],
    target: str = "",
    shape: Shape | None = None,
    departs: Departs | None = None,
) -> Played:
    """Rehearse; in one transaction where that is possible, else file by file.

    `shape` is what is there before the first migration, for the judgement of what rows are lost; `departs`
    undoes first what left the branch.
    """
    told = ToPlay(plan=plan, contents=contents, exposed_schemas=exposed_schemas, shape=shape)
    because: Failure | None = None
    if not any(read_script(told.up(each)).runs_alone for each in plan.pending):
        try:
            with scratch.playing(copy, together=True, target=target) as stand:
                return _Rehearsing(told, stand, copy, in_one_transaction=True).carry_out(departs)
        except NotInOneTransaction as apart:
            because = apart.failure
    with scratch.playing(copy, together=False, target=target) as stand:
        played = _Rehearsing(told, stand, copy, in_one_transaction=False).carry_out(departs)
    return replace(played, rehearsal=replace(played.rehearsal, apart_because=because))


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


class _Rehearsing:
    """One play from its beginning to its end."""

    def __init__(self, told: ToPlay, stand: Play, copy: ScratchCopy, *, in_one_transaction: bool) -> None:
        self._told = told
        self._play = stand
        self._copy = copy
        self._in_one_transaction = in_one_transaction
        self._moments: dict[int, _Moment] = {}
        self._trace: list[StatementTrace] = []
        self._touched: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
        self._drafts: dict[str, bytes] = {}
        self._left: frozenset[Key] = frozenset()
        self._asked_seconds = 0.0
        self._last: whole.Whole | None = None

    def carry_out(self, departs: Departs | None) -> Played:
        pending = self._told.plan.pending
        before = self._ask()
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
        proofs = [self._prove(number) for number in reversed(range(len(pending)))]
        again = self._again()
        rehearsal = self._rehearsal(
            departed=departed,
            rollbacks=tuple(reversed(proofs)),
            matrix=after,
            failed=Failure.of(again) if again else None,
            failed_again=again is not None,
        )
        return Played(
            rehearsal=rehearsal,
            smoke=judge(before, after),
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
        ran, _ = arranged(draft(before.whole.facts, self._look().facts).statements, self._play.works)
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
            matrix = ask(database, self._told.exposed_schemas)
        self._asked_seconds += time.monotonic() - began
        return matrix

    def _touch(self, number: int, before: whole.Whole, after: whole.Whole) -> None:
        self._touched[number].update(keys_of(difference(*whole.facts_unlike(before, after))))
