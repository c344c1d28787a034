"""Connections to the control database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.rows import DictRow, dict_row

from orchestrator.domain.errors import ConfigurationError, Unavailable

Connection = psycopg.Connection[DictRow]

#: a dead peer is noticed within about 20 s, so that the locks of a lost host become free
KEEPALIVES = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class ControlDatabase:
    """Where the ledger lives. Opens plain connections: nothing here survives a fork."""

    def __init__(
        self, url: str, *, application: str = "bascule", statement_timeout_seconds: float = 30
    ) -> None:
        """Take a libpq URL; it holds the password and appears in no message."""
        self._url = url
        self._application = application
        self._statement_timeout = f"{int(statement_timeout_seconds * 1000)}ms"

    def connect(self) -> Connection:
        """Open a connection in autocommit. Raises Unavailable, ConfigurationError."""
        with speaking_to_the_ledger():
            connection = psycopg.Connection[DictRow].connect(self._url, **self._arguments())
            self._limit(connection)
            return connection

    def pool_arguments(self) -> dict[str, Any]:
        """Return what psycopg_pool needs to open such connections."""
        return {"conninfo": self._url, "kwargs": self._arguments(), "configure": self._limit}

    def _arguments(self) -> dict[str, Any]:
        return {
            "autocommit": True,
            "row_factory": dict_row,
            "connect_timeout": 5,
            "application_name": self._application,
            **KEEPALIVES,
        }

    def _limit(self, connection: Connection) -> None:
        # by SET: a pooler refuses start-up options
        connection.execute(sql.SQL("set statement_timeout = {}").format(sql.Literal(self._statement_timeout)))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a connection for one conversation and close it afterwards."""
        connection = self.connect()
        try:
            with speaking_to_the_ledger():
                yield connection
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a connection for one transaction."""
        with self.connection() as connection, connection.transaction():
            yield connection


#: SQLSTATE classes in which the operator must act: wrong password, no such database, missing right or table
_OPERATOR = (
    errors.InvalidAuthorizationSpecification,
    errors.InvalidCatalogName,
    errors.InsufficientPrivilege,
)


@contextmanager
def speaking_to_the_ledger() -> Iterator[None]:
    """Turn the driver's errors into ours; their text may stay in the log, their cause is not kept."""
    try:
        yield
    except _OPERATOR as problem:
        raise ConfigurationError(
            f"the control database refuses: {_first_line(problem)}",
            code="ledger-refused",
            remedy="check service.database_url, its password, and the rights in deploy/roles.sql",
            sqlstate=problem.sqlstate,
        ) from None
    except errors.UndefinedTable as problem:
        raise ConfigurationError(
            f"the ledger's tables are missing: {_first_line(problem)}",
            code="ledger-missing",
            remedy="start `bascule serve`, `relay` or `up` once: each brings the ledger's schema up to date",
        ) from None
    except psycopg.OperationalError as problem:
        raise Unavailable(
            f"the control database is away: {_first_line(problem)}", code="ledger-unavailable"
        ) from None
    except psycopg.InterfaceError as problem:
        raise Unavailable(
            f"the connection to the control database is lost: {problem}", code="ledger-unavailable"
        ) from None


def _first_line(problem: psycopg.Error) -> str:
    message = problem.diag.message_primary or str(problem)
    return next(iter(message.strip().splitlines()), type(problem).__name__)


def one(cursor: psycopg.Cursor[DictRow]) -> dict[str, Any]:
    """Return the row that must be there."""
    row = cursor.fetchone()
    assert row is not None
    return row
