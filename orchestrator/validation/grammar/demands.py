"""What a statement demands of the rows that are there already.

Pure and cautious: whatever cannot be read gives no demand. Expressions and predicates come back as SQL. Left
out: constraints of domains, bounds of partitions that are attached, foreign keys with PERIOD.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

import postgast
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as pg

from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.shape import Name
from orchestrator.validation.grammar import new_columns
from orchestrator.validation.grammar.constraints import of_constraint
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    relation,
    strings,
    type_with_modifiers,
)
from orchestrator.validation.grammar.places import commands_of_alter_table, first_word
from orchestrator.validation.grammar.written import expression_as_sql, index_element_as_sql, type_as_sql

_UNREADABLE = (postgast.PgQueryError, DecodeError)


def demands_of(text: str) -> tuple[Demand, ...]:
    """Return what this statement demands of existing rows; nothing for statements of other kinds."""
    return tuple(demand for demand, postponed in _read(text) if not postponed)


def postponed_by(text: str) -> tuple[Demand, ...]:
    """Return what this statement's NOT VALID constraints will demand once somebody validates them."""
    return tuple(demand for demand, postponed in _read(text) if postponed)


def relations_in(expression: str) -> tuple[Name, ...]:
    """Return the relations that an expression's sub-selects read."""
    try:
        tree = postgast.parse(f"select {expression}")
    except _UNREADABLE:
        return ()
    return tuple(relation(node) for node in postgast.find_nodes(tree, pg.RangeVar))


def _read(text: str) -> Iterator[tuple[Demand, bool]]:
    """Yield every demand, and whether NOT VALID postpones it."""
    if "\0" in text or nests_too_deeply(text):
        return
    try:
        statements = postgast.parse(text).stmts
    except _UNREADABLE:
        return
    source = Source(text)
    for statement in statements:
        match statement.stmt.WhichOneof("node"):
            case "index_stmt" if statement.stmt.index_stmt.unique:
                offset = first_word(source, statement.stmt_location)
                yield from _of_index(statement.stmt.index_stmt, offset)
            case "alter_table_stmt" if statement.stmt.alter_table_stmt.objtype == pg.OBJECT_TABLE:
                yield from _of_alter_table(source, statement.stmt.alter_table_stmt)


def _of_alter_table(source: Source, statement: Node) -> Iterator[tuple[Demand, bool]]:
    table, only = relation(statement.relation), not statement.relation.inh
    commands = [command.alter_table_cmd for command in statement.cmds]
    places = commands_of_alter_table(source, statement.relation)
    for command, offset in zip_longest(commands, places[: len(commands)], fillvalue=places[0]):
        postponed = getattr(command, "def").constraint.skip_validation
        for demand in _demands(source, table, command):
            placed = replace(demand, offset=demand.offset or offset, only=demand.only or only)
            yield placed, postponed


def _demands(source: Source, table: Name, command: Node) -> list[Demand]:
    try:
        return list(_of_command(source, table, command))
    except _UNREADABLE:
        return []


def _of_command(source: Source, table: Name, command: Node) -> Iterator[Demand]:
    definition = getattr(command, "def")
    match command.subtype:
        case pg.AT_SetNotNull:
            yield Demand(kind=DemandKind.NOT_NULL, table=table, columns=(command.name,))
        case pg.AT_AddColumn:
            yield from new_columns.demands(source, table, definition.column_def)
        case pg.AT_AlterColumnType:
            yield _of_type(table, command.name, definition.column_def)
        case pg.AT_ValidateConstraint:
            yield Demand(kind=DemandKind.VALIDATE, table=table, name=command.name)
        case pg.AT_AddConstraint:
            constraint = definition.constraint
            yield from of_constraint(table, constraint, columns=strings(constraint.keys))


def _of_type(table: Name, column: str, definition: Node) -> Demand:
    type_name = definition.type_name
    using = definition.raw_default if definition.HasField("raw_default") else None
    return Demand(
        kind=DemandKind.TYPE,
        table=table,
        columns=(column,),
        type=type_as_sql(type_name),
        modifiers=tuple(node.a_const.ival.ival for node in type_name.typmods),
        using=expression_as_sql(using) if using else None,
        plain_cast=using is not None and _is_plain_cast(using, column, type_name),
    )


def _is_plain_cast(expression: Node, column: str, type_name: Node) -> bool:
    cast = expression.type_cast
    fields = cast.arg.column_ref.fields
    is_column = bool(fields) and fields[-1].string.sval == column
    return is_column and type_with_modifiers(cast.type_name) == type_with_modifiers(type_name)


def _of_index(index: Node, offset: int) -> list[tuple[Demand, bool]]:
    elements = [parameter.index_elem for parameter in index.index_params]
    try:
        demand = Demand(
            kind=DemandKind.UNIQUE,
            table=relation(index.relation),
            offset=offset,
            name=index.idxname or None,
            columns=tuple(element.name for element in elements if element.name),
            keys=tuple(map(index_element_as_sql, elements)),
            nulls_equal=index.nulls_not_distinct,
            condition=expression_as_sql(index.where_clause) if index.HasField("where_clause") else None,
            only=not index.relation.inh,
            if_not_exists=index.if_not_exists,
        )
    except _UNREADABLE:
        return []
    return [(demand, False)]
