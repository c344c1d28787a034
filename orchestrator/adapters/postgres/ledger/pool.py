"""A few open connections to the control database, for the web process only: a pool cannot cross a fork."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg_pool import ConnectionPool

from orchestrator.adapters.postgres.ledger.connection import (
    Connection,
    ControlDatabase,
    has_news,
    speaking_to_the_ledger,
)

_RECONNECT_SECONDS = 0.5


class ControlPool:
    """Hands out connections for one transaction each."""

    def __init__(self, control: ControlDatabase, *, size: int = 8, wait_seconds: float = 3) -> None:
        """Connect nowhere yet: the first use does."""
        self._control = control
        self._pool = ConnectionPool[Connection](
            **control.pool_arguments(),
            min_size=1,
            max_size=size,
            timeout=wait_seconds,
            check=_check,
            # given up soon, because the pauses in between double: the next one who asks begins anew
            reconnect_timeout=_RECONNECT_SECONDS,
            open=False,
            name="ledger",
        )
        self._opened = False

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection in autocommit: what one statement writes is a transaction of its own.

        Raises Unavailable when none can be had in time.
        Raises ConfigurationError when the server does not let us in.
        """
        self._open()
        with speaking_to_the_ledger(), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection for one transaction. Raises as `connection` does."""
        with self.connection() as connection, connection.transaction():
            yield connection

    def _open(self) -> None:
        """Open the pool, having seen that one can connect: the pool itself would only say that it cannot."""
        if not self._opened:
            self._control.connect().close()
            self._pool.open()
            self._opened = True

    def close(self) -> None:
        """Close all connections, waiting at most a few seconds."""
        if self._opened:
            self._pool.close(timeout=3)


def _check(connection: Connection) -> None:
    """Find out whether a restart of the server broke what is open, so that no push is refused for it.

    A connection that was closed over there has something to say while nobody asked: only then it is worth a
    round trip. Raises psycopg.Error when it is broken.
    """
    if has_news(connection):
        ConnectionPool.check_connection(connection)
