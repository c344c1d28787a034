"""What a statement demands of the rows that are there already: unique, foreign key, check, not null.

Pure and cautious: whatever cannot be read gives no demand. Expressions and predicates come back as SQL.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import postgast
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nesting import nests_too_deeply

#: one of the generated classes; their names are not for annotations
Node = Any


class DemandKind(StrEnum):
    """What rows have to satisfy."""

    UNIQUE = "unique"
    FOREIGN_KEY = "foreign-key"
    CHECK = "check"
    NOT_NULL = "not-null"
    #: a new column that must have a value and is given none
    NEW_COLUMN = "new-column"
    #: a constraint that exists already, by name; the catalog knows the rest
    VALIDATE = "validate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A name as it was written; without a schema the search path decides."""

    name: str
    schema: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """One condition that a statement puts on the rows of a table."""

    kind: DemandKind
    table: Relation
    #: of the constraint or index; None where PostgreSQL chooses it
    name: str | None = None
    #: names of columns
    columns: tuple[str, ...] = ()
    #: what is unique, as SQL: columns and expressions
    keys: tuple[str, ...] = ()
    #: NULLS NOT DISTINCT
    nulls_equal: bool = False
    #: of a partial index: the rows that it is about; of a check: what must not be false; as SQL
    condition: str | None = None
    references: Relation | None = None
    #: empty: the primary key
    referenced_columns: tuple[str, ...] = ()


def demands_of(text: str) -> tuple[Demand, ...]:
    """Return what this statement demands of existing rows; nothing for statements of other kinds."""
    if "\0" in text or nests_too_deeply(text):
        return ()
    try:
        statements = postgast.parse(text).stmts
    except (postgast.PgQueryError, DecodeError):
        return ()
    return tuple(demand for statement in statements for demand in _demands(statement.stmt))


def relations_in(expression: str) -> tuple[Relation, ...]:
    """Return the relations that an expression's sub-selects read."""
    try:
        tree = postgast.parse(f"select {expression}")
    except (postgast.PgQueryError, DecodeError):
        return ()
    return tuple(_relation(node) for node in postgast.find_nodes(tree, pg.RangeVar))


def _demands(statement: Node) -> Iterator[Demand]:
    match statement.WhichOneof("node"):
        case "index_stmt" if statement.index_stmt.unique:
            yield _unique_index(statement.index_stmt)
        case "alter_table_stmt":
            table = _relation(statement.alter_table_stmt.relation)
            for command in statement.alter_table_stmt.cmds:
                yield from _of_command(table, command.alter_table_cmd)


def _of_command(table: Relation, command: Node) -> Iterator[Demand]:
    match command.subtype:
        case pg.AT_SetNotNull:
            yield Demand(kind=DemandKind.NOT_NULL, table=table, columns=(command.name,))
        case pg.AT_AddColumn:
            column = getattr(command, "def").column_def
            kinds = {constraint.constraint.contype for constraint in column.constraints}
            if pg.CONSTR_NOTNULL in kinds and pg.CONSTR_DEFAULT not in kinds:
                yield Demand(kind=DemandKind.NEW_COLUMN, table=table, columns=(column.colname,))
        case pg.AT_ValidateConstraint:
            yield Demand(kind=DemandKind.VALIDATE, table=table, name=command.name)
        case pg.AT_AddConstraint:
            yield from _of_constraint(table, getattr(command, "def").constraint)


def _of_constraint(table: Relation, constraint: Node) -> Iterator[Demand]:
    name = constraint.conname or None
    match constraint.contype:
        case pg.CONSTR_UNIQUE | pg.CONSTR_PRIMARY if constraint.keys:
            columns = _strings(constraint.keys)
            yield Demand(
                kind=DemandKind.UNIQUE,
                table=table,
                name=name,
                columns=columns,
                keys=tuple(map(_quoted, columns)),
                nulls_equal=constraint.nulls_not_distinct,
            )
        case pg.CONSTR_CHECK:
            condition = _as_sql(constraint.raw_expr)
            yield Demand(kind=DemandKind.CHECK, table=table, name=name, condition=condition)
        case pg.CONSTR_FOREIGN:
            yield Demand(
                kind=DemandKind.FOREIGN_KEY,
                table=table,
                name=name,
                columns=_strings(constraint.fk_attrs),
                references=_relation(constraint.pktable),
                referenced_columns=_strings(constraint.pk_attrs),
            )


def _unique_index(index: Node) -> Demand:
    elements = [parameter.index_elem for parameter in index.index_params]
    return Demand(
        kind=DemandKind.UNIQUE,
        table=_relation(index.relation),
        name=index.idxname or None,
        columns=tuple(element.name for element in elements if element.name),
        keys=tuple(_quoted(e.name) if e.name else f"({_as_sql(e.expr)})" for e in elements),
        nulls_equal=index.nulls_not_distinct,
        condition=_as_sql(index.where_clause) if index.HasField("where_clause") else None,
    )


def _relation(node: Node) -> Relation:
    return Relation(name=node.relname, schema=node.schemaname or None)


def _strings(nodes: Node) -> tuple[str, ...]:
    return tuple(node.string.sval for node in nodes)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_sql(expression: Node) -> str:
    """Write an expression as SQL again, by way of a SELECT of nothing else."""
    tree = pg.ParseResult()
    target = tree.stmts.add().stmt.select_stmt.target_list.add().res_target
    target.val.CopyFrom(expression)
    return str(postgast.deparse(tree)).removeprefix("SELECT ")
