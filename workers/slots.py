"""Finds places in a worker's queue that nobody uses any more, and connects anew.

A worker takes as many messages as it has processes, and the next one when it has acknowledged one. When the
broker goes away just then, Celery logs that it could not acknowledge, and the place stays taken. With all of
them taken a worker on Redis asks the broker nothing more, so it never notices that the line is dead: it lives
and does nothing, for ever.
"""

from typing import Any, Final

import structlog
from celery import bootsteps
from celery.worker import state
from redis.exceptions import ConnectionError as ConnectionLostError

log = structlog.get_logger()

_LOOK_SECONDS: Final = 1.0
#: seen so often in a row, it is no acknowledgement on its way
_TIMES: Final = 2


class LostSlots(bootsteps.StartStopStep):  # type: ignore[misc]
    """Looks once a second. Only where Celery itself counts what was taken: RabbitMQ notices by itself."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **named: Any) -> None:  # noqa: ANN401 - Celery has no types
        super().__init__(parent, **named)
        self._timer: Any = None
        self._seen = 0

    def start(self, parent: Any) -> None:  # noqa: ANN401 - as above
        """Begin to look, with every new connection."""
        qos = getattr(parent.task_consumer.channel, "qos", None)
        self._seen = 0
        if qos is not None and parent.hub is not None:
            self._timer = parent.timer.call_repeatedly(_LOOK_SECONDS, self._look, (parent.hub, qos))

    def stop(self, parent: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Look no more: the connection ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, hub: Any, qos: Any) -> None:  # noqa: ANN401 - as above
        lost = not qos.can_consume() and len(state.reserved_requests) < qos.prefetch_count
        self._seen = self._seen + 1 if lost else 0
        if self._seen == _TIMES:
            hub.call_soon(_connect_anew)


def _connect_anew() -> None:
    """Let Celery do what it does when it notices by itself. What runs goes on."""
    log.warning("an acknowledgement was lost; the worker connects anew")
    raise ConnectionLostError
