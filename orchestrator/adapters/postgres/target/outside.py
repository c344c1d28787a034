"""Send one statement outside a transaction."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target import pipeline
from orchestrator.adapters.postgres.target.causes import explained
from orchestrator.adapters.postgres.target.connect import (
    CHECK_CONNECTION,
    GRACE_SECONDS,
    Session,
    connection_lost,
    is_loss,
    milliseconds,
)
from orchestrator.adapters.postgres.target.failure import (
    CONTENTION,
    Attempt,
    could_not_lock,
    failure_of,
    not_sendable,
    out_of_time,
)
from orchestrator.adapters.postgres.target.pipeline import ConnectionLost, OutOfTime, Step, StepFailed
from orchestrator.adapters.postgres.target.transact import Collision, Transactor, Watch
from orchestrator.adapters.postgres.target.transaction import FRESH, TRANSACTION_TIMEOUT_SINCE, Part, Piece
from orchestrator.domain.errors import TargetError
from orchestrator.validation.split import Statement

_INTENT = queries.load("sql/target/intent.sql")
_QUERY_CANCELED: Final = "57014"
_ROLE_CHANGED: Final = "2201F"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One statement to be sent."""

    #: what is sent
    text: str
    #: what it is told as
    statement: Statement
    #: of the session, made before it
    settings: tuple[str, ...] = ()
    #: whether nobody has to wait behind us while we wait for a lock
    in_nobodys_way: bool = False
    #: its number in the file, for a rehearsal's look
    number: int | None = None

    def piece(self) -> Piece:
        """Return it as errors tell of it."""
        return Piece(part=Part.STATEMENT, step=Step(sql=self.text), statement=self.statement)


class Outside:
    """Sends on the connection that migrations run on, until a deadline."""

    def __init__(self, transactor: Transactor, attempt: Attempt, *, deadline: float) -> None:
        """`deadline` is on the clock of time.monotonic()."""
        self._transactor = transactor
        self._attempt = attempt
        self._deadline = deadline
        self._address = transactor.address

    def insist(self, order: Order) -> None:
        """Send a statement that may be repeated, until nobody is in the way. Raises Contention."""
        for turn in range(1, self._address.lock_tries + 1):
            collision = self.send(order)
            if collision is None:
                return
            self.wait(collision, turn)

    def wait(self, collision: Collision, turn: int) -> None:
        """Wait for the next try, or say that there is none."""
        pause = self._transactor.pause_after(turn)
        if turn == self._address.lock_tries or time.monotonic() + pause > self._deadline:
            blockers = collision.blockers
            raise could_not_lock(self._attempt, collision.piece, collision.sqlstate, blockers, tries=turn)
        time.sleep(pause)

    def send(self, order: Order) -> Collision | None:
        """Send one statement and wait for its end, which may be long in coming.

        Raises TargetError, and Unavailable when the connection breaks: then nobody knows what became of it.
        """
        session = self._transactor.session()
        left = max(1.0, self._deadline - time.monotonic())
        until = time.monotonic() + left + GRACE_SECONDS
        watch = self._transactor.watch(session, until, silence_seconds=left + GRACE_SECONDS)
        before = (FRESH, *order.settings, *self._limits(session, order, left))
        done = False
        try:
            pipeline.run(session.connection, [Step(sql=each) for each in before], watch)
            pipeline.run(session.connection, [Step(sql=order.text)], watch)
            done = True
            pipeline.run(session.connection, list(self._after(order)), watch)
        except StepFailed as failed:
            self._transactor.close()
            return self._refused(order, failed.error, watch, done=done)
        except ConnectionLost as lost:
            self._transactor.stop(session)
            if isinstance(lost, OutOfTime):
                raise out_of_time(self._attempt, self._address.migration_timeout_seconds) from lost
            raise connection_lost(self._address.name) from lost
        except BaseException:
            self._transactor.stop(session)
            raise
        return None

    def _limits(self, session: Session, order: Order, left: float) -> Iterator[str]:
        """Yield the limits: what waits without being in anybody's way may wait as long as a statement."""
        address = self._address
        wait = address.statement_timeout_seconds if order.in_nobodys_way else address.lock_timeout_seconds
        yield f"set lock_timeout = '{milliseconds(wait)}'"
        yield f"set statement_timeout = '{milliseconds(left)}'"
        if session.notices_our_death:
            yield f"set client_connection_check_interval = '{CHECK_CONNECTION}'"
        if session.connection.info.server_version >= TRANSACTION_TIMEOUT_SINCE:
            yield "set transaction_timeout = 0"

    def _after(self, order: Order) -> Iterator[Step]:
        current_user, session_user = self._transactor.lock.identity
        guard = sql.SQL(_INTENT["same_role"]).format(current_user=current_user, session_user=session_user)
        yield Step(sql=guard.as_string())
        if order.number is not None:
            yield from self._transactor.look_after(order.number)

    def _refused(self, order: Order, error: psycopg.Error, watch: Watch, *, done: bool) -> Collision | None:
        """Decide what the server's no means; `done`: the statement itself was carried out."""
        attempt, state, statement = self._attempt, error.sqlstate, order.statement
        if is_loss(error):
            raise connection_lost(self._address.name) from error
        if state in CONTENTION:
            return Collision(attempt=attempt, piece=order.piece(), sqlstate=state, blockers=watch.blockers)
        if state == _QUERY_CANCELED and time.monotonic() >= self._deadline:
            raise out_of_time(attempt, self._address.migration_timeout_seconds) from error
        if done and state == _ROLE_CHANGED:
            raise not_sendable(
                attempt,
                statement,
                "changed-session",
                "the statement changed the role that the rest of the file would run as",
                "take it out: a migration runs as the role that Bascule connects as",
            ) from error
        failure = failure_of(attempt, order.piece(), error)
        if isinstance(failure, TargetError):
            failure = explained(failure, error, statement, self._transactor)
        raise failure from error
