"""What the databases of a scratch server share, and how it becomes again what it was before a play.

A play that commits changes roles, memberships and settings for every database of the server. Before it begins
they are written down in the maintenance database; what is still written down when nobody plays, a crash left.
"""

from contextlib import suppress
from typing import Final

import psycopg

from orchestrator.adapters.postgres import queries

_SQL = queries.load("sql/scratch/shared.sql")

#: memberships, what roles have a right to, the roles themselves: each hangs on those before
_TAKING_AWAY: Final = (1, 2, 3)


def write_down(maintenance: psycopg.Connection, clone: str) -> None:
    """Write down what the server is like before a play on this clone."""
    for name in ("schema", "table", "comment", "strike_out"):
        maintenance.execute(_SQL[name])
    maintenance.execute(_SQL["write_down"], {"clone": clone, "shared": _shared(maintenance, clone)})


def put_back(maintenance: psycopg.Connection) -> bool:
    """Make the server what was written down, its clone being gone; False: it could not be done."""
    written = _written_down(maintenance)
    if written is None or _shared(maintenance, written[0]) == written[1]:
        return True
    with suppress(psycopg.errors.UniqueViolation):  # two roles changed names: then the server is lost
        maintenance.execute(_SQL["attributes"])
    for step in _TAKING_AWAY:
        _carry_out(maintenance, "taking_away", step)
    _carry_out(maintenance, "bringing_back")
    maintenance.execute(_SQL["attributes"])
    _carry_out(maintenance, "granting")
    _carry_out(maintenance, "permitting")
    with maintenance.transaction():
        maintenance.execute(_SQL["no_settings"])
        maintenance.execute(_SQL["settings"])
    return _shared(maintenance, written[0]) == written[1]


def strike_out(maintenance: psycopg.Connection) -> None:
    """Say that the server is what it was before the play."""
    maintenance.execute(_SQL["strike_out"])


def is_spoilt(maintenance: psycopg.Connection) -> bool:
    """Tell whether a play is written down that nobody put back."""
    return _written_down(maintenance) is not None


def _written_down(maintenance: psycopg.Connection) -> tuple[str, str] | None:
    if not maintenance.execute(_SQL["is_there"]).fetchall()[0][0]:
        return None
    rows = maintenance.execute(_SQL["written_down"]).fetchall()
    return (str(rows[0][0]), str(rows[0][1])) if rows else None


def _shared(maintenance: psycopg.Connection, clone: str) -> str:
    return str(maintenance.execute(_SQL["shared"], {"but": clone}).fetchall()[0][0])


def _carry_out(maintenance: psycopg.Connection, name: str, step: int = 0) -> None:
    """Run what a query drafts. What cannot be done leaves a difference, which is found afterwards."""
    for (statement,) in maintenance.execute(_SQL[name], {"step": step}).fetchall():
        try:
            maintenance.execute(statement.encode(), prepare=False)
        except psycopg.Error:
            if maintenance.closed:
                raise
