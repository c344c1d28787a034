"""Write parts of a syntax tree as SQL again. Part of the adapter: only its neighbours use it."""

import postgast
from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nodes import Node


def quoted(name: str) -> str:
    """Write a name so that it is read as it stands, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def expression_as_sql(expression: Node) -> str:
    """Write an expression. Raises PgQueryError where the library cannot."""
    tree, value = _selection()
    value.CopyFrom(expression)
    return str(postgast.deparse(tree)).removeprefix("SELECT ")


def type_as_sql(type_name: Node) -> str:
    """Write a type with its modifiers, e.g. "numeric(4, 2)". Raises PgQueryError where the library cannot."""
    tree, value = _selection()
    value.type_cast.arg.a_const.isnull = True
    value.type_cast.type_name.CopyFrom(type_name)
    return str(postgast.deparse(tree)).removeprefix("SELECT NULL::")


def index_element_as_sql(element: Node) -> str:
    """Write a key of an index: a quoted column or an expression in parentheses, with its collation."""
    key = quoted(element.name) if element.name else f"({expression_as_sql(element.expr)})"
    if not element.collation:
        return key
    return f"({key} collate {'.'.join(quoted(part.string.sval) for part in element.collation)})"


def operator_as_sql(names: Node) -> str:
    """Write an operator: && or operator("schema".&&)."""
    *schema, symbol = [name.string.sval for name in names]
    return f"operator({quoted(schema[0])}.{symbol})" if schema else str(symbol)


def _selection() -> tuple[Node, Node]:
    """Make SELECT of one value, and give the place for the value."""
    tree = pg.ParseResult()
    return tree, tree.stmts.add().stmt.select_stmt.target_list.add().res_target.val
