"""What forges told, as people look at it afterwards."""

from collections.abc import Mapping
from typing import Any

from orchestrator.adapters.postgres.ledger.pool import ControlPool
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.push import Heard, Receipt

_SQL = load("sql/ledger/deliveries.sql")


class LedgerDeliveries:
    """The port Deliveries on PostgreSQL."""

    def __init__(self, pool: ControlPool) -> None:
        """Share the web process's pool."""
        self._pool = pool

    def newest(self, *, repository: str | None = None, limit: int = 20) -> tuple[Heard, ...]:
        """Return the newest first."""
        with self._pool.transaction() as connection:
            rows = connection.execute(_SQL["newest"], {"repository": repository, "limit": limit})
            return tuple(map(_heard, rows))

    def one(self, number: int) -> Heard | None:
        """Return the delivery of this number."""
        with self._pool.transaction() as connection:
            row = connection.execute(_SQL["one"], {"number": number}).fetchone()
            return None if row is None else _heard(row)


def _heard(row: Mapping[str, Any]) -> Heard:
    return Heard(
        id=row["id"],
        received=row["received"],
        receipt=Receipt(
            repository=row["repository"],
            forge=row["forge"],
            id=row["receipt"],
            event=row["event"],
            body=bytes(row["body"]),
            headers=row["headers"],
        ),
        deployments=tuple(map(DeploymentId, row["deployments"] or ())),
    )
