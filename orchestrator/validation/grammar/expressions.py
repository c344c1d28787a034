"""Take an expression or a query apart. Part of the adapter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation.expression import Call, ColumnUse, Equality, Expression, Literal
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    constant,
    qualified,
    relation,
    strings,
    type_text,
    without_casts,
)
from orchestrator.validation.grammar.tree import children, unwrapped
from orchestrator.validation.grammar.truth import holds_for_signed_in, truth

#: words of the grammar that are calls: current_user and its kind
_VALUE_FUNCTIONS: Final = {
    pg.SVFOP_CURRENT_ROLE: "current_role",
    pg.SVFOP_CURRENT_USER: "current_user",
    pg.SVFOP_USER: "user",
    pg.SVFOP_SESSION_USER: "session_user",
}


def expression(node: Node, source: Source) -> Expression:
    """Take apart one expression, or a whole query."""
    walk = _Walk(source=source)
    walk.visit(node)
    return Expression(
        calls=tuple(walk.calls),
        columns=tuple(walk.columns),
        literals=tuple(walk.literals),
        equalities=tuple(walk.equalities),
        reads=frozenset(name for name in walk.reads if name.schema or name.name not in walk.named),
    )


def condition(node: Node, source: Source) -> Expression:
    """Take apart what a policy asks of rows, and tell whether it is always true."""
    found = expression(node, source)
    always = truth(node)
    asks = any(call.name.schema == "auth" for call in found.calls)
    signed_in = always is True or (asks and holds_for_signed_in(node))
    return replace(found, constant=always, signed_in=signed_in)


@dataclass
class _Walk:
    """One pass over a tree."""

    source: Source
    calls: list[Call] = field(default_factory=list)
    columns: list[ColumnUse] = field(default_factory=list)
    literals: list[Literal] = field(default_factory=list)
    equalities: list[Equality] = field(default_factory=list)
    reads: list[Name] = field(default_factory=list)
    #: by WITH
    named: set[str] = field(default_factory=set)

    def visit(self, root: Node) -> None:
        """Note what each node is, from the first to the last."""
        waiting = [(root, False, False)]
        while waiting:
            wrapped, inner, once = waiting.pop()
            node = unwrapped(wrapped)
            if node is None:
                continue
            name = node.DESCRIPTOR.name
            handler = _HANDLERS.get(name)
            if handler is not None and handler(self, node, inner, once):
                continue
            if name == "SelectStmt":
                inner, once = True, not node.from_clause
            waiting.extend((child, inner, once) for child in children(node)[::-1])


def _column(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    words = [part.string.sval for part in node.fields if part.WhichOneof("node") == "string"]
    if words and len(words) == len(node.fields):
        walk.columns.append(
            ColumnUse(table=words[-2] if len(words) > 1 else None, name=words[-1], inner=inner)
        )
    return True


def _call(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    walk.calls.append(
        Call(
            name=qualified(node.funcname),
            offset=walk.source.at(node.location),
            once=once,
            arguments=tuple(_string(argument) for argument in node.args),
        )
    )
    return False


def _value_function(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    name = _VALUE_FUNCTIONS.get(node.op)
    if name:
        walk.calls.append(Call(name=Name(None, name), offset=walk.source.at(node.location), once=once))
    return True


def _constant(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    if node.WhichOneof("val") == "sval":
        walk.literals.append(Literal(text=node.sval.sval, offset=walk.source.at(node.location)))
    return True


def _cast(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    if node.arg.WhichOneof("node") != "a_const" or node.arg.a_const.WhichOneof("val") != "sval":
        return False
    literal = node.arg.a_const
    cast = type_text(node.type_name)
    offset = walk.source.at(literal.location)
    walk.literals.append(Literal(text=literal.sval.sval, offset=offset, cast=cast))
    return True


def _comparison(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    if node.kind in {pg.AEXPR_OP, pg.AEXPR_IN} and strings(node.name) == ("=",):
        for one, other in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr)):
            words = strings(one.column_ref.fields) if one.WhichOneof("node") == "column_ref" else ()
            if words and all(words):
                walk.equalities.extend(_equalities(walk.source, words, other))
    return False


def _equalities(source: Source, words: tuple[str, ...], node: Node) -> Iterator[Equality]:
    node = without_casts(node)
    kind = node.WhichOneof("node")
    if kind == "list":
        for each in node.list.items:
            yield from _equalities(source, words, each)
    elif kind == "a_const" and (value := constant(node.a_const)) is not None:
        yield Equality(
            table=words[-2] if len(words) > 1 else None,
            column=words[-1],
            value=value,
            offset=source.at(node.a_const.location),
            is_number=node.a_const.WhichOneof("val") in {"ival", "fval"},
        )


def _relation(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    walk.reads.append(relation(node))
    return True


def _with_name(walk: _Walk, node: Node, inner: bool, once: bool) -> bool:
    walk.named.add(node.ctename)
    return False


_HANDLERS: Final[dict[str, Callable[[_Walk, Node, bool, bool], bool]]] = {
    "ColumnRef": _column,
    "FuncCall": _call,
    "SQLValueFunction": _value_function,
    "A_Const": _constant,
    "TypeCast": _cast,
    "A_Expr": _comparison,
    "RangeVar": _relation,
    "CommonTableExpr": _with_name,
}


def _string(node: Node) -> str | None:
    if node.WhichOneof("node") == "type_cast":
        node = node.type_cast.arg
    if node.WhichOneof("node") == "a_const" and node.a_const.WhichOneof("val") == "sval":
        return str(node.a_const.sval.sval)
    return None
