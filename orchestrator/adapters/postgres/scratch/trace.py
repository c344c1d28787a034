"""What each statement of a rehearsed migration did, from what the looks behind the statements wrote down."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import psycopg

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.failure import place_of
from orchestrator.adapters.postgres.target.pipeline import Step
from orchestrator.domain.migration import Migration
from orchestrator.domain.rehearsal import HeldLock, StatementTrace
from orchestrator.validation.split import Statement

_SQL = queries.load("sql/scratch/trace.sql")
_Row = tuple[int, float, str, str, str]


def begin(connection: psycopg.Connection) -> None:
    """Remember what is there before the first migration; make the tables for it if needed."""
    for name in ("begin_before", "begin_seen", "forget_before", "forget_seen", "remember"):
        connection.execute(_SQL[name])


def start(connection: psycopg.Connection, *, forget: bool = False) -> None:
    """Begin with a migration; `forget` what was written down before it, when something was repeated."""
    if forget:
        connection.execute(_SQL["forget_seen"])
    connection.execute(_SQL["start"])


def forget(connection: psycopg.Connection) -> None:
    """Forget what was written down about migrations that nobody asks about."""
    connection.execute(_SQL["forget_seen"])


#: what looks behind a statement; $1 is its number
LOOK: Final = _SQL["look"]


def look(number: int) -> Step:
    """Return the step behind the statement with this number."""
    return Step(sql=LOOK, parameters=(str(number),))


def take(
    connection: psycopg.Connection, migration: Migration, statements: Sequence[Statement], *, forget: bool
) -> tuple[StatementTrace, ...]:
    """Read what was written down about a migration.

    `forget` it all, where the next migration runs in a transaction of its own; else only the times: what is
    held already will not be new again.
    """
    rows: list[_Row] = connection.execute(_SQL["seen"]).fetchall()
    for name in ("forget_seen",) if forget else ("forget_times", "mark_old"):
        connection.execute(_SQL[name])
    return tuple(_traces(rows, migration, statements))


def _traces(
    rows: Iterable[_Row], migration: Migration, statements: Sequence[Statement]
) -> Iterator[StatementTrace]:
    by_statement: dict[int, list[Any]] = defaultdict(list)
    ended: dict[int, float] = {}
    for number, at, what, relation, detail in rows:
        if what == "time":
            ended[number] = at
        else:
            by_statement[number].append((what, relation, detail))
    for before, number in pairwise(sorted(ended)):
        yield _trace(
            migration, statements[number], by_statement[number], seconds=ended[number] - ended[before]
        )


def _trace(
    migration: Migration,
    statement: Statement,
    seen: Sequence[tuple[str, str, str]],
    *,
    seconds: float,
) -> StatementTrace:
    rewrites = tuple(relation for what, relation, _ in seen if what == "file")
    return StatementTrace(
        version=migration.version,
        file=migration.file.path,
        line=place_of(statement, None).line,
        locks=tuple(
            HeldLock(relation=relation, mode=mode) for what, relation, mode in seen if what == "lock"
        ),
        rewrites=rewrites,
        scans=tuple(relation for what, relation, _ in seen if what == "scan" and relation not in rewrites),
        seconds=seconds,
    )
