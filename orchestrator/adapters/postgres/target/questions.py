"""The questions that find the rows which do not satisfy a demand.

A table keeps its own name in every question, for an author's expression may use it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.conversion import converted
from orchestrator.adapters.postgres.target.lookups import Table, identifier
from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.obstacle import LONGEST_KEY, MOST_ROWS_COUNTED
from orchestrator.domain.shape import Name

_SQL = queries.load("sql/target/obstacles.sql")
#: constraints of a table that its children by inheritance do not share; partitions do
_OF_ONE_TABLE: Final = frozenset({DemandKind.UNIQUE, DemandKind.EXCLUDE, DemandKind.FOREIGN_KEY})
#: pg_class.relkind of a table that is nothing but its partitions
_PARTITIONED: Final = "p"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """How many rows are in the way, and which are the first three."""

    #: of the query
    name: str
    parts: dict[str, sql.Composable]

    def count(self) -> str:
        """Ask how many; UNIQUE is told their groups as well."""
        return _compose(self.name, self.parts | {"most": sql.Literal(MOST_ROWS_COUNTED + 1)})

    def examples(self, table: Table) -> str:
        """Ask for the primary keys of the first three, each as one text."""
        key = sql.SQL(", ").join(sql.Identifier(table.name.name, column) for column in table.primary_key)
        shown = sql.SQL("pg_catalog.left(pg_catalog.concat_ws(', ', {}), {})").format(
            key, sql.Literal(LONGEST_KEY)
        )
        return _compose(f"{self.name}_examples", self.parts | {"order": key, "key": shown})


def question(demand: Demand, table: Table, referenced: Table | None) -> Question:
    """Make the question of a demand that is about nothing but rows; a change of type has its own."""
    parts = {"table": _rows_of(demand, table)}
    match demand.kind:
        case DemandKind.UNIQUE:
            keys = sql.SQL(", ").join(map(sql.SQL, demand.keys))
            return Question(name="duplicates", parts=parts | {"keys": keys, "counted": _counted(demand)})
        case DemandKind.EXCLUDE:
            return Question(name="conflicts", parts=parts | _conflict(demand) | {"counted": _counted(demand)})
        case _:
            return matching(demand, table, _violating(demand, referenced))


def matching(demand: Demand, table: Table, condition: sql.Composable) -> Question:
    """Make the question for rows of which this is true."""
    return Question(name="count", parts={"table": _rows_of(demand, table), "violating": condition})


def conversion(demand: Demand, table: Table) -> str:
    """Write the query that converts every row of a table and fails at the first that cannot be."""
    return _compose(
        "convert",
        {
            "table": _rows_of(demand, table),
            "value": converted(demand, column_of(demand)),
            "type": sql.SQL(demand.type or ""),
        },
    )


def column_of(demand: Demand) -> sql.Composable:
    """Name the column that a change of type is about."""
    return _columns(demand)[0]


def _columns(demand: Demand) -> list[sql.Composable]:
    return [sql.Identifier(demand.table.name, column) for column in demand.columns]


def _rows_of(demand: Demand, table: Table) -> sql.Composable:
    """Return what to select from: the table, with the new column if there is one."""
    only = demand.only or (demand.kind in _OF_ONE_TABLE and table.kind != _PARTITIONED)
    rows = _relation(demand.table, only=only)
    new = demand.new_column
    if new is None:
        return rows
    return sql.SQL("(select {0}.*, ({1})::{2} as {3} from {4}) {0}").format(
        sql.Identifier(demand.table.name),
        sql.SQL(new.value or "null"),
        sql.SQL(new.type),
        sql.Identifier(new.name),
        rows,
    )


def _counted(demand: Demand) -> sql.Composable:
    """Return which rows an index is about; a NULL is equal to nothing, unless it says otherwise."""
    conditions = [f"({demand.condition})"] if demand.condition else []
    if demand.kind is DemandKind.UNIQUE and not demand.nulls_equal:
        conditions += [f"{key} is not null" for key in demand.keys]
    return sql.SQL(" and ".join(conditions) or "true")


def _conflict(demand: Demand) -> dict[str, sql.Composable]:
    values = [f"{key} as key_{number}" for number, key in enumerate(demand.keys)]
    pairs = [f"one.key_{number} {sign} other.key_{number}" for number, sign in enumerate(demand.operators)]
    return {"values": sql.SQL(", ".join(values)), "conflict": sql.SQL(" and ".join(pairs))}


def _violating(demand: Demand, referenced: Table | None) -> sql.Composable:
    match demand.kind:
        case DemandKind.FOREIGN_KEY if referenced is not None:
            return _orphans(demand, referenced)
        case DemandKind.NOT_NULL:
            return _joined(" or ", "{} is null", _columns(demand))
        case DemandKind.CHECK:
            return sql.SQL(f"({demand.condition}) is false")
        case _:
            return sql.SQL("true")


def _orphans(demand: Demand, referenced: Table) -> sql.Composable:
    columns = _columns(demand)
    theirs = demand.referenced_columns or referenced.primary_key
    pairs = [
        sql.SQL("bascule_other.{} = {}").format(sql.Identifier(their), own)
        for own, their in zip(columns, theirs, strict=False)
    ]
    orphans = sql.SQL("{} and not exists (select from {} bascule_other where {})").format(
        _joined(" and ", "{} is not null", columns),
        _relation(referenced.name, only=referenced.kind != _PARTITIONED),
        sql.SQL(" and ").join(pairs),
    )
    if not demand.match_full:
        return orphans
    some, every = _joined(" or ", "{} is null", columns), _joined(" and ", "{} is null", columns)
    return sql.SQL("(({}) and not ({})) or ({})").format(some, every, orphans)


def _relation(name: Name, *, only: bool) -> sql.Composable:
    return sql.SQL("only {}" if only else "{}").format(identifier(name))


def _joined(word: str, condition: str, columns: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL(word).join(sql.SQL(condition).format(column) for column in columns)


def _compose(query: str, parts: dict[str, sql.Composable]) -> str:
    return sql.SQL(_SQL[query]).format(**parts).as_string()
