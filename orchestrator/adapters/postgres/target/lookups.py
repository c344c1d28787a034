"""What a target's catalog says about a demand: its table, its constraint, the types of its column."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.conversion import Conversion
from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.shape import Name
from orchestrator.ports.target import Database

_SQL = queries.load("sql/target/obstacles.sql")


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table as it is now."""

    name: Name
    #: pg_class.relkind
    kind: str
    #: policies decide which rows we see
    hides_rows: bool
    #: columns; empty when there is none
    primary_key: tuple[str, ...]
    #: what the demand would add is there already
    has_new_column: bool
    has_index: bool


class _Constraint(NamedTuple):
    """A row of the query of this name."""

    kind: str
    columns: list[str]
    schema: str | None
    references: str | None
    referenced_columns: list[str]
    match_full: bool | None
    only: bool
    expression: str | None


def find_table(database: Database, demand: Demand, name: Name) -> Table | None:
    """Look a table up, with what the demand is about to add to it; None: it is not there."""
    added = {"new_column": demand.new_column.name if demand.new_column else None, "index": demand.name}
    rows = database.rows(_SQL["table"], {"table": identifier(name).as_string(), **added})
    if not rows:
        return None
    kind, hides_rows, key, has_new_column, has_index = rows[0]
    return Table(
        name=name,
        kind=kind,
        hides_rows=hides_rows,
        primary_key=tuple(key),
        has_new_column=has_new_column,
        has_index=has_index,
    )


def complete(database: Database, demand: Demand) -> Demand | None:
    """Add what only the catalog knows; None: no such constraint or index, or there is nothing to validate."""
    table = identifier(demand.table).as_string()
    if demand.index:
        rows = database.rows(_SQL["index_columns"], {"table": table, "index": demand.index})
        columns = tuple(row[0] for row in rows)
        return replace(demand, index=None, columns=columns) if columns else None
    rows = database.rows(_SQL["constraint"], {"table": table, "name": demand.name})
    return _of_constraint(demand, _Constraint(*rows[0])) if rows else None


def find_conversion(database: Database, demand: Demand) -> Conversion | None:
    """Look up what a change of type is from and to; None: the column or the type is not there."""
    asked = {
        "table": identifier(demand.table).as_string(),
        "column": demand.columns[0],
        "type": demand.type,
    }
    rows = database.rows(_SQL["conversion"], asked)
    if not rows:
        return None
    source, modifier, target, reads_text, version = rows[0]
    return Conversion(
        source=source,
        source_modifier=modifier,
        target=target,
        reads_text=reads_text,
        server_version=version,
    )


def identifier(name: Name) -> sql.Identifier:
    """Write a relation's name."""
    return sql.Identifier(*filter(None, name))


def _of_constraint(demand: Demand, found: _Constraint) -> Demand | None:
    columns = tuple(found.columns)
    match found.kind:
        case "c":
            return replace(demand, kind=DemandKind.CHECK, condition=found.expression, only=found.only)
        case "n":
            return replace(demand, kind=DemandKind.NOT_NULL, columns=columns, only=found.only)
        case "f" if found.references is not None:
            return replace(
                demand,
                kind=DemandKind.FOREIGN_KEY,
                columns=columns,
                references=Name(found.schema, found.references),
                referenced_columns=tuple(found.referenced_columns),
                match_full=bool(found.match_full),
            )
    return None
