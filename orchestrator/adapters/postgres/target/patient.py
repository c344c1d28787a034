"""A connection that never waits for ever: libpq knows no time limit for a server that is silent."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

T = TypeVar("T")


class PatientConnection(psycopg.Connection[TupleRow]):
    """Gives a silent server up: every wait ends, at the latest, with an OperationalError without SQLSTATE."""

    #: the server's own limits come first as long as it is alive
    longest_wait_seconds: float = 60.0

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for an answer as psycopg does, but not longer than is allowed."""
        if timeout is not None:  # psycopg's own, shorter ones
            return super().wait(gen, interval, timeout)
        return super().wait(self._bounded(gen), interval)

    @contextmanager
    def waiting_at_most(self, seconds: float) -> Iterator[None]:
        """Wait less for a while."""
        usual = self.longest_wait_seconds
        self.longest_wait_seconds = seconds
        try:
            yield
        finally:
            self.longest_wait_seconds = usual

    def _bounded(self, gen: PQGen[T]) -> PQGen[T]:
        deadline = time.monotonic() + self.longest_wait_seconds
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()  # what it may still say belongs to nobody
                    raise psycopg.OperationalError("no answer in time")
                wanted = gen.send(ready)
        except StopIteration as end:
            result: T = end.value
            return result
