"""Has the ledger forget what is older than the settings want, on schedule and a little at a time."""

import threading
from typing import Final

import structlog

from orchestrator.domain.errors import BasculeError
from orchestrator.ports import Keeping

log = structlog.get_logger()

#: how often it is looked for
_ROUND_SECONDS: Final = 3600.0
#: rows of one transaction: it ends within milliseconds, and nobody waits for it
_ROWS: Final = 500
#: others come in between
_PAUSE_SECONDS: Final = 0.05


class Forgetting:
    """One thread's work. Any number of relays may do it, one at a time does."""

    def __init__(self, keeping: Keeping, *, older_than_seconds: float) -> None:
        """Take the ledger's side, and the age."""
        self._keeping = keeping
        self._older_than_seconds = older_than_seconds

    def run(self, stop: threading.Event) -> None:
        """Forget until told to stop; what is away is tried again in the next round."""
        while not stop.is_set():
            try:
                self.round(stop)
            except BasculeError as problem:
                log.warning("cannot forget", code=problem.code, problem=problem.message)
            stop.wait(_ROUND_SECONDS)

    def round(self, stop: threading.Event) -> int:
        """Forget all that is old enough; returns how many rows that were."""
        total = 0
        while forgotten := self._keeping.forget(older_than_seconds=self._older_than_seconds, limit=_ROWS):
            total += forgotten
            if stop.wait(_PAUSE_SECONDS):
                break
        if total:
            log.info("forgotten", rows=total)
        return total
