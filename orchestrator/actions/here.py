"""Carries a deployment out in the calling process: the same recipe, without broker and workers."""

import time

from orchestrator import recipe
from orchestrator.domain.deployment import Deployment, DeploymentId, Status
from orchestrator.domain.errors import Unavailable
from orchestrator.ports import Reading
from orchestrator.steps import Tools

_PAUSE_SECONDS = 0.5


def carry_out(
    deployment: DeploymentId, *, tools: Tools, reading: Reading, timeout_seconds: float
) -> Deployment:
    """Advance a deployment until it has ended or waits for a person. Raises Unavailable when time is up.

    What has its turn before is carried out first: where there is no service, nobody else ends what a process
    that was killed had begun.
    """
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        wanted = _look(deployment, reading)
        if wanted.finished is not None or wanted.needs_a_person:
            return wanted
        before = _whose_turn(wanted, reading)
        recipe.advance(before.id, tools=tools)
        after = _look(before.id, reading)
        if (after.stage, after.status) == (before.stage, before.status):
            time.sleep(_PAUSE_SECONDS)  # busy elsewhere, or something is away
    raise Unavailable(
        f"deployment {deployment} did not end within {timeout_seconds:.0f} s",
        code="still-running",
        remedy=f"run it again; it goes on where it stood: bascule show {deployment}",
    )


def _whose_turn(wanted: Deployment, reading: Reading) -> Deployment:
    """Find what runs on the target already, or the rollback that a person asked for; else the wanted one."""
    if wanted.status is Status.RUNNING:
        return wanted
    newest = reading.deployments(target=wanted.target)
    unfinished = [one for one in newest if one.finished is None]
    running = (one for one in unfinished if one.status is Status.RUNNING)
    undoing = (one for one in unfinished if one.undoes is not None and not one.needs_a_person)
    return next(running, None) or next(undoing, None) or wanted


def _look(deployment: DeploymentId, reading: Reading) -> Deployment:
    found = reading.deployment(deployment)
    assert found is not None
    return found
