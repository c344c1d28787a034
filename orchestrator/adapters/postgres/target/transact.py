"""Transactions on a target, under our lock and its epoch, each sent in one round trip."""

import itertools
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import psycopg

from orchestrator.adapters.postgres.target import pipeline
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.causes import explained
from orchestrator.adapters.postgres.target.connect import (
    GRACE_SECONDS,
    Session,
    connection_lost,
    is_loss,
    open_session,
)
from orchestrator.adapters.postgres.target.failure import (
    CONTENTION,
    Attempt,
    could_not_lock,
    failure_of,
    out_of_time,
)
from orchestrator.adapters.postgres.target.lock import Blocker, TargetLock
from orchestrator.adapters.postgres.target.pipeline import ConnectionLost, OutOfTime, Step, StepFailed
from orchestrator.adapters.postgres.target.read import OpenDatabase, Reader
from orchestrator.adapters.postgres.target.transaction import Holder, Part, Piece, pieces_of
from orchestrator.domain.dropped import Guard
from orchestrator.domain.errors import InTheWay, TargetError
from orchestrator.validation.split import Statement

#: what ends a transaction of a server that knows a limit for it
TRANSACTION_TIMEOUT = "25P04"
_LONGEST_PAUSE_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One transaction: statements of a file together with what they mean for the history."""

    attempt: Attempt
    statements: Sequence[Statement]
    history: Step
    #: is the version in the history once this is done? None: this is not about the history
    recorded_afterwards: bool | None
    #: further steps of ours beside the one of the history
    also: tuple[Step, ...] = ()
    #: what is looked at before the first statement
    ahead: tuple[Guard, ...] = ()
    #: settings of the session that hold before it begins
    settings: tuple[str, ...] = ()
    #: the number of its first statement in the file
    first: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Collision:
    """The transaction was undone because of somebody else's; another try may get through."""

    attempt: Attempt
    piece: Piece
    sqlstate: str
    blockers: tuple[Blocker, ...]


@dataclass(kw_only=True, slots=True)
class Watch:
    """How long to wait for the server; looks who blocks us while it is silent."""

    deadline: float
    silence_seconds: float
    tick_seconds: float
    look: Callable[[], tuple[Blocker, ...]]
    #: the last ones seen
    blockers: tuple[Blocker, ...] = field(default=())

    def tick(self) -> None:
        """Keep who blocks us, for the time when nobody does any more."""
        self.blockers = self.look() or self.blockers


