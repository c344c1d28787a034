"""A few open connections to the control database, for the web process only: a pool cannot cross a fork."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg_pool import ConnectionPool, PoolTimeout

from orchestrator.adapters.postgres.ledger.connection import (
    Connection,
    ControlDatabase,
    speaking_to_the_ledger,
)
from orchestrator.domain.errors import Unavailable


class ControlPool:
    """Hands out connections for one transaction each."""

    def __init__(self, control: ControlDatabase, *, size: int = 8, wait_seconds: float = 3) -> None:
        """Connect nowhere yet: the first use does."""
        self._pool = ConnectionPool[Connection](
            **control.pool_arguments(),
            min_size=1,
            max_size=size,
            timeout=wait_seconds,
            open=False,
            name="ledger",
        )
        self._opened = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection for one transaction. Raises Unavailable when none can be had in time."""
        if not self._opened:
            self._pool.open()
            self._opened = True
        try:
            with speaking_to_the_ledger(), self._pool.connection() as connection, connection.transaction():
                yield connection
        except PoolTimeout:
            raise Unavailable("the control database is away", code="ledger-unavailable") from None

    def close(self) -> None:
        """Close all connections, waiting at most a few seconds."""
        if self._opened:
            self._pool.close(timeout=3)
