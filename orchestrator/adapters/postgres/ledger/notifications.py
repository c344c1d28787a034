"""What is still to be told, with a row for each attempt."""

from orchestrator.adapters.postgres.ledger.codec import decode
from orchestrator.adapters.postgres.ledger.connection import ControlDatabase
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.delivery import next_attempt_seconds
from orchestrator.domain.errors import DeliveryFailed
from orchestrator.domain.event import Notification

_SQL = load("sql/ledger/notifications.sql")


class LedgerNotifications:
    """The port Notifications on PostgreSQL."""

    def __init__(self, control: ControlDatabase) -> None:
        """Connect nowhere yet."""
        self._control = control

    def due(self, *, limit: int) -> tuple[Notification, ...]:
        """Take at most one notification of each channel, oldest first."""
        with self._control.transaction() as connection:
            rows = connection.execute(_SQL["take_due"], {"limit": limit}).fetchall()
            return tuple(decode(row, Notification) for row in rows)

    def delivered(self, notification: Notification) -> None:
        """Record that it arrived."""
        self._settle(notification, problem=None, seconds=None)

    def not_delivered(self, notification: Notification, why: DeliveryFailed) -> None:
        """Record that it did not arrive, and when to try again."""
        seconds = (
            None if why.final else next_attempt_seconds(notification.attempts + 1, why.retry_after_seconds)
        )
        self._settle(notification, problem=why.reason, seconds=seconds)

    def _settle(self, notification: Notification, *, problem: str | None, seconds: float | None) -> None:
        with self._control.transaction() as connection:
            names = {
                "notification": notification.id,
                "problem": problem,
                "arrived": problem is None,
                "seconds": seconds,
            }
            connection.execute(_SQL["deliver"], names)
            connection.execute(_SQL["settle"], names)
