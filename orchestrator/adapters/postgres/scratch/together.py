"""A play inside one transaction, which is undone at the end: the copy stays as it is, nothing is copied anew.

What fails here may fail only here: an enum value that has to be committed before it is used, a check that is
due at a commit. So every failure says that this play cannot be held together; played apart it fails again, if
it is the migration's own.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch import trace
from orchestrator.adapters.postgres.scratch.playing import OWNER, Waiting, carry_out
from orchestrator.adapters.postgres.scratch.prepared import Prepared, PreparedDatabase
from orchestrator.adapters.postgres.target import pipeline
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import GRACE_SECONDS, Session, connection_lost, is_loss
from orchestrator.adapters.postgres.target.failure import Attempt, failure_of
from orchestrator.adapters.postgres.target.lock import TargetLock
from orchestrator.adapters.postgres.target.pipeline import Step
from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.adapters.postgres.target.sendable import read_sendable
from orchestrator.adapters.postgres.target.transaction import (
    Holder,
    Part,
    Piece,
    forgets_prepared,
    hold,
    pieces_of,
)
from orchestrator.adapters.postgres.target.write import array_literal
from orchestrator.domain.errors import Failure, TargetError
from orchestrator.domain.migration import Migration
from orchestrator.domain.rehearsal import NotInOneTransaction, StatementTrace
from orchestrator.validation.script import Script

_HISTORY = queries.load("sql/target/history.sql")
#: what is prepared before there are statements is not carried out
_NO_STATEMENT: Final = -1


class TogetherPlay:
    """The port Play, in one open transaction."""

    def __init__(self, session: Session, lock: TargetLock, address: TargetAddress) -> None:
        """Open the transaction; the lock is taken, and its epoch holds for all of it."""
        self._session = session
        self._lock = lock
        self._address = address
        self._looks: list[Callable[[], None]] = []
        self._prepared = Prepared()
        # a session that is made fresh forgets what the driver prepared, and only knows our own
        session.connection.prepare_threshold = None
        self._own("begin isolation level read committed")
        # before any savepoint: the guard asks whether the transaction itself wrote the fence's row
        self._send([Piece(part=Part.FENCE, step=hold(self._holder))])
        trace.begin(session.connection)

    def apply(self, migration: Migration, sql: str) -> tuple[StatementTrace, ...]:
        """Run a migration, and say what each statement did."""
        trace.start(self._session.connection)
        script = self._apply(migration, sql, traced=True)
        return trace.take(self._session.connection, migration, script.statements, forget=False)

    def apply_again(self, migration: Migration, sql: str) -> None:
        """Run a migration once more, without a look behind each statement."""
        self._apply(migration, sql)

    def revert(self, migration: Migration, sql: str) -> None:
        """Run a rollback."""
        _, script = self._read(migration, sql)
        self._run(script, Step(sql=_HISTORY["forget"], parameters=(migration.version,)))

    def works(self, statement: str) -> bool:
        """Carry one statement out, if it can be."""
        self._own("savepoint bascule_try")
        try:
            self._own(statement)
        except psycopg.Error:
            self._own("rollback to savepoint bascule_try")
            return False
        self._own("release savepoint bascule_try")
        return True

    def mark(self, look: Callable[[], None]) -> int:
        """Remember this moment by a savepoint; coming back to it brings back even what the server numbers."""
        self._own(f"savepoint bascule_{len(self._looks)}")
        self._looks.append(look)
        look()
        return len(self._looks) - 1

    def back_to(self, mark: int) -> None:
        """Undo everything since that moment."""
        self._own(f"rollback to savepoint bascule_{mark}")
        del self._looks[mark + 1 :]

    @contextmanager
    def asking(self) -> Iterator[OpenDatabase]:
        """Ask inside a savepoint: settings that asking leaves behind end with it."""
        with self._undone():
            self._own("set local transaction_read_only = on")
            yield PreparedDatabase(self._session.connection, self._address.name, self._prepared)

    @contextmanager
    def probing(self) -> Iterator[OpenDatabase]:
        """Ask inside a savepoint, with rows that end with it."""
        with self._undone():
            yield self._database

    @contextmanager
    def _undone(self) -> Iterator[None]:
        self._own("savepoint bascule_ask")
        try:
            yield
        finally:
            if not self._session.connection.closed:
                self._own("rollback to savepoint bascule_ask", "release savepoint bascule_ask")

    def _apply(self, migration: Migration, sql: str, *, traced: bool = False) -> Script:
        attempt, script = self._read(migration, sql)
        row = (migration.version, migration.name, array_literal(script.recorded))
        self._run(script, Step(sql=_HISTORY["record"], parameters=row), traced=traced, attempt=attempt)
        return script

    def _read(self, migration: Migration, sql: str) -> tuple[Attempt, Script]:
        attempt = Attempt(target=self._address.name, version=migration.version, file=migration.file)
        try:
            return attempt, read_sendable(attempt, sql)
        except TargetError as error:
            raise NotInOneTransaction from error

    def _run(
        self,
        script: Script,
        history: Step,
        *,
        traced: bool = False,
        attempt: Attempt | None = None,
    ) -> None:
        pieces = pieces_of(
            script.statements,
            history,
            address=self._address,
            holder=self._holder,
            server_version=self._session.connection.info.server_version,
            notices_our_death=self._session.notices_our_death,
            inside=True,
            forget=self._prepared.strangers,
            look=self._look_behind(script) if traced else None,
        )
        self._send(pieces, attempt)

    def _send(self, pieces: Sequence[Piece], attempt: Attempt | None = None) -> None:
        waiting = Waiting(
            deadline=time.monotonic() + self._address.migration_timeout_seconds,
            silence_seconds=self._address.statement_timeout_seconds + GRACE_SECONDS,
        )
        try:
            pipeline.run(self._session.connection, [piece.step for piece in pieces], waiting)
        except pipeline.StepFailed as failed:
            if is_loss(failed.error):
                raise connection_lost(self._address.name) from failed
            error = failure_of(attempt, pieces[failed.index], failed.error) if attempt else None
            raise NotInOneTransaction(Failure.of(error) if error else None) from failed.error
        except pipeline.ConnectionLost as lost:
            raise connection_lost(self._address.name) from lost
        self._prepared.look(self._database)

    def _look_behind(self, script: Script) -> Callable[[int], Step]:
        """Return what looks behind each statement, prepared where the statements let it stay that."""
        if forgets_prepared(script.statements):
            return trace.look
        self._own(*self._prepared.statements(trace.LOOK, [_NO_STATEMENT])[:-1])
        return lambda number: Step(sql=self._prepared.statements(trace.LOOK, [number])[-1])

    @property
    def _database(self) -> OpenDatabase:
        return OpenDatabase(self._session.connection, self._address.name)

    @property
    def _holder(self) -> Holder:
        current_user, session_user = self._lock.identity
        return Holder(
            owner=OWNER, epoch=self._lock.epoch, current_user=current_user, session_user=session_user
        )

    def _own(self, *statements: str) -> None:
        carry_out(self._session.connection, statements, self._address.name)
