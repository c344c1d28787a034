"""Does on a scratch copy what a deployment would do with a checkout: plan, review, rehearsal, smoke.

Without a target every file counts as pending, on a Supabase-like database that holds the baseline, if there
is one. With a target only what is pending there, on a copy of it.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orchestrator.actions.baseline import Baseline
from orchestrator.actions.choosing import Chosen
from orchestrator.actions.misspelt import meant
from orchestrator.actions.progress import Tell, ToldScratch, nobody
from orchestrator.actions.project_settings import terms_of
from orchestrator.actions.reviewing import Report, review_files, review_for_target
from orchestrator.actions.told_once import told_once
from orchestrator.catalog import facts, survey
from orchestrator.domain.deployment import Outcome, Stage
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.finding import Finding, Severity, Source, Verdict, as_set, verdict_of
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import HistoryRow, Plan
from orchestrator.domain.rehearsal import CannotCopy, Rehearsal, ScratchCopy
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages import plan as planning
from orchestrator.stages import rehearse
from orchestrator.validation.rehearsed import rehearsal_findings
from orchestrator.validation.rules import RULES, rehearsal_failed, rollback_missing
from orchestrator.validation.split import decode
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

if TYPE_CHECKING:
    from orchestrator.ports import Linter, Scratch, TargetReader


_NO_TARGET: Final = TargetPolicy(name="", repository="", branch="")
#: what is said of a scratch server that went away; how often a play is begun at most, and after which pause
_AWAY: Final = "scratch-away"
_TRIES: Final = 8
_PAUSE_SECONDS: Final = 0.3
#: makes a copy for what is pending
_Copy = Callable[[Plan, "Scratch"], ScratchCopy]
#: nothing that these rules see would get further on a server
_CERTAIN: Final = frozenset(rule.id for rule in RULES if not rule.may_be_allowed)


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedStage:
    """One stage of a check."""

    name: Stage
    outcome: Outcome
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a check showed."""

    #: what was pending, in its order
    plan: Plan
    report: Report
    stages: tuple[CheckedStage, ...]
    #: None: it did not come to that
    rehearsal: Rehearsal | None = None
    #: who could do what before all migrations
    before: Matrix | None = None
    #: by version: the text of a drafted rollback
    drafts: Mapping[str, str] = field(default_factory=dict)


def check_files(
    chosen: Chosen,
    *,
    linter: "Linter",
    scratch: "Scratch",
    baseline: Path | None = None,
    with_review: bool = True,
    tell: Tell = nobody,
) -> Check:
    """Check a folder's migrations; `tell` hears how far it is. Raises ConfigurationError, Unavailable."""
    terms = terms_of(chosen.home)
    base = Baseline.of(chosen, baseline)

    def copy(_: Plan, told: "Scratch") -> ScratchCopy:
        return base.build(told, target_major=terms.server_major)

    done = _Checking(chosen, _NO_TARGET, terms, scratch, tell).carry_out(
        history=(),
        review=(lambda: review_files([chosen], linter=linter)) if with_review else None,
        copy=copy,
    )
    return _with_base_remedy(done, base, chosen.files)


def check_for_target(
    chosen: Chosen,
    *,
    policy: TargetPolicy,
    linter: "Linter",
    reader: "TargetReader",
    scratch: "Scratch",
    with_review: bool = True,
    tell: Tell = nobody,
) -> Check:
    """Check what is pending on a target, on a copy of it. Raises TargetError, Unavailable."""
    tell(f"looking at {policy.name}")
    with reader.asking() as database:
        seen, found = survey.read(database, target=policy.name), facts.read(database)

    def copy(planned: Plan, told: "Scratch") -> ScratchCopy:
        try:
            return told.copy_of(policy.name, found)
        except CannotCopy as why:
            pending = {each.version for each in planned.pending}
            base = [(each, text) for each, text in _migrations(chosen) if each.version not in pending]
            return told.build(base, target_major=found.server_major, why=str(why))

    return _Checking(chosen, policy, Terms.of(policy, seen), scratch, tell).carry_out(
        history=reader.history(),
        review=(lambda: review_for_target([chosen], policy=policy, linter=linter, reader=reader))
        if with_review
        else None,
        copy=copy,
    )


