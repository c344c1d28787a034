"""Which stage follows which outcome: the whole story of a deployment on one screen.

`advance` carries out exactly one stage; steps/ says where its inputs come from. docs/state-machine.md draws
the same table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import (
    Applied,
    Blocked,
    DeploymentId,
    Done,
    Outcome,
    Rollback,
    Stage,
    Status,
)
from orchestrator.domain.errors import BasculeError, Failure, InTheWay, Stale, Unavailable
from orchestrator.domain.migration import Migration
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Claim
from orchestrator.stages.checkout import HeadMoved, NotYet
from orchestrator.steps import (
    GoBack,
    Result,
    Tools,
    do_apply,
    do_checkout,
    do_observe,
    do_plan,
    do_rehearse,
    do_rollback,
    do_smoke,
    do_validate,
    look_again,
    undone_of,
)

log = structlog.get_logger()

#: when a target is asked again whose lock is held
_SOON_SECONDS: Final = 0.5

#: an outcome that a stage never has
NEVER: Final = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story."""

    stage: Stage
    does: Callable[[Claim, Tools], Result]
    passed: Stage | Status
    refused: Stage | Status | None
    failed: Stage | Status
    #: there was nothing to do
    skipped: Stage | Status | None

    def after(self, outcome: Outcome) -> Stage | Status:
        """Say what follows. Raises KeyError for an outcome that this stage never has."""
        then = getattr(self, outcome.value)
        if then is None:
            raise KeyError(outcome)
        return then  # type: ignore[no-any-return]


# fmt: off
STORY: Final[Mapping[Stage, Step]] = {step.stage: step for step in (
    #    stage           does         passed              refused         failed          skipped
    Step(Stage.CHECKOUT, do_checkout, Stage.PLAN,         Status.REFUSED, Status.FAILED,  NEVER),
    Step(Stage.PLAN,     do_plan,     Stage.VALIDATE,     Status.REFUSED, Status.FAILED,  Status.SUCCEEDED),
    Step(Stage.VALIDATE, do_validate, Stage.OBSERVE,      Status.REFUSED, Status.FAILED,  NEVER),
    Step(Stage.OBSERVE,  do_observe,  Stage.REHEARSE,     Status.REFUSED, Status.FAILED,  NEVER),
    Step(Stage.REHEARSE, do_rehearse, Stage.APPLY,        Status.REFUSED, Status.FAILED,  Stage.APPLY),
    Step(Stage.APPLY,    do_apply,    Stage.SMOKE,        Status.REFUSED, Stage.ROLLBACK, NEVER),
    Step(Stage.SMOKE,    do_smoke,    Status.SUCCEEDED,   Stage.ROLLBACK, Stage.ROLLBACK, NEVER),
    Step(Stage.ROLLBACK, do_rollback, Status.ROLLED_BACK, NEVER,          Status.STUCK,   Status.FAILED),
)}
# fmt: on


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
        if claim.in_doubt:
            look_again(claim, tools)
        return STORY[claim.deployment.stage].does(claim, tools)
    except Stale:
        raise
    except InTheWay as held:
        return NotYet(
            seconds=held.pause_seconds,
            why=held.message,
            in_the_way=Blocked(tries=held.tries, who=held.message),
        )
    except Unavailable as away:
        return _wait_for(away, claim, tools)
    except BasculeError as error:
        return _failed(error)


def _settle(claim: Claim, result: Result, tools: Tools) -> None:
    """Record what came of a stage."""
    crash_point(f"{claim.deployment.stage}: before record")
    match result:
        case NotYet() as not_yet:
            log.info("postponed", why=not_yet.why, seconds=not_yet.seconds)
            tools.claims.postpone(
                claim, seconds=not_yet.seconds, in_doubt=not_yet.in_doubt, in_the_way=not_yet.in_the_way
            )
        case HeadMoved(head=head):
            log.info("superseded by the head", head=head)
            tools.claims.supersede(claim, head=head)
        case GoBack(to=stage, why=why):
            log.info("gone back", to=stage.value, why=why)
            tools.claims.go_back(claim, stage)
        case Done() as done:
            then = _after(claim, done)
            tools.claims.record(claim, done, then, hold=_to_hold(claim, done, tools))
            log.info("stage finished", outcome=done.outcome.value, then=then.value)


def _after(claim: Claim, done: Done[Any]) -> Stage | Status:
    """Say what follows; an undo that a person asked for and that undid nothing leaves nothing half done."""
    then = STORY[claim.deployment.stage].after(done.outcome)
    untouched = isinstance(done.gave, Rollback) and not (done.gave.reverted or done.gave.restored)
    if then is Status.STUCK and claim.deployment.undoes is not None and untouched:
        return Status.FAILED
    return then


def _failed(error: BasculeError) -> Done[Any]:
    return Done(outcome=Outcome.FAILED, failure=Failure.of(error))


def _worn_out(claim: Claim, policy: TargetPolicy) -> BasculeError:
    stage = claim.deployment.stage
    return BasculeError(
        f"stage {stage} broke off {policy.attempts} times: its worker died each time, or Bascule has a fault",
        code="attempts-exhausted",
        remedy="the worker's log says which, a fault with its place; it is no fault of the migrations. Then: "
        f"bascule retry {claim.deployment.id}",
        stage=stage.value,
    )


def _wait_for(away: Unavailable, claim: Claim, tools: Tools) -> Result:
    """Look again later, until the target's patience ends."""
    waited = (datetime.now(UTC) - claim.deployment.stage_entered).total_seconds()
    if waited > tools.policy(claim.deployment.target).patience_seconds:
        return _failed(away)
    log.warning("unavailable", code=away.code, problem=away.message)
    # of a worker that died the target's server learns within a second, however long its stage had run
    if away.code in {"target-locked", "predecessor-still-writes"}:
        return NotYet(seconds=_SOON_SECONDS, why=away.message)
    return NotYet(seconds=min(30.0, 1 + waited / 4), why=away.message, in_doubt=True)


def _to_hold(claim: Claim, done: Done[Any], tools: Tools) -> tuple[Migration, ...]:
    """Name what must not be tried again unchanged: what failed, what probes refused, what a person undid."""
    if isinstance(done.gave, Applied) and done.gave.culprit:
        return (done.gave.culprit,)
    probed = claim.deployment.stage is Stage.SMOKE or isinstance(done.gave, Applied)
    refused_by_probes = probed and done.outcome is Outcome.REFUSED
    if refused_by_probes or claim.deployment.undoes is not None:
        undone = undone_of(claim, tools)
        return (*undone.left, *undone.pending)
    return ()
