"""Connections to the control database."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from orchestrator.adapters.postgres.target.refusal import find_refusal
from orchestrator.domain.errors import BasculeError, ConfigurationError, Unavailable

Connection = psycopg.Connection[DictRow]

#: a dead peer is noticed within about 20 s, so that the locks of a lost host become free
KEEPALIVES = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

_LOOK_SECONDS = 2.0


class ControlDatabase:
    """Where the ledger lives. Opens plain connections: nothing here survives a fork."""

    def __init__(
        self, url: str, *, application: str = "bascule", statement_timeout_seconds: float = 30
    ) -> None:
        """Take a libpq URL; it holds the password and appears in no message."""
        self._url = url
        self._application = application
        self._statement_timeout = f"{int(statement_timeout_seconds * 1000)}ms"
        self._lent = threading.local()

    def connect(self) -> Connection:
        """Open a connection in autocommit. Raises Unavailable, ConfigurationError."""
        try:
            connection = psycopg.Connection[DictRow].connect(self._url, **self._arguments())
        except psycopg.OperationalError as problem:
            raise self._not_let_in(problem) from None
        except psycopg.ProgrammingError:
            # its text repeats what stands there
            raise ConfigurationError(
                "service.database_url says something that PostgreSQL's library does not know",
                code="bad-url",
                remedy="check what stands behind its ?: sslmode and the like go there",
            ) from None
        with speaking_to_the_ledger():
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

    def _not_let_in(self, problem: psycopg.OperationalError) -> BasculeError:
        """Say whether the operator has to act; libpq gives the reason in words only, which decide nothing."""
        parameters = {key: str(value) for key, value in conninfo_to_dict(self._url).items()}
        state = find_refusal(parameters, timeout_seconds=_LOOK_SECONDS).sqlstate
        if state in _NOT_LET_IN:
            return _refuses(_NOT_LET_IN[state], state)
        return _away(_first_line(problem))

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
    def session(self) -> Iterator[Connection]:
        """Lend this thread's session to all that the thread asks meanwhile; it stays open for the next time.

        Who begins another one meanwhile gets one of its own. Its locks are given back at the end. When
        anything goes wrong it is closed, and whatever it held is free.
        """
        connection = self._kept() or self.connect()
        try:
            with self.lending(connection):
                yield connection
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        # what was done is recorded: that the server went away since then is for the next one to notice
        with contextlib.suppress(psycopg.Error):
            # before it is closed, too: the server ends a session some time after its client has left
            connection.execute("select pg_advisory_unlock_all()")
            if getattr(self._lent, "kept", None) is None:
                self._lent.kept = connection
                return
        connection.close()

    def _kept(self) -> Connection | None:
        """Take the session that this thread keeps, unless the server went away meanwhile."""
        kept: Connection | None = getattr(self._lent, "kept", None)
        self._lent.kept = None
        if kept is not None and has_news(kept):
            kept.close()
            return None
        return kept

    def close(self) -> None:
        """Let go of the session that this thread keeps."""
        kept: Connection | None = getattr(self._lent, "kept", None)
        self._lent.kept = None
        if kept is not None:
            kept.close()

    @contextmanager
    def lending(self, connection: Connection) -> Iterator[None]:
        """Let everything that this thread asks meanwhile join this connection; it must be in autocommit."""
        before = getattr(self._lent, "connection", None)
        self._lent.connection = connection
        try:
            yield
        finally:
            self._lent.connection = before

    @contextmanager
    def joined(self) -> Iterator[Connection]:
        """Ask on the connection that is lent to this thread; where none is, open one for this conversation.

        Opening one takes more round trips than most questions: a stage asks on the connection of its claim.
        """
        lent: Connection | None = getattr(self._lent, "connection", None)
        if lent is None:
            with self.connection() as connection:
                yield connection
        else:
            with speaking_to_the_ledger():
                yield lent

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a connection for one transaction."""
        with self.connection() as connection, connection.transaction():
            yield connection


def has_news(connection: Connection) -> bool:
    """Tell whether the server has said something while nobody asked: most likely that it hung up."""
    unasked = poll()
    unasked.register(connection.fileno(), POLLIN)
    return bool(unasked.poll(0))


#: why the server does not let us in, by SQLSTATE: the operator must act
_NOT_LET_IN = {
    "28P01": "the user or the password is wrong",
    "28000": "this user may not log in from here",
    "3D000": "there is no such database",
    "42501": "this user may not connect to the database",
}
#: the same, as errors of an open connection
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
        raise _refuses(_first_line(problem), problem.sqlstate) from None
    except errors.UndefinedTable as problem:
        raise ConfigurationError(
            f"the ledger's tables are missing: {_first_line(problem)}",
            code="ledger-missing",
            remedy="start `bascule serve`, `relay` or `up` once: each brings the ledger's schema up to date",
        ) from None
    except (psycopg.OperationalError, psycopg.InterfaceError) as problem:
        raise _away(_first_line(problem)) from None


def _refuses(why: str, state: str | None) -> ConfigurationError:
    return ConfigurationError(
        f"the control database refuses: {why}",
        code="ledger-refused",
        remedy="check service.database_url, its password, and the rights in deploy/roles.sql",
        sqlstate=state,
    )


def _away(why: str) -> Unavailable:
    return Unavailable(
        f"the control database is away: {why}",
        code="ledger-unavailable",
        remedy="see that PostgreSQL runs where service.database_url says; everything goes on when it is back",
    )


def _first_line(problem: psycopg.Error) -> str:
    message = problem.diag.message_primary or str(problem)
    return next(iter(message.strip().splitlines()), type(problem).__name__)


def one(cursor: psycopg.Cursor[DictRow]) -> dict[str, Any]:
    """Return the row that must be there."""
    row = cursor.fetchone()
    assert row is not None
    return row
