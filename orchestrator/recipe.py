"""Which stage follows which outcome: the whole story of a deployment on one screen.

`advance` carries out exactly one stage. The small functions below say where a stage's inputs come from;
docs/state-machine.md draws the same table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import structlog

from orchestrator.catalog import facts
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import (
    Applied,
    DeploymentId,
    Done,
    Observation,
    Outcome,
    Rollback,
    Smoke,
    Stage,
    Status,
)
from orchestrator.domain.errors import BasculeError, ConfigurationError, Failure, Stale, Unavailable
from orchestrator.domain.facts import Facts, undone
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan, Tree
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Claim, Claims, Git, Kept, Targets, TargetWriter
from orchestrator.stages import apply, checkout, observe, plan, rollback, smoke, validate

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What the stages work with."""

    claims: Claims
    kept: Kept
    git: Git
    targets: Targets
    #: by the target's name
    policies: Mapping[str, TargetPolicy]

    def policy(self, target: str) -> TargetPolicy:
        """Return a target's policy. Raises ConfigurationError when the settings no longer name it."""
        if target not in self.policies:
            raise ConfigurationError(
                f"the settings have no target {target}",
                code="target-unknown",
                remedy=f"add [targets.{target}], or ignore its old deployments",
                target=target,
            )
        return self.policies[target]


#: how a stage may end: with an outcome, overtaken by the head, or not yet
Result = Done[Any] | checkout.HeadMoved | checkout.NotYet


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story."""

    stage: Stage
    does: Callable[[Claim, Tools], Result]
    passed: Stage | Status
    refused: Stage | Status
    failed: Stage | Status
    #: there was nothing to do
    skipped: Stage | Status

    def after(self, outcome: Outcome) -> Stage | Status:
        """Say what follows."""
        return {
            Outcome.PASSED: self.passed,
            Outcome.REFUSED: self.refused,
            Outcome.FAILED: self.failed,
            Outcome.SKIPPED: self.skipped,
        }[outcome]


def advance(deployment: DeploymentId, *, tools: Tools) -> None:
    """Take one deployment one stage further. Safe to call twice, too often, or at the wrong moment.

    Raises Unavailable when the ledger is away, and whatever a bug raises: then the stage is repeated, up to
    the target's number of attempts.
    """
    with tools.claims.claim(deployment) as claim:
        if claim is None:
            return
        stage = claim.deployment.stage
        with structlog.contextvars.bound_contextvars(
            deployment=deployment, target=claim.deployment.target, stage=stage.value
        ):
            crash_point(f"{stage}: claimed")
            _settle(claim, _carry_out(claim, tools), tools)
            crash_point(f"{stage}: recorded")


def _carry_out(claim: Claim, tools: Tools) -> Result:
    """Do the stage; an error of ours is an outcome, unless waiting may help."""
    try:
        policy = tools.policy(claim.deployment.target)
        if claim.deployment.attempts > policy.attempts:
            return _failed(_worn_out(claim, policy))
        return STORY[claim.deployment.stage].does(claim, tools)
    except Stale:
        raise
    except Unavailable as away:
        return _wait_for(away, claim, tools)
    except BasculeError as error:
        return _failed(error)


def _settle(claim: Claim, result: Result, tools: Tools) -> None:
    """Record what came of a stage."""
    crash_point(f"{claim.deployment.stage}: before record")
    match result:
        case checkout.NotYet(seconds=seconds, why=why):
            log.info("postponed", why=why, seconds=seconds)
            tools.claims.postpone(claim, seconds=seconds)
        case checkout.HeadMoved(head=head):
            log.info("superseded by the head", head=head)
            tools.claims.supersede(claim, head=head)
        case Done() as done:
            then = STORY[claim.deployment.stage].after(done.outcome)
            tools.claims.record(claim, done, then, hold=_to_hold(claim, done, tools))
            log.info("stage finished", outcome=done.outcome.value, then=then.value)


def _failed(error: BasculeError) -> Done[Any]:
    return Done(outcome=Outcome.FAILED, failure=Failure.of(error))


def _worn_out(claim: Claim, policy: TargetPolicy) -> BasculeError:
    stage = claim.deployment.stage
    return BasculeError(
        f"stage {stage} was begun {policy.attempts} times and never ended: its worker died each time",
        code="attempts-exhausted",
        remedy=f"read the worker's log, then: bascule retry {claim.deployment.id}",
        stage=stage.value,
    )


def _wait_for(away: Unavailable, claim: Claim, tools: Tools) -> Result:
    """Look again later, until the target's patience ends."""
    waited = (datetime.now(UTC) - claim.deployment.stage_entered).total_seconds()
    if waited > tools.policy(claim.deployment.target).patience_seconds:
        return _failed(away)
    log.warning("unavailable", code=away.code, problem=away.message)
    return checkout.NotYet(seconds=min(30.0, 1 + waited / 4), why=away.message)


# --- where each stage's inputs come from ----------------------------------------------------------------


def _checkout(claim: Claim, tools: Tools) -> Result:
    return checkout.run(
        claim.deployment,
        tools.policy(claim.deployment.target),
        git=tools.git,
        kept=tools.kept,
        now=datetime.now(UTC),
        confirm_head=claim.deployment.confirm_head,
    )


