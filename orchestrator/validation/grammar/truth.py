"""What an expression comes to without a look at any row. Part of the adapter.

Only what is spelled out is worked out: constants, comparisons of constants, NOT, AND, OR, casts, (select …).
"""

from collections.abc import Callable
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.nodes import Node, constant, qualified, strings, type_text

#: how PostgreSQL reads a boolean; it takes what these words begin with as well
_TRUE: Final = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_FALSE: Final = frozenset({"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"})
_ROLE: Final = Name("auth", "role")
_USER: Final = Name("auth", "uid")
#: parts of a SELECT that say more than a value
_MORE: Final = ("from_clause", "where_clause", "having_clause", "values_lists", "limit_count", "with_clause")
#: so deep nobody writes a constant
_DEEPEST: Final = 50


def truth(node: Node, depth: int = 0) -> bool | None:
    """Tell whether it is true or false for every row and everybody; None where that depends."""
    kind = _kind(node)
    fold = _FOLDS.get(kind or "")
    return fold(getattr(node, kind), depth + 1) if fold and kind and depth < _DEEPEST else None


def holds_for_signed_in(node: Node, depth: int = 0) -> bool:
    """Tell whether it is true for whoever is signed in, whatever the row: auth.uid() is not null."""
    if truth(node, depth) is True:
        return True
    node, kind = _inside(node, depth), _kind(_inside(node, depth))
    if depth >= _DEEPEST:
        return False
    match kind:
        case "bool_expr" if node.bool_expr.boolop != pg.NOT_EXPR:
            every = node.bool_expr.boolop == pg.AND_EXPR
            return (all if every else any)(
                [holds_for_signed_in(each, depth + 1) for each in node.bool_expr.args]
            )
        case "null_test":
            test = node.null_test
            return bool(test.nulltesttype == pg.IS_NOT_NULL) and _called(test.arg, depth) == _USER
        case "a_expr" if _is_operator(node.a_expr, "="):
            sides = (node.a_expr.lexpr, node.a_expr.rexpr)
            return any(_called(each, depth) == _ROLE for each in sides) and any(
                _value(each) == ("sval", "authenticated") for each in sides
            )
    return False


def _kind(node: Node) -> str | None:
    return node.WhichOneof("node") if node.DESCRIPTOR.name == "Node" else None


def _inside(node: Node, depth: int) -> Node:
    """Return what a (select …) of one value selects; anything else as it is."""
    for _ in range(_DEEPEST - depth):
        if _kind(node) != "sub_link" or node.sub_link.sub_link_type != pg.EXPR_SUBLINK:
            break
        query = node.sub_link.subselect.select_stmt
        if len(query.target_list) != 1 or _says_more(query):
            break
        node = query.target_list[0].res_target.val
    return node


def _says_more(query: Node) -> bool:
    written = {descriptor.name for descriptor, _ in query.ListFields()}
    return not written.isdisjoint(_MORE) or query.op not in {0, pg.SETOP_NONE}


def _called(node: Node, depth: int) -> Name | None:
    node = _inside(node, depth)
    if _kind(node) == "type_cast":
        node = node.type_cast.arg
    return qualified(node.func_call.funcname) if _kind(node) == "func_call" else None


def _value(node: Node) -> tuple[str, str] | None:
    """Return a constant with its sort: equal ones are surely equal."""
    while _kind(node) == "type_cast":
        node = node.type_cast.arg
    kind = _kind(node)
    text = constant(node.a_const) if kind == "a_const" else None
    return None if text is None else (str(node.a_const.WhichOneof("val")), text)


def _is_operator(node: Node, sign: str) -> bool:
    return bool(node.kind == pg.AEXPR_OP) and strings(node.name) == (sign,)


def _constant(node: Node, depth: int) -> bool | None:
    return bool(node.boolval.boolval) if node.WhichOneof("val") == "boolval" else None


def _cast(node: Node, depth: int) -> bool | None:
    if type_text(node.type_name) != "boolean":
        return None
    if _kind(node.arg) != "a_const":
        return truth(node.arg, depth)
    word = (constant(node.arg.a_const) or "").strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _logic(node: Node, depth: int) -> bool | None:
    parts = [truth(each, depth) for each in node.args]
    if node.boolop == pg.NOT_EXPR:
        return None if parts[0] is None else not parts[0]
    decides = node.boolop == pg.OR_EXPR
    if decides in parts:
        return bool(decides)
    return None if None in parts else bool(not decides)


def _comparison(node: Node, depth: int) -> bool | None:
    equal, unequal = _is_operator(node, "="), _is_operator(node, "<>")
    if not (equal or unequal):
        return None
    one, other = (truth(each, depth) for each in (node.lexpr, node.rexpr))
    if one is not None and other is not None:
        return bool((one == other) is equal)
    left, right = _value(node.lexpr), _value(node.rexpr)
    if left is None or right is None or left[0] != right[0]:
        return None
    casts = "type_cast" in {_kind(node.lexpr), _kind(node.rexpr)}
    if left != right and (casts or left[0] == "fval"):
        return None  # 1.0 and 1.00
    return bool((left == right) is equal)


def _sub_link(node: Node, depth: int) -> bool | None:
    query = node.subselect.select_stmt
    if _says_more(query):
        return None
    if node.sub_link_type == pg.EXISTS_SUBLINK:
        return True
    plain = node.sub_link_type == pg.EXPR_SUBLINK and len(query.target_list) == 1
    return truth(query.target_list[0].res_target.val, depth) if plain else None


_FOLDS: Final[dict[str, Callable[[Node, int], bool | None]]] = {
    "a_const": _constant,
    "type_cast": _cast,
    "bool_expr": _logic,
    "a_expr": _comparison,
    "sub_link": _sub_link,
}
