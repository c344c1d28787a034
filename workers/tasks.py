"""Two tasks: carry a deployment on, look at a target. They return nothing, may run twice or not at all.

What a newer relay sends besides is for newer workers.
"""

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from orchestrator import recipe, wiring
from orchestrator.actions import drifting
from orchestrator.adapters.celery_queue import ADVANCE, KILL_AFTER_SECONDS, LOOK, LOOK_SECONDS
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import BasculeError
from workers.app import app

log = structlog.get_logger()

wiring.tools()  # its imports happen here, once: the processes that are forked from this one share them


@app.task(name=ADVANCE)  # type: ignore[untyped-decorator]
def advance(deployment: int, *_more: object, **_named: object) -> None:
    """Carry out one stage. No exception crosses the broker: the outcome is in the ledger.

    What could not be recorded stays as it is: the reconciler sends another wake-up, and attempts are counted.
    """
    try:
        recipe.advance(DeploymentId(deployment), tools=wiring.tools())
    except BasculeError as problem:
        log.warning("stage not recorded", deployment=deployment, code=problem.code, problem=problem.message)
    except SoftTimeLimitExceeded:
        log.error("stage took too long and was stopped", deployment=deployment)  # noqa: TRY400 - where it stood is no news
    except Exception:
        log.exception("stage ended by a bug", deployment=deployment)


@app.task(  # type: ignore[untyped-decorator]
    name=LOOK, soft_time_limit=LOOK_SECONDS, time_limit=LOOK_SECONDS + KILL_AFTER_SECONDS
)
def look(target: str, *_more: object, **_named: object) -> None:
    """Compare a target with what is on record. What goes wrong is left for the next time on schedule."""
    house = wiring.house()
    try:
        drifting.look(
            target,
            policies=house.policies,
            targets=house.targets,
            contents=house.kept,
            watching=house.watching,
        )
    except BasculeError as problem:
        log.warning("not compared", target=target, code=problem.code, problem=problem.message)
    except SoftTimeLimitExceeded:
        log.error("a look took too long and was stopped", target=target)  # noqa: TRY400 - as above
    except Exception:
        log.exception("a look ended by a bug", target=target)
