"""A play file by file, each committed as a deployment would: on a clone of the copy, dropped afterwards."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from orchestrator.adapters.postgres.scratch import trace
from orchestrator.adapters.postgres.scratch.playing import OWNER, carry_out
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.adapters.postgres.target.lock import TargetLock
from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.adapters.postgres.target.write import Writer
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.migration import Migration
from orchestrator.domain.rehearsal import StatementTrace
from orchestrator.validation.script import read_script


@dataclass(kw_only=True)
class _Moment:
    """A mark: how much of the journal had happened by then, and who wants to look."""

    steps: int
    look: Callable[[], None]


class ApartPlay:
    """The port Play on databases of its own.

    There is no way back in a database but to begin again: so everything that was done is kept in a journal,
    and to come back to a moment is to take a fresh clone and to repeat the journal up to there.
    """

    def __init__(self, fresh: Callable[[], TargetAddress]) -> None:
        """Connect to a clone; `fresh` puts a new one in its place while nobody is connected."""
        self._fresh = fresh
        self._journal: list[Callable[[], object]] = []
        self._moments: list[_Moment] = []
        self._open()

    def apply(self, migration: Migration, sql: str) -> tuple[StatementTrace, ...]:
        """Run a migration and commit it with its history row."""
        trace.start(self._lock.connection, forget=True)
        self._do(lambda: self._writer.apply(migration, sql))
        crash_point("rehearse: a file of a play apart committed")
        statements = read_script(sql).statements
        return trace.take(self._lock.connection, migration, statements, forget=True)

    def apply_again(self, migration: Migration, sql: str) -> None:
        """Run a migration once more and commit it."""
        self._do(lambda: self._writer.apply(migration, sql))

    def revert(self, migration: Migration, sql: str) -> None:
        """Run a rollback and commit it."""
        self._do(lambda: self._writer.revert(migration, sql))

    def works(self, statement: str) -> bool:
        """Carry one statement out in a session of its own, if it can be."""
        try:
            self._do(lambda: self._run(statement))
        except psycopg.Error:
            return False
        return True

    def mark(self, look: Callable[[], None]) -> int:
        """Remember this moment."""
        self._moments.append(_Moment(steps=len(self._journal), look=look))
        look()
        return len(self._moments) - 1

    def back_to(self, mark: int) -> None:
        """Begin again with a fresh clone, and repeat what led to that moment."""
        moment = self._moments[mark]
        if len(self._journal) > moment.steps:
            done, moments = self._journal[: moment.steps], self._moments[: mark + 1]
            self.close()
            self._open()
            self._repeat(done, moments)
        del self._moments[mark + 1 :]

    @contextmanager
    def asking(self) -> Iterator[OpenDatabase]:
        """Ask in a READ ONLY transaction of a session of its own."""
        with self._writer.asking() as database:
            yield database

    @contextmanager
    def probing(self) -> Iterator[OpenDatabase]:
        """Ask in a transaction that may write, in a session of its own, and undo it."""
        with self._writer.probing() as database:
            yield database

    def close(self) -> None:
        """Let every connection to the clone go."""
        self._writer.close()
        self._lock.release()

    def _open(self) -> None:
        self._address = self._fresh()
        self._journal, self._moments = [], []
        self._lock = TargetLock(self._address, owner=OWNER)
        self._lock.take()
        self._writer = Writer(self._address, self._lock, owner=OWNER, look=trace.look)
        trace.begin(self._lock.connection)

    def _do(self, step: Callable[[], object]) -> None:
        """Carry a step out; only what succeeded goes into the journal."""
        step()
        self._journal.append(step)

    def _run(self, statement: str) -> None:
        session = open_session(self._address)
        try:
            carry_out(session.connection, [statement], self._address.name)
        finally:
            session.connection.close()

    def _repeat(self, done: Sequence[Callable[[], object]], moments: Sequence[_Moment]) -> None:
        for moment in moments:
            for step in done[len(self._journal) : moment.steps]:
                self._do(step)
            self.mark(moment.look)
        trace.forget(self._lock.connection)  # what is repeated was told when it happened
