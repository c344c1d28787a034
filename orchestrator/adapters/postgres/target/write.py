"""Write to a target: each migration and its history row in one transaction, sent in one round trip."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import psycopg

from orchestrator.adapters.postgres import queries
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
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.adapters.postgres.target.sendable import read_sendable
from orchestrator.adapters.postgres.target.transaction import Holder, Part, Piece, pieces_of
from orchestrator.domain.deployment import AppliedMigration
from orchestrator.domain.errors import TargetError
from orchestrator.domain.migration import Migration
from orchestrator.validation.split import Statement

_HISTORY = queries.load("sql/target/history.sql")
_TRANSACTION_TIMEOUT = "25P04"
_LONGEST_PAUSE_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    """One file to be carried out together with what it means for the history."""

    attempt: Attempt
    statements: Sequence[Statement]
    history: Step
    #: is the version in the history once this is done?
    recorded_afterwards: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Collision:
    """The transaction was undone because of somebody else's; another try may get through."""

    piece: Piece
    sqlstate: str
    blockers: tuple[Blocker, ...]


@dataclass(kw_only=True, slots=True)
class _Watch:
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


class Writer(Reader):
    """A target under our lock. It reads on the lock's connection, which no migration ever touches."""

    def __init__(
        self,
        address: TargetAddress,
        lock: TargetLock,
        *,
        owner: str,
        look: Callable[[int], Step] | None = None,
    ) -> None:
        """Rely on the lock being taken; a connection to work on is opened when it is needed.

        `look` makes a step behind each statement, for a rehearsal that wants to know what it did.
        """
        super().__init__(lock.connection, address.name)
        self._address = address
        self._lock = lock
        self._owner = owner
        self._look = look
        self._work: Session | None = None

    def apply(self, migration: Migration, sql: str) -> AppliedMigration:
        """Run a migration and write its history row, in one transaction."""
        began = time.monotonic()
        attempt = Attempt(target=self._target, version=migration.version, file=migration.file)
        script = read_sendable(attempt, sql)
        row = (migration.version, migration.name, array_literal(script.recorded))
        job = _Job(
            attempt=attempt,
            statements=script.statements,
            history=Step(sql=_HISTORY["record"], parameters=row),
            recorded_afterwards=True,
        )
        self._carry_out(job)
        return AppliedMigration(migration=migration, took_seconds=time.monotonic() - began)

    def revert(self, migration: Migration, sql: str) -> None:
        """Run a rollback and remove the history row, in one transaction."""
        file = migration.rollback or migration.file
        attempt = Attempt(target=self._target, version=migration.version, file=file)
        job = _Job(
            attempt=attempt,
            statements=read_sendable(attempt, sql).statements,
            history=Step(sql=_HISTORY["forget"], parameters=(migration.version,)),
            recorded_afterwards=False,
        )
        self._carry_out(job)

    def close(self) -> None:
        """Close the connection that migrations run on; the lock is its holder's to release."""
        if self._work is not None:
            self._work.connection.close()
            self._work = None

    def _carry_out(self, job: _Job) -> None:
        deadline = time.monotonic() + self._address.migration_timeout_seconds
        for number in range(1, self._address.lock_tries + 1):
            collision = self._try(job, deadline)
            if collision is None:
                return
            pause = self._pause_after(number)
            if number == self._address.lock_tries or time.monotonic() + pause > deadline:
                raise could_not_lock(
                    job.attempt, collision.piece, collision.sqlstate, collision.blockers, tries=number
                )
            time.sleep(pause)

    def _pause_after(self, number: int) -> float:
        longest = min(_LONGEST_PAUSE_SECONDS, self._address.lock_pause_seconds * 2 ** (number - 1))
        return float(longest * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret

    def _try(self, job: _Job, deadline: float) -> _Collision | None:
        """Run the transaction once. None: it is committed."""
        session = self._session()
        attempt = replace(job.attempt, positions_in_bytes=_counts_bytes(session.connection))
        pieces = self._pieces(job, session)
        watch = self._watch(session, deadline)
        try:
            pipeline.run(session.connection, [piece.step for piece in pieces], watch)
        except StepFailed as failed:
            self.close()
            return self._refused(job, attempt, pieces[failed.index], failed.error, watch)
        except ConnectionLost as lost:
            self._stop(session)
            self._find_out(job, lost)
        except BaseException:
            # a time limit of the worker's, for one: what was sent must not go on behind our back
            self._stop(session)
            raise
        return None

    def _refused(
        self, job: _Job, attempt: Attempt, piece: Piece, error: psycopg.Error, watch: _Watch
    ) -> _Collision | None:
        """Decide what the server's no means."""
        if is_loss(error) and error.sqlstate is not None:
            self._find_out(job, ConnectionLost())
            return None
        if error.sqlstate in CONTENTION:
            return _Collision(piece=piece, sqlstate=error.sqlstate, blockers=watch.blockers)
        if error.sqlstate == _TRANSACTION_TIMEOUT:
            raise out_of_time(attempt, self._address.migration_timeout_seconds) from error
        failure = failure_of(attempt, piece, error)
        if isinstance(failure, TargetError) and piece.statement is not None and piece.part is Part.STATEMENT:
            failure = explained(failure, error, piece.statement, self)
        raise failure from error

    def _find_out(self, job: _Job, lost: ConnectionLost) -> None:
        """Learn whether the lost transaction committed; return only if it did.

        Minting an epoch waits for the lost transaction's end; from then on the history does not lie.
        """
        self._lock.take()
        self._connection = self._lock.connection
        recorded = any(row.version == job.attempt.version for row in self.history())
        if recorded is job.recorded_afterwards:
            return
        if isinstance(lost, OutOfTime):
            raise out_of_time(job.attempt, self._address.migration_timeout_seconds) from lost
        raise connection_lost(self._target) from lost

    def _stop(self, session: Session) -> None:
        with suppress(psycopg.Error):
            session.connection.cancel_safe(timeout=2.0)
        self.close()

    def _session(self) -> Session:
        """Return the connection to work on. After anything but a success it is a new one."""
        if self._work is None:
            self._work = open_session(self._address)
        return self._work

    def _pieces(self, job: _Job, session: Session) -> tuple[Piece, ...]:
        current_user, session_user = self._lock.identity
        return pieces_of(
            job.statements,
            job.history,
            address=self._address,
            holder=Holder(
                owner=self._owner,
                epoch=self._lock.epoch,
                current_user=current_user,
                session_user=session_user,
            ),
            server_version=session.connection.info.server_version,
            notices_our_death=session.notices_our_death,
            look=self._look,
        )

    def _watch(self, session: Session, deadline: float) -> _Watch:
        return _Watch(
            deadline=deadline,
            silence_seconds=self._address.statement_timeout_seconds + GRACE_SECONDS,
            tick_seconds=min(1.0, self._address.lock_timeout_seconds / 3),
            look=lambda: self._lock.blockers(session.backend_pid),
        )


def array_literal(texts: Sequence[str]) -> str:
    r"""Write a PostgreSQL text[]: {"a","b"} with \ and " escaped."""
    quoted = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _counts_bytes(connection: psycopg.Connection) -> bool:
    return connection.info.parameter_status("server_encoding") == "SQL_ASCII"
