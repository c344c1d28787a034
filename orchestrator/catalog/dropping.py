"""Count the live rows in what a rollback is about to drop or change, within a time limit; and guard that."""

import time
from collections.abc import Collection, Sequence
from typing import Any, Final

from orchestrator.catalog.queries import query
from orchestrator.domain.dropped import Counted, Dropped, Guard
from orchestrator.domain.errors import TargetError
from orchestrator.domain.obstacle import MOST_ROWS_COUNTED
from orchestrator.domain.shape import Name
from orchestrator.ports import Database

#: below this the server would take 0 for no limit
_LEAST_MILLISECONDS: Final = 1
#: of locks: others may read on
_KEEPS_WRITERS_OUT: Final = "share row exclusive"
_HIDDEN: Final = "row level security hides rows from this role"
#: by SQLSTATE
_REASONS: Final = {
    "57014": "there was not enough time",
    "55P03": "somebody holds a lock on it",
    "42501": "this role lacks a right to look",
}


def rows_in(
    database: Database,
    dropped: Sequence[Dropped],
    *,
    limit_seconds: float,
    written_by: Collection[str] = (),
    own: Collection[Dropped] = (),
) -> tuple[Counted, ...]:
    """Count what is in these tables and columns; the limit is for all of them together.

    Rows as the transactions `written_by` left them do not count in a table or a column that those made, nor
    in what is `own`: where those are known to have changed no row that was there before.
    Counting ends at MOST_ROWS_COUNTED. What is not there is empty. What could not be counted, for want of
    time, of a right or because of a lock, says so, with what the server's statistics say. Raises TargetError,
    Unavailable when the connection breaks. Leaves settings behind that end with the transaction (search_path,
    how values are written, statement_timeout, lock_timeout).
    """
    if not dropped:
        return ()
    deadline = time.monotonic() + limit_seconds
    database.rows(query("settings"))
    found = {row[0]: row[1:4] for row in database.rows(query("dropping"), _asked(dropped, written_by, own))}
    return tuple(
        _counted(database, each, found.get(place), deadline) for place, each in enumerate(dropped, start=1)
    )


def guards_of(
    database: Database,
    dropped: Sequence[Dropped],
    *,
    written_by: Collection[str] = (),
    own: Collection[Dropped] = (),
) -> tuple[Guard, ...]:
    """Return what looks in the transaction of a rollback that all this is empty, for everybody as in rows_in.

    Raises TargetError, Unavailable when the connection breaks. Leaves the same settings behind.
    """
    if not dropped:
        return ()
    database.rows(query("settings"))
    return tuple(
        Guard(
            lock=lock,
            look=f"select 1 / (case when exists ({counting}) then 0 else 1 end)",  # of our own
            what=str(dropped[place - 1]),
        )
        for place, _, _, counting, lock in database.rows(query("dropping"), _asked(dropped, written_by, own))
        if counting is not None
    )


def member_tables(database: Database, extensions: Collection[str]) -> tuple[Name, ...]:
    """Return the tables that go with extensions: those that belong to them, and what is in their schemas."""
    rows = database.rows(query("members"), {"extensions": sorted(extensions)}) if extensions else []
    return tuple(Name(schema, name) for schema, name in rows)


def _asked(
    dropped: Sequence[Dropped], written_by: Collection[str], own: Collection[Dropped]
) -> dict[str, Any]:
    return {
        "schemas": [each.table.schema for each in dropped],
        "tables": [each.table.name for each in dropped],
        "columns": [each.column or "" for each in dropped],
        "only": [" or ".join(map(_condition, each.only)) for each in dropped],
        "own": [each in own for each in dropped],
        "modes": ["access exclusive" if each.by is None else _KEEPS_WRITERS_OUT for each in dropped],
        "most": MOST_ROWS_COUNTED,
        "written_by": list(written_by),
    }


def _condition(side: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Write "a" in ('1', '2'), which the server reads as values of the column's type."""
    return " and ".join(
        f"{_identifier(column)} in ({', '.join(map(_literal, values))})" for column, values in side
    )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    return "e'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _counted(database: Database, dropped: Dropped, found: tuple[Any, ...] | None, deadline: float) -> Counted:
    hides_rows, about, counting = found or (False, None, None)
    if counting is None:
        return Counted(dropped=dropped, rows=0)
    if hides_rows:
        return Counted(dropped=dropped, rows=None, about=about, why=_HIDDEN)
    try:
        return Counted(dropped=dropped, rows=_count(database, counting, deadline))
    except TargetError as error:
        state = str(error.nouns.get("sqlstate") or "")
        why = _REASONS.get(state, f"PostgreSQL cannot tell (SQLSTATE {state})")
        return Counted(dropped=dropped, rows=None, about=about, why=why)


def _count(database: Database, counting: str, deadline: float) -> int:
    """Run one query; half of the time that is left to wait for a lock, so that we learn of that."""
    left = max(_LEAST_MILLISECONDS * 2, round((deadline - time.monotonic()) * 1000))
    database.rows(
        f"savepoint counting; set local statement_timeout = {left}; set local lock_timeout = {left // 2}"
    )
    try:
        [(rows,)] = database.rows(f"select count(*) from ({counting}) few")  # noqa: S608  # of our own
    finally:
        database.rows("rollback to savepoint counting; release savepoint counting")
    return int(rows)
