"""The ledger as people read it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError

from orchestrator.adapters.postgres.ledger.codec import decode
from orchestrator.adapters.postgres.ledger.connection import Connection
from orchestrator.adapters.postgres.ledger.pool import ControlPool
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import Deployment, DeploymentId, StageRun
from orchestrator.domain.event import Event
from orchestrator.domain.plan import Hold
from orchestrator.domain.target import TargetState

log = structlog.get_logger()

_SQL = load("sql/ledger/reading.sql")

#: longer than a transaction that appends events takes
_GAP_SECONDS = 5.0

T = TypeVar("T")


class LedgerReading:
    """The port Reading on PostgreSQL."""

    def __init__(self, pool: ControlPool, *, gap_seconds: float = _GAP_SECONDS) -> None:
        """Share the web process's pool."""
        self._pool = pool
        self._gap_seconds = gap_seconds

    def targets(self) -> tuple[TargetState, ...]:
        """Return every target by name."""
        with self._pool.transaction() as connection:
            return tuple(_state(connection, row) for row in connection.execute(_SQL["targets"]).fetchall())

    def deployments(self, *, target: str | None = None, limit: int = 50) -> tuple[Deployment, ...]:
        """Return the newest first."""
        with self._pool.transaction() as connection:
            rows = connection.execute(_SQL["deployments"], {"target": target, "limit": limit})
            return _readable(rows, Deployment)

    def deployment(self, deployment: DeploymentId) -> Deployment | None:
        """Return one."""
        with self._pool.transaction() as connection:
            return _deployment(connection, deployment)

    def runs(self, deployment: DeploymentId) -> tuple[StageRun, ...]:
        """Return the ended stages in order."""
        with self._pool.transaction() as connection:
            rows = connection.execute(_SQL["runs"], {"deployment": deployment})
            return _readable(rows, StageRun)

    def events(
        self, *, after: int = 0, deployment: DeploymentId | None = None, limit: int = 100
    ) -> tuple[Event, ...]:
        """Return events, oldest first.

        What is behind the id of a transaction that may still commit is told a few seconds later, so that
        nobody who asks with the last id as `after` misses an event.
        """
        names = {
            "after": after,
            "deployment": deployment,
            "limit": limit,
            "gap_seconds": self._gap_seconds,
        }
        with self._pool.transaction() as connection:
            return _readable(connection.execute(_SQL["events"], names), Event)

    def ready(self) -> str:
        """Return the ledger's id. Raises Unavailable, ConfigurationError."""
        with self._pool.transaction() as connection:
            rows: list[Any] = connection.execute(_SQL["ready"]).fetchall()
            return str(rows[0]["id"])


def _deployment(connection: Connection, wanted: int | None) -> Deployment | None:
    row = connection.execute(_SQL["deployment"], {"deployment": wanted}).fetchone()
    return next(iter(_readable([] if row is None else [row], Deployment)), None)


def _readable(rows: Iterable[Mapping[str, Any]], kind: type[T]) -> tuple[T, ...]:
    """Read rows; those that only a newer version understands are left out, as long as both run."""
    found = []
    for row in rows:
        try:
            found.append(decode(dict(row), kind))
        except ValidationError as problem:
            log.warning("written by another version", kind=problem.title)
    return tuple(found)


def _state(connection: Connection, row: dict[str, Any]) -> TargetState:
    holds = connection.execute(_SQL["holds"], {"target": row["name"]})
    return TargetState(
        name=row["name"],
        adopted=row["adopted"],
        closed_by=row["closed_by"],
        drifted=row["drifted"],
        newest=_deployment(connection, row["newest"]),
        holds=tuple(decode(hold, Hold) for hold in holds),
    )