def _plan(claim: Claim, tools: Tools) -> Done[Plan]:
    target = claim.deployment.target
    tree = tools.kept.gave(claim.deployment.id, Stage.CHECKOUT, Tree)
    with tools.targets.reading(target) as reader:
        history = reader.history()
    return plan.run(
        tree,
        history=history,
        recorded=tools.kept.recorded(target),
        holds=tools.kept.holds(target),
        policy=tools.policy(target),
        contents=partial(_contents, tools),
    )


def _validate(claim: Claim, tools: Tools) -> Done[Any]:
    planned = _planned(claim, tools)
    return validate.run(planned, contents=_sql_of(planned, tools))


def _observe(claim: Claim, tools: Tools) -> Done[Observation]:
    schemas = tools.policy(claim.deployment.target).exposed_schemas
    with tools.targets.reading(claim.deployment.target) as reader, reader.asking() as database:
        return observe.run(database, kept=tools.kept, exposed_schemas=schemas)


def _apply(claim: Claim, tools: Tools) -> Done[Applied]:
    planned = _planned(claim, tools)
    contents = _sql_of(planned, tools)
    with tools.targets.writing(claim.deployment.target, ledger_id=tools.claims.ledger_id) as writer:
        return apply.run(planned, contents=contents, writer=writer)


def _smoke(claim: Claim, tools: Tools) -> Done[Smoke]:
    before = tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).matrix
    schemas = tools.policy(claim.deployment.target).exposed_schemas
    with tools.targets.reading(claim.deployment.target) as reader, reader.asking() as database:
        return smoke.run(before, database=database, kept=tools.kept, exposed_schemas=schemas)


def _rollback(claim: Claim, tools: Tools) -> Done[Rollback]:
    planned = _planned(claim, tools)
    contents = _sql_of(planned, tools)
    with tools.targets.writing(claim.deployment.target, ledger_id=tools.claims.ledger_id) as writer:
        return rollback.run(
            planned,
            contents=contents,
            writer=writer,
            before=_wanted_back(claim, tools, writer),
            committed=_committed(claim, tools),
        )


def _wanted_back(claim: Claim, tools: Tools, writer: TargetWriter) -> Facts:
    """Say what to restore: as before, but for what others changed since a deployment of long ago."""
    before = _facts(tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).facts, tools)
    if claim.deployment.undoes is None:
        return before
    after = _facts(tools.kept.gave(claim.deployment.id, Stage.SMOKE, Smoke).facts, tools)
    with writer.asking() as database:
        return undone(before, after, facts.read(database))


def _facts(sha256: str, tools: Tools) -> Facts:
    return facts.facts_from_bytes(tools.kept.content([sha256])[sha256])


def _committed(claim: Claim, tools: Tools) -> tuple[Migration, ...]:
    try:
        applied = tools.kept.gave(claim.deployment.id, Stage.APPLY, Applied)
    except KeyError:  # its worker died each time: only the target's history knows
        return ()
    return tuple(one.migration for one in applied.migrations)


def _planned(claim: Claim, tools: Tools) -> Plan:
    return tools.kept.gave(claim.deployment.id, Stage.PLAN, Plan)


def _contents(tools: Tools, sha256s: list[str]) -> Mapping[str, bytes]:
    return tools.kept.content(sha256s)


def _sql_of(planned: Plan, tools: Tools) -> Mapping[str, bytes]:
    files = [file for one in planned.pending for file in (one.file, one.rollback) if file]
    return tools.kept.content([file.sha256 for file in files])


def _to_hold(claim: Claim, done: Done[Any], tools: Tools) -> tuple[Migration, ...]:
    """Name what must not be tried again unchanged: what failed, what smoke refused, what a person undid."""
    if isinstance(done.gave, Applied) and done.gave.culprit:
        return (done.gave.culprit,)
    refused_by_smoke = claim.deployment.stage is Stage.SMOKE and done.outcome is Outcome.REFUSED
    if refused_by_smoke or claim.deployment.undoes is not None:
        return _planned(claim, tools).pending
    return ()


# --- the story ------------------------------------------------------------------------------------------

# fmt: off
STORY: Final[Mapping[Stage, Step]] = {step.stage: step for step in (
    #    stage           does        passed              refused           failed            skipped
    Step(Stage.CHECKOUT, _checkout, Stage.PLAN,         Status.REFUSED,   Status.FAILED,    Status.SUCCEEDED),
    Step(Stage.PLAN,     _plan,     Stage.VALIDATE,     Status.REFUSED,   Status.FAILED,    Status.SUCCEEDED),
    Step(Stage.VALIDATE, _validate, Stage.OBSERVE,      Status.REFUSED,   Status.FAILED,    Stage.OBSERVE),
    Step(Stage.OBSERVE,  _observe,  Stage.APPLY,        Status.REFUSED,   Status.FAILED,    Stage.APPLY),
    Step(Stage.APPLY,    _apply,    Stage.SMOKE,        Stage.ROLLBACK,   Stage.ROLLBACK,   Stage.SMOKE),
    Step(Stage.SMOKE,    _smoke,    Status.SUCCEEDED,   Stage.ROLLBACK,   Stage.ROLLBACK,   Status.SUCCEEDED),
    Step(Stage.ROLLBACK, _rollback, Status.ROLLED_BACK, Status.STUCK,     Status.STUCK,     Status.FAILED),
)}
# fmt: on