class _Checking:
    """One check from its beginning to its end."""

    def __init__(
        self, chosen: Chosen, policy: TargetPolicy, terms: Terms, scratch: "Scratch", tell: Tell
    ) -> None:
        self._chosen = chosen
        self._policy = policy
        self._terms = terms
        self._scratch = scratch
        self._tell = tell
        self._stages: list[CheckedStage] = []

    def carry_out(
        self,
        *,
        history: Sequence[HistoryRow],
        review: Callable[[], Report] | None,
        copy: _Copy,
    ) -> Check:
        planned = self._plan(history)
        files = [*self._chosen.files, *self._chosen.rollbacks]
        unread = self._chosen.findings
        report = self._review(review) if review else Report.of((*unread, *planned.findings), files)
        hopeless = any(each.severity is Severity.ERROR and each.rule in _CERTAIN for each in report.findings)
        if hopeless or not planned.pending or verdict_of(planned.findings) is Verdict.REFUSE:
            self._skip(Stage.REHEARSE, Stage.SMOKE)
            return Check(plan=planned, report=report, stages=tuple(self._stages))
        return self._rehearse(planned, report, copy)

    def _plan(self, history: Sequence[HistoryRow]) -> Plan:
        with self._timed(Stage.PLAN) as ended:
            done = planning.run(
                self._chosen.tree,
                history=history,
                recorded={},
                holds=(),
                policy=self._policy,
                contents=self._chosen.contents,
            )
            ended(done.outcome)
        assert done.gave is not None
        return done.gave

    def _review(self, review: Callable[[], Report]) -> Report:
        self._tell(f"reviewing {len(self._chosen.files)} files")
        with self._timed(Stage.VALIDATE) as ended:
            report = review()
            ended(_outcome(report.findings))
        return report

    def _rehearse(self, planned: Plan, report: Report, copy: _Copy) -> Check:
        contents = self._chosen.contents(
            file.sha256 for each in planned.pending for file in (each.file, each.rollback) if file
        )
        pending = {each.file.path for each in planned.pending}
        with self._timed(Stage.REHEARSE) as ended:
            played = self._play(planned, contents, copy)
            findings = rehearsal_findings(
                planned,
                played.rehearsal,
                smoke=[*as_set(played.smoke, self._policy.severities)],
                files=[file for file in self._chosen.files if file.path in pending],
                terms=self._terms,
                require_same_major=self._policy.require_same_major,
                said=report.findings,
            )
            ended(_outcome([each for each in findings if each.source is not Source.SMOKE]))
        self._smoked(played, findings)
        said = _without_guesses(report.findings, planned, played.rehearsal)
        return Check(
            plan=planned,
            report=Report.of(told_once((*said, *findings)), report.files.values(), applied=report.applied),
            stages=tuple(self._stages),
            rehearsal=played.rehearsal,
            before=played.before,
            drafts={
                each.version: played.drafts[each.draft.sha256].decode()
                for each in played.rehearsal.rollbacks
                if each.draft
            },
        )

    def _play(
        self, planned: Plan, contents: Mapping[str, bytes], copy: _Copy, *, tries: int = _TRIES
    ) -> rehearse.Played:
        """Play it; anew where the server went away, as one does with the command that had started it."""
        scratch = ToldScratch(self._scratch, self._tell, of=len(planned.pending))
        try:
            return rehearse.play(
                planned,
                contents=contents,
                scratch=scratch,
                copy=copy(planned, scratch),
                exposed_schemas=self._terms.exposed_schemas,
                target=self._policy.name,
                shape=self._terms.survey.shape if self._terms.survey else None,
                openings=self._policy.openings,
                identities=self._policy.identities,
                made_up_rows=self._policy.rows_on_scratch,
                tests=self._chosen.tests,
                tests_folder=self._chosen.tests_folder,
                tests_before=bool(self._policy.name),
            )
        except Unavailable as away:
            if away.code != _AWAY or tries == 1:
                raise
            time.sleep(_PAUSE_SECONDS)  # a server that is shutting down still holds its place
            return self._play(planned, contents, copy, tries=tries - 1)

    def _smoked(self, played: rehearse.Played, findings: Sequence[Finding]) -> None:
        """Tell the smoke as a stage of its own, although it took place inside the rehearsal."""
        if played.rehearsal.matrix is None:
            self._skip(Stage.SMOKE)
            return
        outcome = _outcome([each for each in findings if each.source is Source.SMOKE])
        self._stages.append(CheckedStage(name=Stage.SMOKE, outcome=outcome, seconds=played.smoke_seconds))

    def _skip(self, *stages: Stage) -> None:
        self._stages += [CheckedStage(name=each, outcome=Outcome.SKIPPED, seconds=0) for each in stages]

    @contextmanager
    def _timed(self, stage: Stage) -> Iterator[Callable[[Outcome], None]]:
        began = time.monotonic()

        def ended(outcome: Outcome) -> None:
            seconds = time.monotonic() - began
            self._stages.append(CheckedStage(name=stage, outcome=outcome, seconds=seconds))

        yield ended


def _outcome(findings: Sequence[Finding]) -> Outcome:
    return Outcome.REFUSED if verdict_of(findings) is Verdict.REFUSE else Outcome.PASSED


def _migrations(chosen: Chosen) -> Iterator[tuple[Migration, str]]:
    for file in chosen.files:
        migration = Migration.of(SqlFile(path=file.path, sha256=checksum(file.content)))
        if migration is not None:
            yield migration, decode(file.content)


def _without_guesses(findings: Sequence[Finding], planned: Plan, rehearsal: Rehearsal) -> Iterator[Finding]:
    """Leave out the plan's warning that a rollback is missing, where the rehearsal says what became of it."""
    judged = {proof.version for proof in rehearsal.rollbacks}
    paths = {each.file.path for each in planned.pending if each.version in judged}
    for each in findings:
        refuses = each.severity is Severity.ERROR
        if each.rule != rollback_missing.RULE.id or each.file not in paths or refuses:
            yield each


def _with_base_remedy(check: Check, base: Baseline, files: Sequence[SqlText]) -> Check:
    """Say where the base schema belongs, where the first thing that is missing was never in git.

    What the files make under a name that is nearly the same was meant, more likely than not.
    """
    failed = check.rehearsal.failed if check.rehearsal else None
    remedy = base.remedy_for(failed)
    if failed is None or remedy is None:
        return check
    near = meant(failed, files)
    remedy = f"Did you mean {near}? Else {remedy}" if near else remedy
    findings = (
        replace(each, remedy=remedy) if each.rule == rehearsal_failed.RULE.id else each
        for each in check.report.findings
    )
    return replace(check, report=Report.of(findings, check.report.files.values()))
