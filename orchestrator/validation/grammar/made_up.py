"""SQL that a block makes up while it runs, as far as its constants tell what it is. Part of the adapter."""

import re
from collections.abc import Iterator
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nodes import Node, qualified, strings, without_casts
from orchestrator.validation.grammar.tree import every

#: a statement that begins so changes no rows, unless another one follows it
_DEFINING: Final = re.compile(
    r"\s*(?:alter(?!\s+extension)|analyze|cluster|comment|create|drop|grant|lock|notify|refresh|reindex|revoke|set|vacuum)\b",
    re.IGNORECASE,
)
#: but for values that become others
_CONVERTING: Final = re.compile(r"\btype\b.*\busing\b", re.IGNORECASE | re.DOTALL)
_JOINING: Final = frozenset({"format", "concat"})


def constant_text(node: Node) -> str | None:
    """Return the text that an expression of nothing but string constants is; None for any other."""
    waiting, pieces = [node], list[str]()
    while waiting:
        each = without_casts(waiting.pop())
        match each.WhichOneof("node"):
            case "a_const" if each.a_const.WhichOneof("val") == "sval":
                pieces.append(each.a_const.sval.sval)
            case "a_expr" if _is_joined(each):
                waiting += [each.a_expr.rexpr, each.a_expr.lexpr]
            case _:
                return None
    return "".join(pieces)


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
    while True:
        node = without_casts(node)
        match node.WhichOneof("node"):
            case "a_const" if node.a_const.WhichOneof("val") == "sval":
                return str(node.a_const.sval.sval)
            case "a_expr" if _is_joined(node):
                node = node.a_expr.lexpr
            case "func_call" if node.func_call.args and qualified(node.func_call.funcname).name in _JOINING:
                node = node.func_call.args[0]
            case _:
                return None


def _is_joined(node: Node) -> bool:
    return node.a_expr.kind == pg.AEXPR_OP and strings(node.a_expr.name) == ("||",)


def _constants(node: Node) -> Iterator[str]:
    for each in every(node):
        if each.DESCRIPTOR.name == "A_Const" and each.WhichOneof("val") == "sval":
            yield each.sval.sval
