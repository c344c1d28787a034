"""The maintenance database of a scratch server, and whose turn it is there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch import names, shared
from orchestrator.adapters.postgres.scratch.server import SUPERUSER, Server
from orchestrator.adapters.postgres.target.connect import is_loss
from orchestrator.adapters.postgres.target.patient import PatientConnection
from orchestrator.domain.errors import BasculeError, ConfigurationError, Unavailable

_SQL = queries.load("sql/scratch/databases.sql")

#: "scratch" in ASCII
TURN_KEY: Final = int.from_bytes(b"scratch", "big")
#: how long somebody else may be at it
TURN_SECONDS: Final = 120.0
#: classes of SQLSTATE that say nothing against the server: no connection left, no room, busy, shutting down
_PASSING: Final = ("53", "55", "57")
_LOOK_AGAIN_SECONDS: Final = 0.05
_CONNECT_SECONDS: Final = 10
_LONGEST_WAIT_SECONDS: Final = 120.0


@contextmanager
def connected(server: Server, database: str | None = None) -> Iterator[PatientConnection]:
    """Connect as the superuser, in autocommit: to the maintenance database unless another one is named.

    Raises Unavailable when the server is away or has no room, ConfigurationError when it is no use.
    """
    url = server.url(database or server.maintenance, SUPERUSER)
    try:
        connection = PatientConnection.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    except psycopg.Error:
        raise _away() from None  # libpq's words may quote the URL
    connection.longest_wait_seconds = _LONGEST_WAIT_SECONDS
    try:
        yield connection
    except psycopg.Error as error:
        raise _explained(error) from error
    finally:
        connection.close()


@contextmanager
def turn(server: Server, *, seconds: float = TURN_SECONDS) -> Iterator[PatientConnection]:
    """One rehearsal at a time on a server: roles are the server's, and a template must have no visitors."""
    with connected(server) as connection:
        wait_for_turn(connection, seconds=seconds)
        if shared.is_spoilt(connection):
            server.discard()
            raise spoilt()
        yield connection


def spoilt() -> Unavailable:
    """Say that the server is being made anew."""
    return Unavailable(
        "a rehearsal changed what the scratch server's databases share, and it could not be put back",
        code="scratch-anew",
        remedy="nothing to do: the server is made anew, and it is tried again",
    )


def wait_for_turn(connection: psycopg.Connection, *, seconds: float = TURN_SECONDS) -> None:
    """Wait until nobody else makes or plays copies; our turn ends with the connection. Raises Unavailable.

    What others left who were cut off in their turn is cleared away first.
    """
    until = time.monotonic() + seconds
    while not connection.execute(_SQL["try_turn"], {"key": TURN_KEY}).fetchall()[0][0]:
        if time.monotonic() > until:
            raise Unavailable(
                "the scratch server is busy with other rehearsals",
                code="scratch-busy",
                remedy="nothing to do: it is tried again",
            )
        time.sleep(_LOOK_AGAIN_SECONDS)
    _clear_away(connection)


def _clear_away(connection: psycopg.Connection) -> None:
    names.give_back(connection)
    for (name,) in connection.execute(_SQL["left_over"]).fetchall():
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
    if shared.is_spoilt(connection) and shared.put_back(connection):
        shared.strike_out(connection)


def _explained(error: psycopg.Error) -> BasculeError:
    if is_loss(error) or (error.sqlstate or "").startswith(_PASSING):
        return _away()
    return ConfigurationError(
        f"the scratch server cannot be used (SQLSTATE {error.sqlstate})",
        code="scratch-unusable",
        remedy="see what its log says",
        sqlstate=error.sqlstate,
    )


def _away() -> Unavailable:
    return Unavailable(
        "the scratch server cannot be reached",
        code="scratch-away",
        remedy="check the server that scratch_url names; one of our own is started anew by itself",
    )
