"""Which rows INSERT gives and which DELETE names, as far as constants say it. Part of the adapter."""

from collections.abc import Mapping
from typing import Any, Final

from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nodes import Node, constant, strings, type_with_modifiers

#: what a string may be cast to and stay the same value
_SAME: Final = frozenset({"text", "uuid"})
#: of a SELECT that gives one row, whatever is there
_OF_CONSTANTS: Final = frozenset({"target_list", "limit_option", "op"})
_EQUALS: Final = ("=",)
#: parentheses and signs in one another; nobody names rows so
_DEEPEST: Final = 50


def given_rows(insert: Node) -> tuple[tuple[str | None, ...], ...]:
    """Return the values of INSERT … VALUES or of a SELECT of constants, None for what is no constant.

    Nothing where a row may have been there before (ON CONFLICT, a query) or gets other values (OVERRIDING).
    """
    select = insert.select_stmt.select_stmt
    if insert.HasField("on_conflict_clause") or insert.override == pg.OVERRIDING_USER_VALUE:
        return ()
    if select.values_lists:
        return tuple(tuple(_value(value) for value in row.list.items) for row in select.values_lists)
    row = tuple(_value(each.res_target.val) for each in select.target_list)
    is_plain = {descriptor.name for descriptor, _ in select.ListFields()} <= _OF_CONSTANTS
    return (row,) if row and is_plain and None not in row else ()


def named_rows(where: Node) -> tuple[Mapping[str, frozenset[str]], ...]:
    """Return what a condition asks of columns, a mapping for each side of OR; nothing where it asks more."""
    return _alternatives(where, 0) or ()


def _alternatives(node: Node, depth: int) -> tuple[Mapping[str, frozenset[str]], ...] | None:
    if depth > _DEEPEST:
        return None
    match node.WhichOneof("node"):
        case "a_expr":
            return _comparison(node.a_expr)
        case "bool_expr" if node.bool_expr.boolop == pg.OR_EXPR:
            sides = [_alternatives(each, depth + 1) for each in node.bool_expr.args]
            return None if None in sides else tuple(one for side in sides for one in side or ())
        case "bool_expr" if node.bool_expr.boolop == pg.AND_EXPR:
            return _all_of([_alternatives(each, depth + 1) for each in node.bool_expr.args])
        case _:
            return None


def _all_of(parts: list[Any]) -> tuple[Mapping[str, frozenset[str]], ...] | None:
    together: dict[str, frozenset[str]] = {}
    for part in parts:
        if part is None or len(part) != 1 or not together.keys().isdisjoint(part[0]):
            return None
        together |= part[0]
    return (together,)


def _comparison(node: Node) -> tuple[Mapping[str, frozenset[str]], ...] | None:
    if strings(node.name) != _EQUALS:
        return None
    left, right = node.lexpr, node.rexpr
    if node.kind == pg.AEXPR_OP:
        if _column(left) is None:
            left, right = right, left
        return _one(left, [right])
    if node.kind == pg.AEXPR_OP_ANY and right.WhichOneof("node") == "a_array_expr":
        return _one(left, right.a_array_expr.elements)
    if node.kind != pg.AEXPR_IN:
        return None
    if left.WhichOneof("node") == "row_expr":
        return _rows(left.row_expr.args, right.list.items)
    return _one(left, right.list.items)


def _one(column: Node, constants: Any) -> tuple[Mapping[str, frozenset[str]], ...] | None:  # noqa: ANN401  # nodes
    name = _column(column)
    values = [_value(each) for each in constants]
    if name is None or not values or None in values:
        return None
    return ({name: frozenset(each for each in values if each is not None)},)


def _rows(columns: Any, rows: Any) -> tuple[Mapping[str, frozenset[str]], ...] | None:  # noqa: ANN401  # nodes
    found: list[Mapping[str, frozenset[str]]] = []
    for row in rows:
        values = row.row_expr.args
        if len(values) != len(columns):
            return None
        one = _all_of([_one(column, [value]) for column, value in zip(columns, values, strict=True)])
        if one is None:
            return None
        found += one
    return tuple(found)


def _column(node: Node) -> str | None:
    if node.WhichOneof("node") != "column_ref":
        return None
    return strings(node.column_ref.fields)[-1] or None


def _value(node: Node, depth: int = 0) -> str | None:
    """Read a constant that stays what it is in a column of any type; None for others: 1.5 may be rounded."""
    match node.WhichOneof("node"):
        case _ if depth > _DEEPEST:
            return None
        case "a_const" if node.a_const.WhichOneof("val") == "fval":
            written = constant(node.a_const)
            return written if written is not None and written.isdecimal() else None
        case "a_const":
            return constant(node.a_const)
        case "type_cast" if type_with_modifiers(node.type_cast.type_name) in _SAME:
            return _value(node.type_cast.arg, depth + 1)
        case "a_expr" if _is_minus(node.a_expr):
            value = _value(node.a_expr.rexpr, depth + 1)
            return None if value is None else f"-{value}"
        case _:
            return None


def _is_minus(node: Node) -> bool:
    is_number = node.rexpr.a_const.WhichOneof("val") in {"ival", "fval"}
    return strings(node.name) == ("-",) and not node.HasField("lexpr") and is_number
