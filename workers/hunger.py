"""A worker that is free, gets nothing, and sees messages waiting: it connects anew.

Both brokers have a way of ending there for ever. On Redis, Celery counts messages whose acknowledgement was
lost with the broker as its own, and a full worker does not look at its line again. On RabbitMQ, a queue that
was deleted and made anew at once may have handed its first messages to consumers that never saw them.
"""

from typing import Any, Final

import structlog
from celery import bootsteps
from celery.worker import state
from redis.exceptions import ConnectionError as ConnectionLostError

from orchestrator.adapters.broker import Backlog
from orchestrator.domain.errors import Unavailable

log = structlog.get_logger()

_LOOK_SECONDS: Final = 2.0
#: so often in a row, they are no messages on their way
_TIMES: Final = 2


class Hunger(bootsteps.StartStopStep):  # type: ignore[misc]
    """Looks every other second, and asks the broker only where this worker is free and got nothing since."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **named: Any) -> None:  # noqa: ANN401 - Celery has no types
        super().__init__(parent, **named)
        self._timer: Any = None
        self._backlog: Backlog | None = None
        self._received = 0
        self._hungry = 0

    def start(self, parent: Any) -> None:  # noqa: ANN401 - as above
        """Begin to look, with every new connection."""
        self._received, self._hungry = _received(), 0
        self._backlog = Backlog(parent.app.conf.broker_url, parent.app.conf.task_default_queue)
        if parent.hub is not None:
            self._timer = parent.timer.call_repeatedly(_LOOK_SECONDS, self._look, (parent,))

    def stop(self, parent: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Look no more: the connection ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._backlog is not None:
            self._backlog.close()
            self._backlog = None

    def _look(self, parent: Any) -> None:  # noqa: ANN401 - as above
        received, before = _received(), self._received
        self._received = received
        free = len(state.reserved_requests) < parent.pool.num_processes
        hungry = free and received == before and self._is_food_there()
        self._hungry = self._hungry + 1 if hungry else 0
        if self._hungry == _TIMES:
            parent.hub.call_soon(_connect_anew)

    def _is_food_there(self) -> bool:
        try:
            return self._backlog is not None and self._backlog.messages() > 0
        except Unavailable:
            return False  # Celery notices that by itself, or the broker is only slow


def _received() -> int:
    return sum(state.total_count.values())


def _connect_anew() -> None:
    """Let Celery do what it does when it loses the broker. What runs goes on."""
    log.warning("messages wait and none comes; the worker connects anew")
    raise ConnectionLostError
