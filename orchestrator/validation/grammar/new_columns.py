"""What ADD COLUMN demands of rows: each gets the new column with the same default, or one made from the row.

Part of the adapter: only demands.py uses it.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.demand import Demand, DemandKind, NewColumn
from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.constraints import of_constraint
from orchestrator.validation.grammar.nodes import Node, Source
from orchestrator.validation.grammar.written import expression_as_sql, type_as_sql

_SERIAL: Final = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
_NOT_NULL: Final = frozenset({pg.CONSTR_NOTNULL, pg.CONSTR_PRIMARY})


def demands(source: Source, table: Name, column: Node) -> Iterator[Demand]:
    """Yield what a new column with its constraints demands; nothing where a sequence numbers the rows."""
    constraints = [node.constraint for node in column.constraints]
    if _is_numbered(column, constraints):
        return
    new = NewColumn(name=column.colname, type=type_as_sql(column.type_name), value=_value(constraints))
    if new.value is None and any(constraint.contype in _NOT_NULL for constraint in constraints):
        yield Demand(kind=DemandKind.NEW_COLUMN, table=table, columns=(new.name,), new_column=new)
    generated = any(constraint.contype == pg.CONSTR_GENERATED for constraint in constraints)
    for constraint in _enforced(constraints):
        offset = source.at(constraint.location)
        for demand in of_constraint(table, constraint, columns=(new.name,)):
            if _can_fail(demand, new, generated=generated):
                yield replace(demand, offset=offset, new_column=new)


def _is_numbered(column: Node, constraints: list[Node]) -> bool:
    names = column.type_name.names
    identity = any(constraint.contype == pg.CONSTR_IDENTITY for constraint in constraints)
    return identity or (len(names) == 1 and names[0].string.sval in _SERIAL)


def _value(constraints: list[Node]) -> str | None:
    """Return what rows get in the new column, as SQL; None for NULL."""
    for constraint in constraints:
        is_value = constraint.contype in (pg.CONSTR_DEFAULT, pg.CONSTR_GENERATED)
        if is_value and not constraint.raw_expr.a_const.isnull:
            return expression_as_sql(constraint.raw_expr)
    return None


def _enforced(constraints: list[Node]) -> Iterator[Node]:
    """Leave out what NOT ENFORCED follows: inside a column's definition it is a node of its own."""
    for constraint, after in zip_longest(constraints, constraints[1:]):
        if after is None or after.contype != pg.CONSTR_ATTR_NOT_ENFORCED:
            yield constraint


def _can_fail(demand: Demand, new: NewColumn, *, generated: bool) -> bool:
    match demand.kind:
        case DemandKind.NOT_NULL:
            # a default that is NULL is a demand of its own; one that only turns out so is nobody's habit
            return generated
        case DemandKind.UNIQUE:
            return new.value is not None or demand.nulls_equal
        case DemandKind.FOREIGN_KEY:
            return new.value is not None
        case _:
            return True
