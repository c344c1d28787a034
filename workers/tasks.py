"""One task: look at a deployment. It takes an id, returns nothing, may run twice or not at all."""

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from orchestrator import recipe, wiring
from orchestrator.adapters.celery_queue import ADVANCE
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import BasculeError
from workers.app import app

log = structlog.get_logger()

wiring.tools()  # its imports happen here, once: the processes that are forked from this one share them


@app.task(name=ADVANCE)  # type: ignore[untyped-decorator]
def advance(deployment: int) -> None:
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
