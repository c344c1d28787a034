"""What one constraint demands of rows. Part of the adapter: only demands.py and new_columns.py use it."""

from collections.abc import Iterator

from postgast import pg_query_pb2 as pg

from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.nodes import Node, relation, strings
from orchestrator.validation.grammar.written import (
    expression_as_sql,
    index_element_as_sql,
    operator_as_sql,
    quoted,
)


def of_constraint(table: Name, constraint: Node, *, columns: tuple[str, ...]) -> Iterator[Demand]:
    """Yield what a constraint over these columns demands, NOT VALID or not; nothing if it is not enforced."""
    match constraint.contype:
        case pg.CONSTR_NOTNULL:
            yield Demand(kind=DemandKind.NOT_NULL, table=table, name=_name(constraint), columns=columns)
        case pg.CONSTR_PRIMARY:
            yield from _of_primary_key(table, constraint, columns)
        case pg.CONSTR_UNIQUE if columns:
            yield _unique(table, constraint, columns)
        case pg.CONSTR_EXCLUSION:
            yield _exclusion(table, constraint)
        case pg.CONSTR_CHECK if constraint.is_enforced:
            yield Demand(
                kind=DemandKind.CHECK,
                table=table,
                name=_name(constraint),
                condition=expression_as_sql(constraint.raw_expr),
                only=constraint.is_no_inherit,
            )
        case pg.CONSTR_FOREIGN if constraint.is_enforced and not constraint.fk_with_period:
            yield Demand(
                kind=DemandKind.FOREIGN_KEY,
                table=table,
                name=_name(constraint),
                columns=strings(constraint.fk_attrs) or columns,
                references=relation(constraint.pktable),
                referenced_columns=strings(constraint.pk_attrs),
                match_full=constraint.fk_matchtype == "f",
            )


def _of_primary_key(table: Name, constraint: Node, columns: tuple[str, ...]) -> Iterator[Demand]:
    """Yield one demand for each column, so that each can be named by itself, and that they are unique."""
    if constraint.indexname:
        yield Demand(
            kind=DemandKind.NOT_NULL, table=table, name=_name(constraint), index=constraint.indexname
        )
        return
    for column in columns:
        yield Demand(kind=DemandKind.NOT_NULL, table=table, columns=(column,))
    yield _unique(table, constraint, columns)


def _unique(table: Name, constraint: Node, columns: tuple[str, ...]) -> Demand:
    """Say that values are unique; WITHOUT OVERLAPS: where the others are equal, the last one is disjoint."""
    overlaps = constraint.without_overlaps
    return Demand(
        kind=DemandKind.EXCLUDE if overlaps else DemandKind.UNIQUE,
        table=table,
        name=_name(constraint),
        columns=columns,
        keys=tuple(map(quoted, columns)),
        operators=("=",) * (len(columns) - 1) + ("&&",) if overlaps else (),
        nulls_equal=constraint.nulls_not_distinct,
    )


def _exclusion(table: Name, constraint: Node) -> Demand:
    pairs = [exclusion.list.items for exclusion in constraint.exclusions]
    elements = [element.index_elem for element, _ in pairs]
    has_condition = constraint.HasField("where_clause")
    return Demand(
        kind=DemandKind.EXCLUDE,
        table=table,
        name=_name(constraint),
        columns=tuple(element.name for element in elements if element.name),
        keys=tuple(map(index_element_as_sql, elements)),
        operators=tuple(operator_as_sql(names.list.items) for _, names in pairs),
        condition=expression_as_sql(constraint.where_clause) if has_condition else None,
    )


def _name(constraint: Node) -> str | None:
    return constraint.conname or None
