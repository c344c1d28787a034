"""Count the rows that stand in a demand's way, and name up to three by their keys.

The same heart for both times: before anything is applied (read.py) and after a statement failed (causes.py).
Asked in a READ ONLY transaction with limits, and only where nobody's own code would run (strangers.py). No
value of a row but its primary key is ever read.
"""

import time
from dataclasses import replace
from typing import Final

from psycopg import sql

from orchestrator.adapters.postgres.target.connect import milliseconds
from orchestrator.adapters.postgres.target.conversion import Judgement, judge
from orchestrator.adapters.postgres.target.lookups import Table, complete, find_conversion, find_table
from orchestrator.adapters.postgres.target.questions import (
    Question,
    column_of,
    conversion,
    matching,
    question,
)
from orchestrator.adapters.postgres.target.strangers import stranger_in
from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.errors import TargetError
from orchestrator.domain.obstacle import Obstacle, duplicates, not_known, rows_in_the_way, some_row_fails
from orchestrator.ports.target import Database

#: ordinary and partitioned tables, materialized views
_HOLD_ROWS: Final = frozenset({"r", "p", "m"})
_CANCELED, _NO_LOCK, _NO_RIGHT = "57014", "55P03", "42501"
#: the table, a column, a type, a function or a schema is not there; or it is no valid SQL
_NOT_THERE: Final = ("42", "3F")
#: what a row's own values bring about: bad data, a domain's constraint, RAISE in a function
_BY_A_ROW: Final = ("22", "23", "P0")
_JUDGES_VALUES: Final = frozenset({DemandKind.CHECK, DemandKind.TYPE})


def find_obstacle(database: Database, demand: Demand, *, limit_seconds: float) -> Obstacle | None:
    """Return what is in the way; None: nothing, or what the demand is about is not there.

    The time limit is for everything together. Raises Unavailable when the connection breaks.
    """
    deadline = time.monotonic() + limit_seconds
    try:
        _limit(database, deadline)
        return _search(database, demand, deadline)
    except TargetError as error:
        return _what_it_means(error, demand, limit_seconds)


def _limit(database: Database, deadline: float) -> None:
    """Leave the server what is left of the time; half of it to wait for a lock, so that we learn of that."""
    left = max(0.0, deadline - time.monotonic())
    database.rows(
        f"set local statement_timeout = '{milliseconds(left)}';"
        f" set local lock_timeout = '{milliseconds(left / 2)}'"
    )


def _what_it_means(error: TargetError, demand: Demand, limit_seconds: float) -> Obstacle | None:
    state = str(error.nouns.get("sqlstate") or "")
    if state == _CANCELED:
        return not_known(demand, f"it took longer than {_figure(limit_seconds)} s")
    if state == _NO_LOCK:
        return not_known(demand, f"somebody held a lock on it for {_figure(limit_seconds / 2)} s")
    if state == _NO_RIGHT:
        return not_known(demand, "this role lacks a right to find out (SQLSTATE 42501)")
    if state.startswith(_BY_A_ROW) and demand.kind in _JUDGES_VALUES:
        return some_row_fails(demand, state)
    if state.startswith(_NOT_THERE):
        return None
    return not_known(demand, f"PostgreSQL cannot tell (SQLSTATE {state})")


def _figure(seconds: float) -> str:
    return f"{round(seconds, 2):g}"


def _search(database: Database, demand: Demand, deadline: float) -> Obstacle | None:
    if demand.kind is DemandKind.VALIDATE or demand.index:
        known = complete(database, demand)
        left = deadline - time.monotonic()
        return find_obstacle(database, known, limit_seconds=left) if known else None
    table = find_table(database, demand, demand.table)
    if table is None or _is_met_already(demand, table):
        return None
    referenced = find_table(database, demand, demand.references) if demand.references else None
    if demand.references and referenced is None:
        return None
    if table.hides_rows or (referenced and referenced.hides_rows):
        return not_known(demand, "row level security hides rows from this role")
    return _asked(database, demand, table, referenced, deadline)


def _asked(
    database: Database, demand: Demand, table: Table, referenced: Table | None, deadline: float
) -> Obstacle | None:
    condition = _condition(database, demand)
    if condition is Judgement.SAFE:
        return None
    stranger = stranger_in(database, demand)
    if stranger is not None:
        return None if stranger.draws_number and demand.new_column else not_known(demand, stranger.words)
    _limit(database, deadline)
    if isinstance(condition, Judgement):  # to try: what cannot be converted raises its TargetError
        database.rows(conversion(demand, table))
        return None
    asked = matching(demand, table, condition) if condition else question(demand, table, referenced)
    return _answer(database, demand, table, asked, deadline)


def _is_met_already(demand: Demand, table: Table) -> bool:
    return (
        table.kind not in _HOLD_ROWS
        or (demand.new_column is not None and table.has_new_column)
        or (demand.if_not_exists and table.has_index)
    )


def _condition(database: Database, demand: Demand) -> sql.Composable | Judgement | None:
    """Return by what a change of type is judged; None: the demand is of another kind."""
    if demand.kind is not DemandKind.TYPE:
        return None
    known = find_conversion(database, demand)
    return judge(demand, known, column_of(demand)) if known else Judgement.SAFE


def _answer(
    database: Database, demand: Demand, table: Table, asked: Question, deadline: float
) -> Obstacle | None:
    rows, *groups = database.rows(asked.count())[0]
    if not rows:
        return None
    obstacle = duplicates(demand, rows, *groups) if groups else rows_in_the_way(demand, rows)
    if not table.primary_key:
        return obstacle
    try:
        _limit(database, deadline)
        found = database.rows(asked.examples(table))
    except TargetError:  # out of time; the count is worth more than its examples
        return obstacle
    return replace(obstacle, key=table.primary_key, examples=tuple(str(row[0]) for row in found))
