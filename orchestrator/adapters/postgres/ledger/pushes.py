"""Stores what a forge told us: receipt, deployments and wake-ups in one transaction."""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from orchestrator.adapters.postgres.ledger.connection import Connection
from orchestrator.adapters.postgres.ledger.deployments import Telling, ask
from orchestrator.adapters.postgres.ledger.pool import ControlPool
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.push import Receipt, Request, Stored

_SQL = load("sql/ledger/pushes.sql")


class LedgerReception:
    """The port Reception on PostgreSQL."""

    def __init__(self, pool: ControlPool, telling: Telling) -> None:
        """Take the web process's pool."""
        self._pool = pool
        self._telling = telling

    def store(self, receipt: Receipt, requests: Sequence[Request]) -> Stored:
        """Write all of it, or nothing."""
        with self._pool.transaction() as connection:
            row = connection.execute(_SQL["store"], _push_row(receipt)).fetchone()
            if row is None:
                return Stored(new=False, deployments=_earlier(connection, receipt))
            # by name: two deliveries for the same targets then wait for each other, never in a circle
            made = [
                ask(connection, request, self._telling, push=row["id"])
                for request in sorted(requests, key=lambda request: request.target)
            ]
            return Stored(new=True, deployments=tuple(made))


def _push_row(receipt: Receipt) -> dict[str, Any]:
    return {
        "repository": receipt.repository,
        "forge": receipt.forge,
        "receipt": receipt.id,
        "event": receipt.event,
        "headers": Jsonb(dict(receipt.headers)),
        "body": receipt.body,
    }


def _earlier(connection: Connection, receipt: Receipt) -> tuple[DeploymentId, ...]:
    names = {"repository": receipt.repository, "forge": receipt.forge, "receipt": receipt.id}
    return tuple(DeploymentId(row["id"]) for row in connection.execute(_SQL["deployments_of"], names))
