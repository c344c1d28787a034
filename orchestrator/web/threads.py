"""The one way from the event loop to code that blocks."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from orchestrator.domain.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(seconds: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it in a thread and wait so long. Raises Unavailable when the time is over.

    A thread cannot be stopped: it then goes on by itself until its own time limits end it, and what it
    stores stays stored. For a webhook that is harmless, because the sender's next attempt carries the same
    receipt.
    """
    try:
        with anyio.fail_after(seconds):
            return await anyio.to_thread.run_sync(lambda: work(*args, **kwargs), abandon_on_cancel=True)
    except TimeoutError as error:
        raise Unavailable(
            "There was no answer in time.",
            code="too-busy",
            remedy="Try again; if it stays so, look at the control database with `bascule doctor`.",
        ) from error
