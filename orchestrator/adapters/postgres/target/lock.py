"""Our lock on a target, and the epoch that the target mints for whoever holds it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import Session, losing_is_unavailable, open_session
from orchestrator.adapters.postgres.target.patient import PatientConnection
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.errors import BasculeError, ConfigurationError, TargetError, Unavailable

#: "bascule" in ASCII: one lock per database
LOCK_KEY = int.from_bytes(b"bascule", "big")

_LONGEST_LOOK_SECONDS = 3.0

_LOCK = queries.load("sql/target/lock.sql")
_FENCE = queries.load("sql/target/fence.sql")


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocker:
    """A session that keeps ours waiting."""

    pid: int
    application: str
    user: str
    state: str
    transaction_seconds: float | None
    #: what we wait for, where it is a relation
    relation: str | None

    def __str__(self) -> str:
        """Say who it is, for a person who has to find it."""
        since = "" if self.transaction_seconds is None else f" for {self.transaction_seconds:.1f} s"
        return f"pid {self.pid} ({self.application or 'no name'}, user {self.user}, {self.state}{since})"


class TargetLock:
    """A connection of its own in autocommit that holds the lock; it never runs a migration."""

    def __init__(
        self, address: TargetAddress, owner: str, allow: Callable[[int], None] | None = None
    ) -> None:
        """Nothing is connected yet; `owner` is the ledger's id, which `allow` tells of each epoch."""
        self._address = address
        self._allow = allow
        self._owner = owner
        self._session: Session | None = None
        #: (current_user, session_user) of a fresh session
        self.identity = ("", "")
        self.epoch = 0

    @property
    def connection(self) -> PatientConnection:
        """The connection that holds the lock."""
        assert self._session is not None, "take() comes first"
        return self._session.connection

    def take(self) -> None:
        """Take the lock and have the target mint an epoch. Called again after a loss, it takes both anew.

        Raises Unavailable when another session holds the lock or still writes, ConfigurationError when the
        target is not adopted, or by another ledger.
        """
        if self._session is None or not self._is_alive(self._session.connection):
            self.release()
            self._session = open_session(self._address)
            self._lock()
        self._ask_first()
        try:
            self.epoch = self._mint()
        except psycopg.Error as error:
            raise TargetError(
                f"target {self._address.name}: {error.diag.message_primary}",
                code="query-failed",
                target=self._address.name,
                sqlstate=error.sqlstate,
            ) from error

    def release(self) -> None:
        """Give the lock back by closing its connection."""
        if self._session is not None:
            self._session.connection.close()
            self._session = None

    def blockers(self, pid: int) -> tuple[Blocker, ...]:
        """Say who keeps that backend waiting; nothing when it cannot be known."""
        with suppress(psycopg.Error), self.connection.waiting_at_most(_LONGEST_LOOK_SECONDS):
            return tuple(_blocker(row) for row in self._rows(_LOCK["blockers"], pid=pid))
        return ()

    def _lock(self) -> None:
        with losing_is_unavailable(self._address.name):
            if not self._rows(_LOCK["try"], key=LOCK_KEY)[0][0]:
                raise self._busy()
            held, current_user, session_user = self._rows(_LOCK["held"], key=LOCK_KEY)[0]
        if not held:
            raise self._configuration(
                "transaction-pooler",
                "a session lock does not stay with our session",
                "use a session pooler or the direct host on port 5432",
            )
        self.identity = (current_user, session_user)

    def _ask_first(self) -> None:
        """Tell the ledger what will be minted; under our lock nobody else mints meanwhile."""
        if self._allow is None:
            return
        with losing_is_unavailable(self._address.name):
            fence = Reader(self.connection, self._address.name).fence()
        if fence is not None and fence.owner == self._owner:
            self._allow(fence.epoch + 1)

    def _mint(self) -> int:
        try:
            with losing_is_unavailable(self._address.name):
                rows = self._rows(_FENCE["mint"], owner=self._owner)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            rows = []
        except psycopg.errors.LockNotAvailable as error:
            raise Unavailable(
                f"target {self._address.name}: a transaction of a lost session is still open",
                code="predecessor-still-writes",
                target=self._address.name,
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise self._configuration(
                "missing-right", "we may not write to our fence", f"run: bascule adopt {self._address.name}"
            ) from error
        except psycopg.errors.ReadOnlySqlTransaction as error:
            raise read_only(self._address.name) from error
        return int(rows[0][0]) if rows else self._refuse()

    def _refuse(self) -> int:
        fence = Reader(self.connection, self._address.name).fence()
        if fence is None:
            raise self._configuration(
                "not-adopted", "nobody has adopted it", f"run: bascule adopt {self._address.name}"
            )
        raise self._configuration(
            "adopted-by-another",
            f"it belongs to the ledger {fence.owner}",
            f"release it there, or run: bascule adopt {self._address.name} --take-over",
        )

    def _busy(self) -> BasculeError:
        holders = self._rows(_LOCK["holder"], key=LOCK_KEY)
        who = ", ".join(f"pid {pid} ({name or 'no name'}, user {user})" for pid, name, user in holders)
        return Unavailable(
            f"target {self._address.name}: another session holds the lock: {who or 'gone by now'}",
            code="target-locked",
            target=self._address.name,
        )

    def _configuration(self, code: str, what: str, remedy: str) -> ConfigurationError:
        name = self._address.name
        return ConfigurationError(f"target {name}: {what}", code=code, remedy=remedy, target=name)

    def _is_alive(self, connection: PatientConnection) -> bool:
        with suppress(psycopg.Error), connection.waiting_at_most(_LONGEST_LOOK_SECONDS):
            connection.execute("select")
            return True
        return False

    def _rows(self, sql: str, **parameters: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters).fetchall()


def read_only(target: str) -> ConfigurationError:
    """Say that this server takes no writes."""
    return ConfigurationError(
        f"target {target}: the database takes no writes",
        code="read-only",
        remedy="use the primary's address, not a replica's; a hosted project whose disk is full is "
        "read-only, too",
        target=target,
        sqlstate="25006",
    )


def _blocker(row: tuple[Any, ...]) -> Blocker:
    pid, application, user, state, seconds, relation = row
    return Blocker(
        pid=pid,
        application=application or "",
        user=user or "",
        state=state or "hidden",
        transaction_seconds=seconds,
        relation=relation,
    )
