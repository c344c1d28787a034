"""One deployment as a story: its stages, its migrations and what it changed, worked out of the record."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from orchestrator.domain.deployment import (
    TERMINAL,
    Applied,
    Deployment,
    Observation,
    Rollback,
    Smoke,
    Stage,
    StageRun,
    Status,
)
from orchestrator.domain.event import Event, EventKind
from orchestrator.domain.finding import Finding, worst_first
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import Rehearsal, RollbackSource
from orchestrator.probes.side_by_side import Table, table_of
from orchestrator.web.rehearsal_view import RehearsalView, view_of

T = TypeVar("T")

_OBSERVATION: Final = TypeAdapter(Observation)
_PLAN: Final = TypeAdapter(Plan)
_REHEARSAL: Final = TypeAdapter(Rehearsal)
_APPLIED: Final = TypeAdapter(Applied)
_SMOKE: Final = TypeAdapter(Smoke)
_ROLLBACK: Final = TypeAdapter(Rollback)
_ACTS: Final = frozenset({EventKind.TARGET_UNLOCKED, EventKind.TARGET_REOPENED, EventKind.HOLD_LIFTED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A stage and how far it is."""

    stage: Stage
    #: an outcome; or "running", "next" while it has none, "never" when it will not come to it
    state: str
    took_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """A migration of the plan and what became of it."""

    version: str
    name: str
    #: "applied", "reverted", "failed", "pending", "not applied"; of one whose file left: "to be undone",
    #: "undone", "applied again" or "still applied"
    state: str
    #: where the rollback is that would be run
    rollback: RollbackSource
    took_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Everything that the page shows about a deployment."""

    deployment: Deployment
    steps: tuple[Step, ...]
    fates: tuple[Fate, ...]
    findings: tuple[Finding, ...]
    rehearsal: RehearsalView | None
    rollback: Rollback | None
    table: Table | None
    #: the later of the two moments is that of the copy: the target never came to it
    table_of_copy: bool = False
    #: what people did about it after it had ended: opened the target again, or lifted what it held
    acts: tuple[Event, ...] = ()

    @property
    def ended(self) -> bool:
        """Nothing will change any more."""
        return self.deployment.status in TERMINAL


def drafts_of(runs: Sequence[StageRun]) -> tuple[str, ...]:
    """Return by which sha256 the ledger keeps the drafts of rollbacks."""
    rehearsal = _gave(runs, Stage.REHEARSE, _REHEARSAL)
    return tuple(proof.draft.sha256 for proof in rehearsal.rollbacks if proof.draft) if rehearsal else ()


def story_of(
    deployment: Deployment,
    runs: Sequence[StageRun],
    drafts: Mapping[str, str] | None = None,
    events: Sequence[Event] = (),
) -> Story:
    """Tell it. What a stage gave in a form that is not known (an older version's) is left out.

    `drafts` are the texts of drafted rollbacks by their sha256, `events` those of the deployment.
    """
    observed, smoke = _gave(runs, Stage.OBSERVE, _OBSERVATION), _gave(runs, Stage.SMOKE, _SMOKE)
    rollback = _gave(runs, Stage.ROLLBACK, _ROLLBACK)
    plan, rehearsal = _gave(runs, Stage.PLAN, _PLAN), _gave(runs, Stage.REHEARSE, _REHEARSAL)
    of_copy = rehearsal.matrix if rehearsal and not smoke else None
    after = smoke.after if smoke else of_copy
    return Story(
        deployment=deployment,
        steps=tuple(_steps(deployment, runs)),
        fates=tuple(_fates(deployment, runs, rollback)),
        findings=worst_first({finding: None for run in runs for finding in run.findings}),
        rehearsal=view_of(rehearsal, plan, drafts or {}) if rehearsal else None,
        rollback=rollback,
        table=table_of(observed.matrix if observed else None, after),
        table_of_copy=of_copy is not None,
        acts=tuple(event for event in events if event.kind in _ACTS),
    )


def _steps(deployment: Deployment, runs: Sequence[StageRun]) -> Iterator[Step]:
    last = {run.stage: run for run in runs}
    for stage in Stage:
        run = last.get(stage)
        if run is not None:
            took = (run.finished - run.started).total_seconds()
            yield Step(stage=stage, state=run.outcome, took_seconds=took)
        elif stage is deployment.stage and deployment.status is Status.RUNNING:
            yield Step(stage=stage, state="running")
        elif stage is Stage.REHEARSE and Stage.APPLY in last:
            continue  # an older version carried it out, which knew no such stage
        elif stage is not Stage.ROLLBACK:
            yield Step(stage=stage, state="never" if deployment.status in TERMINAL else "next")


def _fates(deployment: Deployment, runs: Sequence[StageRun], rollback: Rollback | None) -> Iterator[Fate]:
    plan, applied = _gave(runs, Stage.PLAN, _PLAN), _gave(runs, Stage.APPLY, _APPLIED)
    rehearsal = _gave(runs, Stage.REHEARSE, _REHEARSAL)
    drafts = rehearsal.drafts if rehearsal else {}
    took = {each.migration.version: each.took_seconds for each in applied.migrations} if applied else {}
    culprit = applied.culprit.version if applied and applied.culprit else None
    reverted = rollback.reverted if rollback else ()
    yield from _left(deployment, plan, applied, rollback)
    rest = "not applied" if deployment.status in TERMINAL else "pending"
    for migration in plan.pending if plan else ():
        version = migration.version
        tried = "applied" if version in took else "failed" if version == culprit else rest
        yield Fate(
            version=version,
            name=migration.name,
            state="reverted" if version in reverted else tried,
            rollback=_source(migration, drafts),
            took_seconds=took.get(version),
        )


def _left(
    deployment: Deployment, plan: Plan | None, applied: Applied | None, rollback: Rollback | None
) -> Iterator[Fate]:
    """Tell what became of the versions whose files left the branch."""
    undone = applied.reverted if applied else ()
    restored = rollback.restored if rollback else ()
    rest = "still applied" if deployment.status in TERMINAL else "to be undone"
    for each in plan.leaving if plan else ():
        version = each.migration.version
        yield Fate(
            version=version,
            name=each.migration.name,
            state="applied again" if version in restored else "undone" if version in undone else rest,
            rollback=RollbackSource.DRAFT if each.drafted else RollbackSource.FILE,
        )


def _source(migration: Migration, drafts: Container[str]) -> RollbackSource:
    if migration.rollback is not None:
        return RollbackSource.FILE
    return RollbackSource.DRAFT if migration.version in drafts else RollbackSource.NONE


def _gave(runs: Sequence[StageRun], stage: Stage, form: TypeAdapter[T]) -> T | None:
    """Read what the last run of a stage gave; None when there is nothing of that form."""
    gave = next((run.gave for run in reversed(runs) if run.stage is stage), None)
    try:
        return None if gave is None else form.validate_python(gave)
    except ValidationError:
        return None
