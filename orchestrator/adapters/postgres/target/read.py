"""Look at a target. Nothing here writes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.connect import connection_lost, is_loss
from orchestrator.adapters.postgres.target.obstacles import find_obstacle
from orchestrator.domain.demand import Demand
from orchestrator.domain.errors import TargetError
from orchestrator.domain.obstacle import Obstacle
from orchestrator.domain.plan import HistoryRow
from orchestrator.domain.target import Fence

_HISTORY = queries.load("sql/target/history.sql")
_FENCE = queries.load("sql/target/fence.sql")
_INTENT = queries.load("sql/target/intent.sql")
_ABSENT = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)


class OpenDatabase:
    """Something to ask: a connection, whatever transaction it is in."""

    def __init__(self, connection: psycopg.Connection, target: str) -> None:
        """Ask on this connection; the name is for messages."""
        self._connection = connection
        self._target = target

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, `%(name)s` for parameters. Raises TargetError, Unavailable."""
        try:
            cursor = self._connection.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            if is_loss(error):
                raise connection_lost(self._target) from error
            raise TargetError(
                f"target {self._target}: {error.diag.message_primary}",
                code="query-failed",
                target=self._target,
                sqlstate=error.sqlstate,
            ) from error


class Reader:
    """A target that is only looked at."""

    def __init__(self, connection: psycopg.Connection, target: str) -> None:
        """Read on this connection, which is in autocommit."""
        self._connection = connection
        self._target = target

    def history(self) -> tuple[HistoryRow, ...]:
        """Return the applied migrations by version; empty when there is no history table."""
        rows = self._rows_if_there(_HISTORY["rows"])
        return tuple(HistoryRow(version=version, name=name) for version, name in rows)

    def ours(self) -> frozenset[str]:
        """Return the versions of the history that Bascule wrote; empty when nobody has adopted the target."""
        return frozenset(version for (version,) in self._rows_if_there(_HISTORY["ours"]))

    def noted(self) -> frozenset[str]:
        """Return the versions of which our note is there, whatever the history says."""
        return frozenset(version for (version,) in self._rows_if_there(_HISTORY["noted"]))

    def transactions(self, versions: Sequence[str]) -> frozenset[str]:
        """Return the ids of the transactions in which Bascule wrote these rows of the history."""
        rows = self._rows_if_there(_HISTORY["transactions"], {"versions": list(versions)})
        return frozenset(number for (number,) in rows)

    def begun(self) -> frozenset[str]:
        """Return the versions whose files run alone and did not come to their end."""
        return frozenset(version for (version,) in self._rows_if_there(_INTENT["unfinished"]))

    def half_undone(self) -> frozenset[str]:
        """Return the versions of the history whose rollbacks run alone and did not come to their end."""
        return frozenset(version for (version,) in self._rows_if_there(_INTENT["half_undone"]))

    def fence(self) -> Fence | None:
        """Return the fence; None when nobody has adopted the target."""
        rows = self._rows_if_there(_FENCE["read"])
        return Fence(owner=rows[0][0], epoch=rows[0][1]) if rows else None

    def obstacle(self, demand: Demand, *, limit_seconds: float) -> Obstacle | None:
        """Count the rows in the way of a demand, in a READ ONLY transaction of its own."""
        with self.asking() as database:
            return find_obstacle(database, demand, limit_seconds=limit_seconds)

    @contextmanager
    def asking(self) -> Iterator[OpenDatabase]:
        """Open a READ ONLY transaction that is always undone."""
        with self._undone("begin transaction read only") as database:
            yield database

    @contextmanager
    def probing(self) -> Iterator[OpenDatabase]:
        """Open a transaction that may write, and is always undone."""
        with self._undone("begin transaction isolation level read committed read write") as database:
            yield database

    @contextmanager
    def _undone(self, begin: str) -> Iterator[OpenDatabase]:
        database = OpenDatabase(self._connection, self._target)
        database.rows(begin)
        try:
            yield database
        finally:
            if not self._connection.closed:
                database.rows("rollback")

    def _rows_if_there(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        try:
            return OpenDatabase(self._connection, self._target).rows(sql, parameters)
        except TargetError as error:
            if isinstance(error.__cause__, _ABSENT):
                return []
            raise
