"""Has targets compared with what is on record for them, on schedule: somebody may have changed one."""

import math
import threading
from collections.abc import Collection
from typing import Final

import structlog

from orchestrator.domain.errors import BasculeError
from orchestrator.ports import Outbox, Queue

log = structlog.get_logger()

#: how often the ledger is asked what is due, at least
_ROUND_SECONDS: Final = 60.0


class DriftWatch:
    """One thread's work: send a worker to each target whose time has come. Needs no way to any target.

    What the broker loses comes again with the next time; so does what a worker cannot look at.
    """

    def __init__(
        self, outbox: Outbox, queue: Queue, targets: Collection[str], *, every_seconds: float
    ) -> None:
        """Take the names of the targets that are to be looked at."""
        self._outbox = outbox
        self._queue = queue
        self._targets = targets
        self._every_seconds = every_seconds

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop; what is away is tried again in the next round."""
        while not stop.is_set():
            try:
                self.round()
            except BasculeError as problem:
                log.warning("cannot send for a look", code=problem.code, problem=problem.message)
            stop.wait(self._round_seconds)

    def round(self) -> tuple[str, ...]:
        """Send for what is due; returns the targets.

        So many at once that all have their turn in time, and no more: a target that does not answer holds a
        worker for as long as it may take to connect, and many of them would hold all workers.
        """
        at_once = math.ceil(len(self._targets) * self._round_seconds / self._every_seconds)
        return self._outbox.send_looks(
            self._queue.look, targets=self._targets, every_seconds=self._every_seconds, at_once=at_once
        )

    @property
    def _round_seconds(self) -> float:
        return min(self._every_seconds, _ROUND_SECONDS)