class Transactor(Reader):
    """A target under our lock. It reads on the lock's connection, which no migration ever touches."""

    def __init__(
        self,
        address: TargetAddress,
        lock: TargetLock,
        *,
        owner: str,
        look: Callable[[int], Step] | None = None,
        tried: int | None = None,
    ) -> None:
        """Rely on the lock being taken; a connection to work on is opened when it is needed.

        `look` makes a step behind each statement, for a rehearsal that wants to know what it did. `tried`:
        so often somebody was in the way of what comes first, and who asks waits for the next try elsewhere;
        None: all tries are made here.
        """
        super().__init__(lock.connection, address.name)
        self.address = address
        self.lock = lock
        self._owner = owner
        self._look = look
        self._tried = tried
        self._work: Session | None = None

    def close(self) -> None:
        """Close the connection that migrations run on; the lock is its holder's to release."""
        if self._work is not None:
            self._work.connection.close()
            self._work = None

    def carry_out(self, job: Job, *, deadline: float | None = None) -> None:
        """Run a transaction of ours and commit it; try again while somebody else is in the way.

        Raises Contention where that does not end, InTheWay where the next try is made later.
        """
        until = deadline or time.monotonic() + self.address.migration_timeout_seconds
        self.insist(lambda: self._try(job, until), deadline=until)
        if self._tried is not None and job.recorded_afterwards is not None:
            self._tried = 0  # a version further: what comes next has all its tries

    def insist(self, once: Callable[[], Collision | None], *, deadline: float) -> None:
        """Do it again as long as it collides with somebody, up to the number of tries and the deadline."""
        for number in itertools.count((self._tried or 0) + 1):
            collision = once()
            if collision is None:
                return
            pause = self.pause_after(number)
            contention = could_not_lock(
                collision.attempt, collision.piece, collision.sqlstate, collision.blockers, tries=number
            )
            if number >= self.address.lock_tries or time.monotonic() + pause > deadline:
                raise contention
            if self._tried is not None:
                raise InTheWay(contention, tries=number, pause_seconds=pause)
            time.sleep(pause)

    def pause_after(self, number: int) -> float:
        """Say how long to wait after so many tries: longer each time, with jitter."""
        longest = min(_LONGEST_PAUSE_SECONDS, self.address.lock_pause_seconds * 2 ** (number - 1))
        return float(longest * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret

    def _try(self, job: Job, deadline: float) -> Collision | None:
        """Run the transaction once. None: it is committed."""
        session = self.session()
        pieces = self.pieces(job, session)
        try:
            return self.send(pieces, job.attempt, session, self.watch(session, deadline))
        except ConnectionLost as lost:
            versions = frozenset([job.attempt.version])
            self.find_out(job.attempt, versions, lost, recorded_afterwards=job.recorded_afterwards)
            return None

    def send(
        self, pieces: Sequence[Piece], attempt: Attempt, session: Session, watch: Watch
    ) -> Collision | None:
        """Send pieces of a transaction; after anything but None the transaction and its connection are over.

        Raises ConnectionLost where it is not known how far they came, and what the server's no means.
        """
        try:
            pipeline.run(session.connection, [piece.step for piece in pieces], watch)
        except StepFailed as failed:
            attempt = replace(attempt, positions_in_bytes=_counts_bytes(session.connection))
            self.close()
            return self._refused(attempt, pieces[failed.index], failed.error, watch)
        except BaseException:
            # a time limit of the worker's, for one: what was sent must not go on behind our back
            self.stop(session)
            raise
        return None

    def _refused(
        self, attempt: Attempt, piece: Piece, error: psycopg.Error, watch: Watch
    ) -> Collision | None:
        """Decide what the server's no means."""
        if is_loss(error) and error.sqlstate is not None:
            raise ConnectionLost from error
        if error.sqlstate in CONTENTION:
            return Collision(attempt=attempt, piece=piece, sqlstate=error.sqlstate, blockers=watch.blockers)
        if error.sqlstate == TRANSACTION_TIMEOUT:
            raise out_of_time(attempt, self.address.migration_timeout_seconds) from error
        failure = failure_of(attempt, piece, error)
        if isinstance(failure, TargetError) and piece.statement is not None and piece.part is Part.STATEMENT:
            failure = explained(failure, error, piece.statement, self)
        raise failure from error

    def find_out(
        self,
        attempt: Attempt,
        versions: frozenset[str],
        lost: ConnectionLost,
        *,
        recorded_afterwards: bool | None,
    ) -> None:
        """Learn whether the lost transaction committed; return only if it did.

        Minting an epoch waits for the lost transaction's end; from then on the history does not lie: it has
        all the versions that were in the transaction, or none.
        """
        self.lock.take()
        self._connection = self.lock.connection
        recorded = versions <= {row.version for row in self.history()}
        if recorded_afterwards is not None and recorded is recorded_afterwards:
            return
        if isinstance(lost, OutOfTime):
            raise out_of_time(attempt, self.address.migration_timeout_seconds) from lost
        raise connection_lost(self._target) from lost

    def stop(self, session: Session) -> None:
        """End what runs on the connection, as far as can be, and close it."""
        with suppress(psycopg.Error):
            session.connection.cancel_safe(timeout=2.0)
        self.close()

    def session(self) -> Session:
        """Return the connection to work on. After anything but a success it is a new one."""
        if self._work is None:
            self._work = open_session(self.address)
        return self._work

    @property
    def holder(self) -> Holder:
        """Who we are on the target, as long as nobody takes over."""
        current_user, session_user = self.lock.identity
        return Holder(
            owner=self._owner, epoch=self.lock.epoch, current_user=current_user, session_user=session_user
        )

    def pieces(self, job: Job, session: Session, *, inside: bool = False) -> tuple[Piece, ...]:
        """Put a job's transaction together, or its part of one that is open; see pieces_of."""
        return pieces_of(
            job.statements,
            job.history,
            address=self.address,
            holder=self.holder,
            server_version=session.connection.info.server_version,
            notices_our_death=session.notices_our_death,
            inside=inside,
            look=partial(_counted_from, job.first, self._look) if self._look else None,
            settings=job.settings,
            also=job.also,
            ahead=job.ahead,
        )

    def look_after(self, number: int) -> tuple[Step, ...]:
        """Return a rehearsal's step behind the statement with this number, if it has one."""
        return (self._look(number),) if self._look else ()

    def ask(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Ask on the lock's connection, `%(name)s` for parameters."""
        return OpenDatabase(self._connection, self._target).rows(sql, parameters)

    def watch(self, session: Session, deadline: float, *, silence_seconds: float | None = None) -> Watch:
        """Wait for the server on that connection, and see meanwhile who keeps it waiting."""
        return Watch(
            deadline=deadline,
            silence_seconds=silence_seconds or self.address.statement_timeout_seconds + GRACE_SECONDS,
            tick_seconds=min(1.0, self.address.lock_timeout_seconds / 3),
            look=lambda: self.lock.blockers(session.backend_pid),
        )


def _counted_from(first: int, look: Callable[[int], Step], number: int) -> Step:
    return look(first + number)


def _counts_bytes(connection: psycopg.Connection) -> bool:
    return connection.info.parameter_status("server_encoding") == "SQL_ASCII"
