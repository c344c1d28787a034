"""The name that a database bears while it is played: the target's, by which migrations call it.

`alter database postgres set …` has to find what it means. So a copy is renamed for the time of its play, and
what comes with every server under that name is put aside. Whose name is whose is written down before; what is
still written down when nobody plays, a crash left.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.domain.errors import Unavailable

_SQL = queries.load("sql/scratch/names.sql")

#: how the database is called that comes with every server, while a copy bears its name
_ASIDE: Final = "bascule_aside"
#: how long sessions may take to end after they were told to
_FAREWELL_SECONDS: Final = 10.0
_LOOK_AGAIN_SECONDS: Final = 0.002


@contextmanager
def borne(maintenance: psycopg.Connection, database: str, name: str) -> Iterator[str]:
    """Let a database bear this name; give the name that it has now, its own where that one is taken.

    Only in one's turn, and while nobody is connected to it.
    """
    given = give(maintenance, database, name)
    try:
        yield given
    finally:
        with suppress(psycopg.Error):  # where the connection is gone, the next turn does that
            if not maintenance.closed:
                give_back(maintenance)


def give_back(maintenance: psycopg.Connection) -> None:
    """Give every database its own name again; who is still connected is cut off. Raises Unavailable."""
    if not maintenance.execute(_SQL["is_there"]).fetchall()[0][0]:
        return
    borne_now = maintenance.execute(_SQL["borne"]).fetchall()
    if borne_now:
        _see_off(maintenance, [name for name, _, _ in borne_now])
        with maintenance.transaction():
            # by way of names that nobody has: one may bear what is another's own
            for name, _, free in borne_now:
                _rename(maintenance, name, free)
            for _, own, free in borne_now:
                _rename(maintenance, free, own)
    maintenance.execute(_SQL["strike_out"])


def give(maintenance: psycopg.Connection, database: str, name: str) -> str:
    """Let a database bear this name until `give_back`; return the name that it has now."""
    taken = maintenance.execute(_SQL["taken"], {"name": name}).fetchall()
    if not name or any(not may_be_put_aside for _, may_be_put_aside in taken):
        return database
    for each in ("schema", "table", "comment"):
        maintenance.execute(_SQL[each])
    maintenance.execute(_SQL["write_down"], {"names": [database, name]})
    try:
        with maintenance.transaction():
            if taken:
                _rename(maintenance, name, _ASIDE)
            _rename(maintenance, database, name)
    except psycopg.errors.ObjectInUse:  # somebody came in between
        maintenance.execute(_SQL["strike_out"])
        return database
    return name


def _see_off(maintenance: psycopg.Connection, names: Sequence[str]) -> None:
    """Wait until nobody is connected there: the server itself would look again only after 0.1 s."""
    until = time.monotonic() + _FAREWELL_SECONDS
    maintenance.execute(_SQL["end_visits"], {"names": names})
    while maintenance.execute(_SQL["visitors"], {"names": names}).fetchall():
        if time.monotonic() > until:
            raise Unavailable(
                "sessions on a scratch copy do not end",
                code="scratch-busy",
                remedy="nothing to do: it is tried again",
            )
        time.sleep(_LOOK_AGAIN_SECONDS)


def _rename(maintenance: psycopg.Connection, name: str, to: str) -> None:
    maintenance.execute(
        sql.SQL("alter database {} rename to {}").format(sql.Identifier(name), sql.Identifier(to))
    )
