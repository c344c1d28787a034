"""Stores what a forge told us: receipt, deployments and wake-ups, in one statement."""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from orchestrator.adapters.postgres.ledger.connection import one
from orchestrator.adapters.postgres.ledger.deployments import WORDS, Telling, tell_superseded, wants
from orchestrator.adapters.postgres.ledger.pool import ControlPool
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.event import EventKind
from orchestrator.domain.push import Receipt, Request, Stored

_STORE = load("sql/ledger/pushes.sql")["store"]


class LedgerReception:
    """The port Reception on PostgreSQL."""

    def __init__(self, pool: ControlPool, telling: Telling) -> None:
        """Take the web process's pool."""
        self._pool = pool
        self._telling = telling

    def store(self, receipt: Receipt, requests: Sequence[Request]) -> Stored:
        """Write all of it, or nothing: the one statement is its own transaction, if nothing belongs to it."""
        lent = self._pool.transaction if wants(EventKind.SUPERSEDED, self._telling) else self._pool.connection
        with lent() as connection:
            row = one(connection.execute(_STORE, _names(receipt, requests), prepare=True))
            tell_superseded(connection, row["superseded"], self._telling)
        made = tuple(DeploymentId(each) for each in row["deployments"] or ())
        return Stored(new=row["is_new"], deployments=made)


def _names(receipt: Receipt, requests: Sequence[Request]) -> dict[str, Any]:
    # by name: two deliveries for the same targets then wait for each other, never in a circle
    asked = [
        {
            "target": request.target,
            "repository": request.repository,
            "branch": request.branch,
            "commit": request.commit,
            "cause": request.cause,
            "actor": request.actor,
        }
        for request in sorted(requests, key=lambda request: request.target)
    ]
    return {
        "repository": receipt.repository,
        "forge": receipt.forge,
        "receipt": receipt.id,
        "event": receipt.event,
        "headers": Jsonb(dict(receipt.headers)),
        "body": receipt.body,
        "requests": Jsonb(asked),
        "words": WORDS,
    }
