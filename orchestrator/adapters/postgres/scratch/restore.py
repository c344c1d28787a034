"""Carry a dump out in a scratch database.

A dump is not carried out like a migration: what cannot be made here (an extension that is missing, an object
that is there already) is passed over, and what the copy lacks in the end is found by comparing facts.
Statements are sent ahead of their answers, so nobody waits for the way there and back three thousand times;
some hundred share a transaction, and where one of them fails, each of these gets its own.
"""

import select
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import pq

from orchestrator.adapters.postgres import queries
from orchestrator.domain.errors import Unavailable
from orchestrator.validation.psql import without_dump_lines
from orchestrator.validation.split import is_blank, skip_blank, split_statements

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

_SQL = queries.load("sql/scratch/restore.sql")

#: how many are sent before the first answer is read, and share a transaction
_AHEAD: Final = 250
#: what failed is tried again as long as that helps: a dump sometimes names what it makes only later
_PASSES: Final = 4
_EVENT_TRIGGERS_SETTING: Final = 17_00_00
#: of a schema that is built in, so its comment is no fact; the copy's is made anew
_BUILT_IN: Final = "COMMENT ON SCHEMA \"public\" IS 'standard public schema'"
_FIRES_FOR_US: Final = ("ENABLE ALWAYS", "ENABLE REPLICA")


def prepare_session(connection: psycopg.Connection) -> None:
    """Let no trigger of the target's fire for what we do, and no body be looked into."""
    connection.execute(_SQL["prepare"])
    if connection.info.server_version >= _EVENT_TRIGGERS_SETTING:
        connection.execute(_SQL["no_event_triggers"])


def statements_of(dump: str) -> tuple[str, ...]:
    """Split a dump into what is carried out here.

    User mappings lose their options: with a password in them a rehearsal could reach another server. Event
    triggers that fire whatever the session says are left out: before PostgreSQL 17 they would run what the
    target's people wrote as our superuser.
    """
    split = (without_dump_lines(statement).text for statement in split_statements(dump))
    found = (text[skip_blank(text, 0) :] for text in split if not is_blank(text))
    return tuple(_without_options(text) for text in found if text != _BUILT_IN and not _fires_for_us(text))


def carry_out(
    connection: psycopg.Connection, statements: Sequence[str], *, seconds: float
) -> tuple[str, ...]:
    """Carry statements out in their order, and say which never worked. Raises Unavailable."""
    until = time.monotonic() + seconds
    left: Sequence[str] = statements
    for _ in range(_PASSES):
        failed = tuple(_failing(connection, left, until))
        if not failed or len(failed) == len(left):
            return failed
        left = failed
    return tuple(left)


def _failing(connection: psycopg.Connection, statements: Sequence[str], until: float) -> Iterator[str]:
    line = _Line(connection.pgconn, until)
    try:
        line.pgconn.enter_pipeline_mode()
        for start in range(0, len(statements), _AHEAD):
            some = statements[start : start + _AHEAD]
            if not line.all_work(some):
                yield from line.each_that_fails(some)
        line.pgconn.exit_pipeline_mode()
    except psycopg.Error as error:
        raise _lost() from error


class _Line:
    """Statements on their way, and answers on theirs; neither waits for the other."""

    def __init__(self, pgconn: "PGconn", until: float) -> None:
        self.pgconn = pgconn
        self.until = until
        self.poll = select.poll()

    def all_work(self, statements: Sequence[str]) -> bool:
        """Carry them out in one transaction, which is cheaper; undone if one of them fails."""
        for statement in statements:
            self.pgconn.send_query_params(statement.encode(), None)
        self.pgconn.pipeline_sync()
        return not self._failed()

    def each_that_fails(self, statements: Sequence[str]) -> Iterator[str]:
        """Carry each out in a transaction of its own."""
        for statement in statements:
            self.pgconn.send_query_params(statement.encode(), None)
            self.pgconn.pipeline_sync()
        for statement in statements:
            if self._failed():
                yield statement

    def _failed(self) -> bool:
        """Read all that is answered up to the next sync."""
        failed = False
        while (result := self._result()) is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
            if result is not None and result.status == pq.ExecStatus.FATAL_ERROR:
                failed = True
        return failed

    def _result(self) -> "PGresult | None":
        while self.pgconn.is_busy():
            unsent = select.POLLOUT if self.pgconn.flush() else 0
            self.poll.register(self.pgconn.socket, select.POLLIN | unsent)
            left = self.until - time.monotonic()
            if left <= 0:
                self.pgconn.finish()
                raise _lost()
            if self.poll.poll(left * 1000):
                self.pgconn.consume_input()
        return self.pgconn.get_result()


def _without_options(text: str) -> str:
    if not text.startswith("CREATE USER MAPPING"):
        return text
    return text.partition(" OPTIONS (")[0]


def _fires_for_us(text: str) -> bool:
    return text.startswith("ALTER EVENT TRIGGER") and text.endswith(_FIRES_FOR_US)


def _lost() -> Unavailable:
    return Unavailable(
        "the scratch server was lost while a copy was made, or took too long",
        code="scratch-away",
        remedy="nothing to do: it is tried again",
    )
