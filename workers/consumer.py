"""How a worker takes messages from the broker: as Celery does, but for two things."""

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer as CelerysConsumer


class Consumer(CelerysConsumer):  # type: ignore[misc]
    """Comes back soon when the broker does, and makes no queues for delayed delivery.

    Celery would try again after 2, 4, 6 … 30 s, and deployments would wait for that.
    With a quorum queue Celery would make 28 more of them on the broker, for tasks that are sent ahead of
    their time. None is: a wake-up that has to wait does so in the ledger.
    """

    class Blueprint(CelerysConsumer.Blueprint):  # type: ignore[misc]
        """The steps of a start."""

        default_steps = [  # noqa: RUF012 - as Celery has it
            step for step in CelerysConsumer.Blueprint.default_steps if not step.endswith(":DelayedDelivery")
        ]

    def ensure_connected(self, conn: Any) -> Any:  # noqa: ANN401 - kombu has no types
        """Connect, and try again every second or two until it works."""
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=0.5, interval_step=0.5, interval_max=2
        )
        return super().ensure_connected(conn)
