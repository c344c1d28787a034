"""The one way from the event loop to code that blocks."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar

from orchestrator.domain.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

#: more than the ledger's pool lends, so that who waits for something else keeps nobody
_THREADS: Final = ThreadPoolExecutor(max_workers=40, thread_name_prefix="blocking")


async def in_thread(seconds: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it in a thread and wait so long. Raises Unavailable when the time is over.

    A thread cannot be stopped: it then goes on by itself until its own time limits end it, and what it
    stores stays stored. For a webhook that is harmless, because the sender's next attempt carries the same
    receipt.
    """
    if seconds <= 0:
        raise _too_late()
    carried = partial(copy_context().run, partial(work, *args, **kwargs))
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().run_in_executor(_THREADS, carried)
    except TimeoutError as error:
        raise _too_late() from error


def _too_late() -> Unavailable:
    return Unavailable(
        "There was no answer in time.",
        code="too-busy",
        remedy="Try again; if it stays so, look at the control database with `bascule doctor`.",
    )
