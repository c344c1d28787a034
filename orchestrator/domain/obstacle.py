"""What stands in a statement's way: rows that do not satisfy what it demands, and words for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.demand import Demand, DemandKind

#: counting ends here: a number with seven digits says all that a person needs
MOST_ROWS_COUNTED: Final = 1_000_000
#: of a primary key so many characters are read
LONGEST_KEY: Final = 60
_LONGEST_SQL: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """Rows in the way of a demand, or why it is not known whether there are any."""

    #: "3 rows of public.orders have no customer_id"; where it is not known, that
    words: str
    #: None: not counted. MOST_ROWS_COUNTED + 1: more than that
    rows: int | None = None
    #: columns of the table's primary key
    key: tuple[str, ...] = ()
    #: the primary keys of up to three such rows, cut to LONGEST_KEY characters; no other value is read
    examples: tuple[str, ...] = ()
    #: why it could not be found out: a time limit, a lock, a right that is missing. None: rows are in the way
    unknown: str | None = None

    def __str__(self) -> str:
        if self.unknown:
            return f"{self.words}: {self.unknown}"
        if not self.examples:
            return self.words
        return f"{self.words}; {', '.join(self.key)}: {' | '.join(self.examples)}"


def rows_in_the_way(demand: Demand, rows: int) -> Obstacle:
    """Say that so many rows do not satisfy the demand; of UNIQUE see `duplicates`."""
    return Obstacle(words=f"{_rows(rows, demand)} {_words(demand, one=rows == 1)}", rows=rows)


def duplicates(demand: Demand, rows: int, groups: int) -> Obstacle:
    """Say that so many rows are not unique; the rows of one group are the same."""
    among = f"in {groups:,} {'group' if groups == 1 else 'groups'}"
    return Obstacle(words=f"{_rows(rows, demand)} {among} {_words(demand)}", rows=rows)


def some_row_fails(demand: Demand, sqlstate: str) -> Obstacle:
    """Say that a row of a check or a change of type ended the search: at least that one is in the way."""
    if demand.kind is DemandKind.TYPE:
        what = f"has {_REST[demand.kind](demand)}"
    else:
        what = f"makes {_condition(demand)} fail"
    return Obstacle(words=f"at least one row of {demand.table} {what} (SQLSTATE {sqlstate})")


def not_known(demand: Demand, reason: str) -> Obstacle:
    """Say that it could not be found out, and why."""
    words = f"it is not known whether rows of {demand.table} {_words(demand)}"
    return Obstacle(words=words, unknown=reason)


def _rows(rows: int, demand: Demand) -> str:
    if rows > MOST_ROWS_COUNTED:
        return f"more than {MOST_ROWS_COUNTED:,} rows of {demand.table}"
    return f"{rows:,} {'row' if rows == 1 else 'rows'} of {demand.table}"


def _words(demand: Demand, *, one: bool = False) -> str:
    """Say what is wrong with rows, after "rows of …" or "1 row of …"."""
    singular, plural = _VERBS[demand.kind]
    return f"{singular if one else plural} {_REST[demand.kind](demand)}"


def _columns(demand: Demand) -> str:
    return ", ".join(demand.columns)


def _condition(demand: Demand) -> str:
    return _shortened(demand.condition or "a condition")


def _keys(demand: Demand) -> str:
    """Write what is unique as a person would: one pair of parentheses, quotes only where they are needed."""
    names = [_readable(key) for key in demand.keys]
    if demand.operators:
        names = [f"{name} with {op}" for name, op in zip(names, demand.operators, strict=True)]
    shared = _shortened(", ".join(names))
    return shared if len(names) == 1 and shared.startswith("(") else f"({shared})"


def _readable(key: str) -> str:
    return key.strip('"')


def _shortened(sql: str) -> str:
    return sql if len(sql) <= _LONGEST_SQL else sql[: _LONGEST_SQL - 1] + "…"


_VERBS: Final = {
    DemandKind.UNIQUE: ("shares", "share"),
    DemandKind.EXCLUDE: ("conflicts", "conflict"),
    DemandKind.FOREIGN_KEY: ("refers", "refer"),
    DemandKind.CHECK: ("does", "do"),
    DemandKind.NOT_NULL: ("has", "have"),
    DemandKind.NEW_COLUMN: ("is", "are"),
    DemandKind.TYPE: ("has", "have"),
    DemandKind.VALIDATE: ("does", "do"),
}
_REST: Final[dict[DemandKind, Callable[[Demand], str]]] = {
    DemandKind.UNIQUE: lambda demand: f"the same {_keys(demand)}",
    DemandKind.EXCLUDE: lambda demand: f"with another row by {_keys(demand)}",
    DemandKind.FOREIGN_KEY: lambda demand: f"to no row of {demand.references} ({_columns(demand)})",
    DemandKind.CHECK: lambda demand: f"not satisfy {_condition(demand)}",
    DemandKind.NOT_NULL: lambda demand: f"no {' or no '.join(demand.columns or ('value for the key',))}",
    DemandKind.NEW_COLUMN: lambda demand: f"there, and the new column {_columns(demand)} has no default",
    DemandKind.TYPE: lambda demand: f"a value in {_columns(demand)} that cannot become {demand.type}",
    DemandKind.VALIDATE: lambda demand: f"not satisfy the constraint {demand.name}",
}
