"""The broker side of wake-ups: the one place that knows how Celery is set up.

The settings and their reasons were measured; see docs/adr/0002. The broker carries wake-ups only and may lose
all that it has: the reconciler finds what stood still. It is Redis, Valkey or RabbitMQ, as the URL says.
"""

import threading
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from orchestrator.adapters import rabbitmq
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable

QUEUE = "bascule"
ADVANCE = "workers.advance"
LOOK = "workers.look"
#: a look reads one catalog; whatever takes longer waits for something that is away
LOOK_SECONDS = 60
LONGEST_STAGE_SECONDS = 900.0
#: a stage that does not stop at its deadline is killed this much later
KILL_AFTER_SECONDS = 30
#: only later than that the broker hands a message out again
VISIBILITY_AFTER_SECONDS = 300
#: an old wake-up is harmless, it only must not pile up for days where no worker runs. Not much shorter: the
#: worker's clock decides, and where it is ahead of the relay's, every wake-up would be thrown away
EXPIRES_SECONDS = 3600


def make_app(broker_url: str, *, longest_stage_seconds: float = LONGEST_STAGE_SECONDS) -> Celery:
    """Return the Celery application for this broker; nothing connects yet.

    Who only sends may leave out how long a stage may take: that is the workers' business.
    """
    app = Celery("bascule", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        result_backend=None,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=QUEUE,
        task_publish_retry=False,
        task_soft_time_limit=longest_stage_seconds,
        task_time_limit=longest_stage_seconds + KILL_AFTER_SECONDS,
        worker_soft_shutdown_timeout=10,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    own = (
        rabbitmq.options(broker_url, QUEUE)
        if rabbitmq.is_rabbitmq(broker_url)
        else _redis(longest_stage_seconds)
    )
    app.conf.update(own)
    return app


def _redis(longest_stage_seconds: float) -> dict[str, Any]:
    """Return the settings of Celery that a Redis or a Valkey needs."""
    return {
        "broker_transport_options": {
            "visibility_timeout": longest_stage_seconds + VISIBILITY_AFTER_SECONDS,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
        }
    }


class CeleryQueue:
    """The port Queue: sends by the task's name, so that nothing imports the workers."""

    def __init__(self, broker_url: str) -> None:
        """Take the URL; it holds the password and appears in no message."""
        self._app = make_app(broker_url)
        self._with_each: dict[str, Any] = {}
        if rabbitmq.is_rabbitmq(broker_url):
            self._app.conf.update(rabbitmq.SENDER)
            self._with_each |= rabbitmq.SENDING
        # the outbox keeps what could not be sent: saying so soon is worth more than trying long
        soon = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
        self._app.conf.broker_transport_options = {**self._app.conf.broker_transport_options, **soon}
        self._producer: Any = None
        self._lock = threading.Lock()

    def wake(self, deployment: DeploymentId) -> None:
        """Send one wake-up. Raises Unavailable within a few seconds."""
        self._send(ADVANCE, deployment)

    def look(self, target: str) -> None:
        """Ask a worker to compare a target with what is on record. Raises Unavailable soon."""
        self._send(LOOK, target)

    def close(self) -> None:
        """Let the connection go; the next message opens another."""
        with self._lock:
            self._let_go()

    def _send(self, task: str, about: int | str) -> None:
        with self._lock:
            # what was open may have been closed by the broker long ago; a new connection is another try
            if self._producer is None or self._try(task, about) is not None:
                problem = self._try(task, about)
                if problem is not None:
                    raise Unavailable(
                        f"the broker is away: {type(problem).__name__}",
                        code="broker-unavailable",
                        remedy="nothing to do: wake-ups stay in the ledger until the broker is back",
                    ) from None

    def _try(self, task: str, about: int | str) -> Exception | None:
        """Send; return why that did not work, and let the connection go."""
        if self._producer is None:
            self._producer = self._app.amqp.Producer(self._app.connection_for_write(), auto_declare=False)
        connection = self._producer.connection
        try:
            self._app.send_task(
                task,
                (about,),
                producer=self._producer,
                expires=EXPIRES_SECONDS,
                ignore_result=True,
                **self._with_each,
            )
        except (OperationalError, OSError, *connection.connection_errors, *connection.channel_errors) as why:
            self._let_go()
            return why  # type: ignore[no-any-return]
        return None

    def _let_go(self) -> None:
        if self._producer is not None:
            # without the polite goodbye, which would be waited for
            self._producer.connection.collect()
            self._producer = None
