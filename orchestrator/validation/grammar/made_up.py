"""SQL that a block makes up while it runs, as far as its constants tell what it is. Part of the adapter."""

import re
from collections.abc import Iterator
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.expressions import children
from orchestrator.validation.grammar.nodes import Node, qualified, strings

#: a statement that begins so changes no rows, unless another one follows it
_DEFINING: Final = re.compile(
    r"\s*(?:alter|analyze|cluster|comment|create|drop|grant|lock|notify|refresh|reindex|revoke|set|vacuum)\b",
    re.IGNORECASE,
)
#: but for values that become others
_CONVERTING: Final = re.compile(r"\btype\b.*\busing\b", re.IGNORECASE | re.DOTALL)
_JOINING: Final = frozenset({"format", "concat"})


def constant_text(node: Node) -> str | None:
    """Return the text that an expression of nothing but string constants is; None for any other."""
    match node.WhichOneof("node"):
        case "a_const" if node.a_const.WhichOneof("val") == "sval":
            return str(node.a_const.sval.sval)
        case "type_cast":
            return constant_text(node.type_cast.arg)
        case "a_expr" if _is_joined(node):
            left, right = constant_text(node.a_expr.lexpr), constant_text(node.a_expr.rexpr)
            return None if left is None or right is None else left + right
        case _:
            return None


def defines_only(node: Node) -> bool:
    """Tell whether an expression writes one statement that changes no rows, whatever its variables hold."""
    first, constants = _first(node), list(_constants(node))
    if first is None or not _DEFINING.match(first):
        return False
    if qualified(node.func_call.funcname).name == "format":  # a semicolon at the end of all ends nothing else
        constants[0] = constants[0].rstrip().removesuffix(";")
    written = " ".join(constants)
    return ";" not in written and not _CONVERTING.search(written)


def _first(node: Node) -> str | None:
    """Return the constant that an expression begins with."""
    match node.WhichOneof("node"):
        case "a_const" if node.a_const.WhichOneof("val") == "sval":
            return str(node.a_const.sval.sval)
        case "type_cast":
            return _first(node.type_cast.arg)
        case "a_expr" if _is_joined(node):
            return _first(node.a_expr.lexpr)
        case "func_call" if node.func_call.args and qualified(node.func_call.funcname).name in _JOINING:
            return _first(node.func_call.args[0])
        case _:
            return None


def _is_joined(node: Node) -> bool:
    return node.a_expr.kind == pg.AEXPR_OP and strings(node.a_expr.name) == ("||",)


def _constants(node: Node) -> Iterator[str]:
    if node.DESCRIPTOR.name == "A_Const" and node.WhichOneof("val") == "sval":
        yield node.sval.sval
    for child in children(node):
        yield from _constants(child)
