"""Carry several migrations out in one transaction, which is committed only if a check inside it says so.

The transaction is opened once and holds the fence from its beginning, outside of any savepoint. Each file
then comes as it would in a transaction of its own: in a session made fresh, with its history row, and with
what a commit would check checked behind it; only the locks stay. What is asked before the commit is asked
behind a savepoint, so that settings which asking leaves behind end with it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg

from orchestrator.adapters.postgres.target.connect import Session
from orchestrator.adapters.postgres.target.failure import out_of_time
from orchestrator.adapters.postgres.target.pipeline import ConnectionLost, OutOfTime, Step
from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.adapters.postgres.target.transact import (
    TRANSACTION_TIMEOUT,
    Collision,
    Job,
    Transactor,
    Watch,
)
from orchestrator.adapters.postgres.target.transaction import BEGIN, FRESH, Part, Piece, hold
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.errors import TargetError
from orchestrator.ports.target import Database

_NOTHING: Final = Step(sql="select")
#: the guard that the pieces of a job leave behind, once more, and the end
_END: Final = (
    Piece(part=Part.FENCE, step=Step(sql="execute bascule_guard")),
    Piece(part=Part.COMMIT, step=Step(sql="commit")),
)


def carry_out(
    jobs: Sequence[Job], transactor: Transactor, check: Callable[[Database], bool]
) -> tuple[float, ...]:
    """Commit all jobs, of which there is at least one, or none; return how long each took.

    Nothing was committed and nothing is returned when `check` said no.
    """
    deadline = time.monotonic() + transactor.address.migration_timeout_seconds
    atomic = _Atomic(jobs, transactor, check, deadline=deadline)
    transactor.insist(atomic.once, deadline=deadline)
    return atomic.took


class _Atomic:
    def __init__(
        self,
        jobs: Sequence[Job],
        transactor: Transactor,
        check: Callable[[Database], bool],
        *,
        deadline: float,
    ) -> None:
        self._jobs = jobs
        self._transactor = transactor
        self._check = check
        self._deadline = deadline
        self._attempt = jobs[0].attempt
        self.took: tuple[float, ...] = ()

    def once(self) -> Collision | None:
        """Run the transaction once. None: it is committed, or the check said no."""
        session = self._transactor.session()
        # a session that is made fresh forgets what the driver prepared
        session.connection.prepare_threshold = None
        watch = self._transactor.watch(session, self._deadline)
        self._attempt = self._jobs[0].attempt
        took: list[float] = []
        try:
            collision = self._send(self._beginning(), session, watch)
            for job in self._jobs if collision is None else ():
                self._attempt, began = job.attempt, time.monotonic()
                collision = self._send(self._transactor.pieces(job, session, inside=True), session, watch)
                if collision is not None:
                    break
                took.append(time.monotonic() - began)
                crash_point("apply: between the migrations of one transaction")
            return collision or self._end(session, watch, tuple(took))
        except ConnectionLost as lost:
            versions = frozenset(job.attempt.version for job in self._jobs)
            self._transactor.find_out(self._attempt, versions, lost, recorded_afterwards=True)
            self.took = (*took, *[0.0] * (len(self._jobs) - len(took)))
            return None
        except BaseException:
            # whatever it is, a transaction that is left open would hold its locks
            self._transactor.stop(session)
            raise

    def _beginning(self) -> tuple[Piece, ...]:
        return (
            *(Piece(part=Part.SESSION, step=Step(sql=each)) for each in (FRESH, BEGIN)),
            Piece(part=Part.FENCE, step=hold(self._transactor.holder)),
        )

    def _end(self, session: Session, watch: Watch, took: tuple[float, ...]) -> Collision | None:
        """Ask, and commit or undo."""
        fresh = Job(attempt=self._attempt, statements=(), history=_NOTHING, recorded_afterwards=None)
        collision = self._send(self._transactor.pieces(fresh, session, inside=True), session, watch)
        if collision is not None:
            return collision
        crash_point("apply: before the probes of one transaction")
        if not self._is_content(session):
            _own(session.connection, self._transactor.address.name, "rollback")
            return None
        crash_point("apply: before the commit of all")
        collision = self._send(_END, session, watch)
        if collision is None:
            self.took = took
        return collision

    def _is_content(self, session: Session) -> bool:
        try:
            with _asking(session.connection, self._transactor.address.name) as database:
                return self._check(database)
        except TargetError as error:
            if error.nouns.get("sqlstate") == TRANSACTION_TIMEOUT:
                limit = self._transactor.address.migration_timeout_seconds
                raise out_of_time(self._attempt, limit) from error
            raise

    def _send(self, pieces: Sequence[Piece], session: Session, watch: Watch) -> Collision | None:
        if time.monotonic() >= self._deadline:
            self._transactor.stop(session)
            raise OutOfTime
        return self._transactor.send(pieces, self._attempt, session, watch)


@contextmanager
def _asking(connection: psycopg.Connection, target: str) -> Iterator[OpenDatabase]:
    """Ask inside a savepoint: settings that asking leaves behind end with it."""
    _own(connection, target, "savepoint bascule_ask", "set local transaction_read_only = on")
    yield OpenDatabase(connection, target)
    _own(connection, target, "rollback to savepoint bascule_ask", "release savepoint bascule_ask")


def _own(connection: psycopg.Connection, target: str, *statements: str) -> None:
    database = OpenDatabase(connection, target)
    for statement in statements:
        database.rows(statement)
