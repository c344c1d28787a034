"""Send many statements in one go and say which of them failed: one round trip however many there are.

libpq's pipeline mode, driven here and not by psycopg's own, because three things are needed that it does not
give: the position of the statement that failed, a time limit on our side, and rows that are thrown away while
they arrive.
"""

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import psycopg
from psycopg import pq

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

_COPIES = (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One statement of a pipeline, with parameters as text for $1, $2 …."""

    sql: str
    parameters: tuple[str, ...] = ()


class StepFailed(Exception):
    """The server refused one statement; those after it were not carried out."""

    def __init__(self, index: int, error: psycopg.Error) -> None:
        """Keep which step it was, counted from 0, and what the server said."""
        super().__init__(index)
        self.index = index
        self.error = error


class ConnectionLost(Exception):
    """The connection broke: whether the transaction committed is not known."""


class OutOfTime(ConnectionLost):
    """Our own time limit passed; the connection is of no use any more, which is why this is a loss, too."""


class Waiting(Protocol):
    """How long to wait, and what to do meanwhile."""

    @property
    def deadline(self) -> float:
        """On the clock of time.monotonic()."""
        ...

    @property
    def silence_seconds(self) -> float:
        """Longest time without a word from the server."""
        ...

    @property
    def tick_seconds(self) -> float:
        """How often `tick` is called while the server is silent."""
        ...

    def tick(self) -> None:
        """Look around while the server is silent."""
        ...


def run(connection: psycopg.Connection, steps: Sequence[Step], waiting: Waiting) -> None:
    """Carry the steps out. After any exception the connection is only good for closing.

    Raises StepFailed, ConnectionLost, OutOfTime.
    """
    _Run(connection.pgconn, connection.info.encoding, waiting).carry_out(steps)


class _Run:
    def __init__(self, pgconn: "PGconn", encoding: str, waiting: Waiting) -> None:
        self.pgconn = pgconn
        self.encoding = encoding
        self.waiting = waiting
        self.heard = time.monotonic()
        self.poll = select.poll()

    def carry_out(self, steps: Sequence[Step]) -> None:
        try:
            self.pgconn.enter_pipeline_mode()
            for step in steps:
                self.pgconn.send_query_params(step.sql.encode(), [p.encode() for p in step.parameters])
            self.pgconn.pipeline_sync()
            for index in range(len(steps)):
                self._finish(index)
            self._result()  # the answer to the sync itself
            self.pgconn.exit_pipeline_mode()
        except psycopg.Error as error:
            raise ConnectionLost from error

    def _finish(self, index: int) -> None:
        """Read everything that one statement answers, a row at a time: a migration's rows are nobody's."""
        self.pgconn.set_single_row_mode()
        while (result := self._result()) is not None:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise self._failure(index, result)
            if result.status in _COPIES:
                raise StepFailed(index, psycopg.errors.FeatureNotSupported("COPY from or to the client"))

    def _failure(self, index: int, result: "PGresult") -> Exception:
        error = psycopg.errors.error_from_result(result, encoding=self.encoding)
        if error.sqlstate is None:
            return ConnectionLost()
        return StepFailed(index, error)

    def _result(self) -> "PGresult | None":
        while self.pgconn.is_busy():
            self._wait()
        return self.pgconn.get_result()

    def _wait(self) -> None:
        """Send what is still unsent and take in what has arrived."""
        unsent = select.POLLOUT if self.pgconn.flush() else 0
        self.poll.register(self.pgconn.socket, select.POLLIN | unsent)
        now = time.monotonic()
        until = min(self.waiting.deadline, self.heard + self.waiting.silence_seconds)
        if now >= until:
            raise OutOfTime
        if not self.poll.poll(min(self.waiting.tick_seconds, until - now) * 1000):
            self.waiting.tick()
            return
        self.heard = time.monotonic()
        self.pgconn.consume_input()
