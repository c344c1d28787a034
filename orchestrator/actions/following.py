"""Watching a deployment on its way."""

import time
from collections.abc import Callable, Iterator

from orchestrator.domain.deployment import Deployment, DeploymentId, StageRun
from orchestrator.domain.errors import Unavailable
from orchestrator.ports import Reading

POLL_SECONDS = 0.1


def follow(
    deployment: DeploymentId,
    reading: Reading,
    *,
    timeout_seconds: float,
    meanwhile: Callable[[Deployment], None] = lambda _: None,
) -> Iterator[StageRun | Deployment]:
    """Yield each stage as it ends, and last the deployment: finished, or waiting for something but its turn.

    `meanwhile` is called with every look. Raises Unavailable when it takes longer than the time limit.
    """
    seen = 0
    deadline = time.monotonic() + timeout_seconds
    while True:
        now = reading.deployment(deployment)
        assert now is not None
        meanwhile(now)
        runs = reading.runs(deployment)
        yield from runs[seen:]
        seen = len(runs)
        if now.finished is not None or now.needs_a_person:
            yield now
            return
        if time.monotonic() > deadline:
            raise Unavailable(
                f"deployment {deployment} is still {now.status} after {timeout_seconds:.0f} s",
                code="still-running",
                remedy=f"it goes on; follow it: bascule logs {deployment} -f",
            )
        time.sleep(POLL_SECONDS)
