"""Carries a deployment out in the calling process: the same recipe, without broker and workers."""

import time

from orchestrator import recipe
from orchestrator.domain.deployment import Deployment, DeploymentId
from orchestrator.domain.errors import Unavailable
from orchestrator.ports import Reading
from orchestrator.steps import Tools

_PAUSE_SECONDS = 0.5


def carry_out(
    deployment: DeploymentId, *, tools: Tools, reading: Reading, timeout_seconds: float
) -> Deployment:
    """Advance a deployment until it has ended or waits for a person. Raises Unavailable when time is up."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        before = _look(deployment, reading)
        if before.finished is not None or before.needs_a_person:
            return before
        recipe.advance(deployment, tools=tools)
        after = _look(deployment, reading)
        if (after.stage, after.status) == (before.stage, before.status):
            time.sleep(_PAUSE_SECONDS)  # busy elsewhere, or something is away
    raise Unavailable(
        f"deployment {deployment} did not end within {timeout_seconds:.0f} s",
        code="still-running",
        remedy=f"run it again; it goes on where it stood: bascule show {deployment}",
    )


def _look(deployment: DeploymentId, reading: Reading) -> Deployment:
    found = reading.deployment(deployment)
    assert found is not None
    return found
