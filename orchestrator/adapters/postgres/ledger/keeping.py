"""Forgets what is old and not needed any more, so that the ledger does not grow for ever."""

from typing import Final

from orchestrator.adapters.postgres.ledger.connection import ControlDatabase, one
from orchestrator.adapters.postgres.queries import load

_SQL = load("sql/ledger/keeping.sql")

#: in this order: what names a row goes before the row
_STEPS: Final = (
    "forget_deliveries",
    "forget_notifications",
    "forget_events",
    "forget_runs",
    "forget_bodies",
    "forget_contents",
)


class LedgerKeeping:
    """The port Keeping on PostgreSQL."""

    def __init__(self, control: ControlDatabase) -> None:
        """Connect nowhere yet."""
        self._control = control

    def forget(self, *, older_than_seconds: float, limit: int) -> int:
        """Forget up to `limit` rows of one kind, in one short transaction."""
        names = {"seconds": older_than_seconds, "limit": limit}
        with self._control.transaction() as connection:
            if not one(connection.execute(_SQL["one_at_a_time"]))["mine"]:
                return 0
            for step in _STEPS:
                forgotten = connection.execute(_SQL[step], names).rowcount
                if forgotten:
                    return forgotten
        return 0
