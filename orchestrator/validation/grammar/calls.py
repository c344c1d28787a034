"""What an author's expression would run if somebody asked it of rows: functions, operators, types.

Cautious: a part of the grammar that is not known here to do nothing by itself is told as such. Names are as
written; what they mean only the target's catalog knows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import postgast
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import Node, qualified
from orchestrator.validation.grammar.tree import children, unwrapped

#: parts that run nothing but what stands below them
_HARMLESS: Final = frozenset(
    {
        "A_ArrayExpr",
        "A_Const",
        "A_Indices",
        "A_Star",
        "BitString",
        "BoolExpr",
        "Boolean",
        "BooleanTest",
        "CaseWhen",
        "CoalesceExpr",
        "CollateClause",
        "Float",
        "Integer",
        "List",
        "MinMaxExpr",
        "NamedArgExpr",
        "NullTest",
        "ResTarget",
        "RowExpr",
        "SQLValueFunction",
        "String",
    }
)
#: kinds of comparison whose name in the tree is no operator
_BETWEEN: Final = frozenset(
    {
        pg.AEXPR_BETWEEN,
        pg.AEXPR_NOT_BETWEEN,
        pg.AEXPR_BETWEEN_SYM,
        pg.AEXPR_NOT_BETWEEN_SYM,
    }
)
_SUB_SELECT: Final = "a sub-select"
_UNREAD: Final = "a part that cannot be read"
_UNREADABLE = (postgast.PgQueryError, DecodeError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Uses:
    """Everything that expressions name."""

    functions: frozenset[Name] = frozenset()
    #: columns behind a table's name, or calls: (a).b means b(a) where no column is called b
    members: frozenset[str] = frozenset()
    operators: frozenset[Name] = frozenset()
    #: that something is cast to
    types: frozenset[Name] = frozenset()
    #: columns of the table, or a name of its whole row
    columns: frozenset[str] = frozenset()
    #: what nobody can look up: a sub-select, a part of the grammar; None: nothing of that kind
    other: str | None = None


def uses_of(expressions: Iterable[str], *, types: Iterable[str] = ()) -> Uses:
    """Return what these expressions, and casts to these types, would run."""
    written = [*(f"({each})" for each in expressions), *(f"null::{each}" for each in types)]
    walk = _Walk()
    for node in _parsed(f"select {', '.join(written)}") if written else ():
        walk.visit(node)
    return Uses(
        functions=frozenset(walk.functions),
        members=frozenset(walk.members),
        operators=frozenset(walk.operators),
        types=frozenset(walk.types),
        columns=frozenset(walk.columns),
        other=walk.other,
    )


def _parsed(text: str) -> Iterator[Node]:
    """Yield what is selected; where it is more than that, or cannot be read, a whole statement."""
    if "\0" in text or nests_too_deeply(text):
        yield pg.RawStmt()
        return
    try:
        statements = postgast.parse(text).stmts
    except _UNREADABLE:
        yield pg.RawStmt()
        return
    for each in statements:
        selection = each.stmt.select_stmt
        fields = {descriptor.name for descriptor, _ in selection.ListFields()}
        is_plain = len(statements) == 1 and fields <= {"target_list", "limit_option", "op"}
        yield from selection.target_list if is_plain else (each.stmt,)


@dataclass(kw_only=True)
class _Walk:
    """One pass over a tree."""

    functions: set[Name] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    operators: set[Name] = field(default_factory=set)
    types: set[Name] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    other: str | None = None

    def visit(self, root: Node) -> None:
        """Note what each node is, from the first to the last."""
        waiting = [root]
        while waiting:
            node = unwrapped(waiting.pop())
            if node is not None:
                waiting.extend(self._note(node)[::-1])

    def _note(self, node: Node) -> list[Node]:
        """Note what a node is; return what is to be looked at below it."""
        match node.DESCRIPTOR.name:
            case "FuncCall":
                self.functions.add(qualified(node.funcname))
            case "A_Expr":
                self.operators |= _operators(node)
            case "TypeCast":
                self.types.add(qualified(node.type_name.names))
                return [node.arg]
            case "ColumnRef":
                self._column(node)
                return []
            case "A_Indirection":
                self.members |= {each.string.sval for each in _fields(node.indirection)}
            case "CaseExpr":
                self.operators.add(Name(None, "="))
            case "SelectStmt" | "SubLink":
                self.other = _SUB_SELECT
                return []
            case kind if kind not in _HARMLESS:
                self.other = _UNREAD if kind == "RawStmt" else f"a {kind}"
                return []
        return children(node)

    def _column(self, node: Node) -> None:
        """Note a column; behind a table's name it may as well be a function of the row."""
        words = [each.string.sval for each in _fields(node.fields)]
        self.columns.add(words[-1] if len(words) == len(node.fields) else "*")
        if len(words) > 1:
            self.members.add(words[-1])


def _fields(nodes: Iterable[Node]) -> list[Node]:
    return [each for each in nodes if each.WhichOneof("node") == "string"]


def _operators(node: Node) -> set[Name]:
    if node.kind in _BETWEEN:
        return {Name(None, sign) for sign in ("<", "<=", ">", ">=")}
    return {qualified(node.name)}
