"""One deployment as a story: its stages, its migrations and what it changed, worked out of the record."""

from collections.abc import Iterator, Sequence
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
from orchestrator.domain.finding import Finding, worst_first
from orchestrator.domain.plan import Plan
from orchestrator.web.matrix_table import Table, table_of

T = TypeVar("T")

_OBSERVATION: Final = TypeAdapter(Observation)
_PLAN: Final = TypeAdapter(Plan)
_APPLIED: Final = TypeAdapter(Applied)
_SMOKE: Final = TypeAdapter(Smoke)
_ROLLBACK: Final = TypeAdapter(Rollback)


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
    #: "applied", "reverted", "failed", "pending" or "not applied"
    state: str
    has_rollback: bool
    took_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Everything that the page shows about a deployment."""

    deployment: Deployment
    steps: tuple[Step, ...]
    fates: tuple[Fate, ...]
    findings: tuple[Finding, ...]
    rollback: Rollback | None
    table: Table | None

    @property
    def ended(self) -> bool:
        """Nothing will change any more."""
        return self.deployment.status in TERMINAL


def story_of(deployment: Deployment, runs: Sequence[StageRun]) -> Story:
    """Tell it. What a stage gave in a form that is not known (an older version's) is left out."""
    observed, smoke = _gave(runs, Stage.OBSERVE, _OBSERVATION), _gave(runs, Stage.SMOKE, _SMOKE)
    rollback = _gave(runs, Stage.ROLLBACK, _ROLLBACK)
    return Story(
        deployment=deployment,
        steps=tuple(_steps(deployment, runs)),
        fates=tuple(_fates(deployment, runs, rollback)),
        findings=worst_first({finding: None for run in runs for finding in run.findings}),
        rollback=rollback,
        table=table_of(observed.matrix if observed else None, smoke.after if smoke else None),
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
        elif stage is not Stage.ROLLBACK:
            yield Step(stage=stage, state="never" if deployment.status in TERMINAL else "next")


def _fates(deployment: Deployment, runs: Sequence[StageRun], rollback: Rollback | None) -> Iterator[Fate]:
    plan, applied = _gave(runs, Stage.PLAN, _PLAN), _gave(runs, Stage.APPLY, _APPLIED)
    took = {each.migration.version: each.took_seconds for each in applied.migrations} if applied else {}
    culprit = applied.culprit.version if applied and applied.culprit else None
    reverted = rollback.reverted if rollback else ()
    rest = "not applied" if deployment.status in TERMINAL else "pending"
    for migration in plan.pending if plan else ():
        version = migration.version
        tried = "applied" if version in took else "failed" if version == culprit else rest
        yield Fate(
            version=version,
            name=migration.name,
            state="reverted" if version in reverted else tried,
            has_rollback=migration.rollback is not None,
            took_seconds=took.get(version),
        )


def _gave(runs: Sequence[StageRun], stage: Stage, form: TypeAdapter[T]) -> T | None:
    """Read what the last run of a stage gave; None when there is nothing of that form."""
    gave = next((run.gave for run in reversed(runs) if run.stage is stage), None)
    try:
        return None if gave is None else form.validate_python(gave)
    except ValidationError:
        return None
