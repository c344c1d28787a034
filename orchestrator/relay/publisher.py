"""Publishes wake-ups and wakes what stood still. Needs the control database; the broker may come and go."""

import threading
import time

import structlog

from orchestrator.domain.errors import BasculeError
from orchestrator.ports import Outbox, Queue

log = structlog.get_logger()

#: a deployment that was quiet for this long, and on which nobody works, is woken again; a wake-up takes a few
#: milliseconds, and one too many does no harm
QUIET_SECONDS = 0.8
#: how often such deployments are looked for
LOOK_SECONDS = 0.4
#: how long a round waits for news at most
ROUND_SECONDS = 0.3
_BACK_OFF_SECONDS = 1.0


class Publisher:
    """One thread's work: outbox to broker, and every now and then whatever stood still."""

    def __init__(self, outbox: Outbox, queue: Queue) -> None:
        """Take the two sides."""
        self._outbox = outbox
        self._queue = queue
        self._looked_for_stalled = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop. What is away is tried again; nothing is lost meanwhile."""
        complained = ""
        while not stop.is_set():
            try:
                self.round()
                complained = ""
            except BasculeError as problem:
                if problem.code != complained:  # once, not every second
                    log.warning("cannot publish", code=problem.code, problem=problem.message)
                complained = problem.code
                self._outbox.close()
                stop.wait(_BACK_OFF_SECONDS)
        self._outbox.close()

    def round(self) -> None:
        """Publish what is due, wake what stood still, then wait for news."""
        if time.monotonic() - self._looked_for_stalled > LOOK_SECONDS:
            self._looked_for_stalled = time.monotonic()
            for deployment in self._outbox.wake_stalled(quiet_seconds=QUIET_SECONDS):
                log.info("woken again", deployment=deployment)
        if self._outbox.publish(self._queue.wake) == 0:
            self._outbox.wait(ROUND_SECONDS)
