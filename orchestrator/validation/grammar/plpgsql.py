"""The statements inside a DO block, as far as they stand there in plain words. Part of the adapter."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import postgast

from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.grammar.nodes import Node, Source, option, text_of

#: statements of PL/pgSQL that run SQL which they make up themselves
_DYNAMIC: Final = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"})
_STATEMENT: Final = "PLpgSQL_stmt_execsql"
_EXPRESSION: Final = "PLpgSQL_expr"
#: how the server reads an expression; the others are assignments
_OF_A_STATEMENT, _OF_AN_EXPRESSION = 0, 2
_ASSIGNMENT: Final = re.compile(r":?=")

#: the library does not know every type, and what it writes is not always JSON (measured: trigger functions)
UNREADABLE: Final = (postgast.PgQueryError, ValueError, RecursionError)


def queries_of(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the SQL statements of a block, and whether it makes up SQL while it runs.

    Raises one of UNREADABLE when PL/pgSQL does not understand it.
    """
    queries: list[str] = []
    dynamic = False
    waiting: list[Any] = [postgast.parse_plpgsql(text)]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(reversed(found))
        elif isinstance(found, dict):
            dynamic = dynamic or not _DYNAMIC.isdisjoint(found)
            if _STATEMENT in found:
                queries.append(found[_STATEMENT]["sqlstmt"]["PLpgSQL_expr"]["query"])
            waiting.extend(reversed([each for key, each in found.items() if key != _STATEMENT]))
    return tuple(queries), dynamic


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Something that a block has the server work out."""

    #: as a statement; an expression stands behind SELECT
    text: str
    #: whether what comes out of it is SQL that is run then
    is_made_up: bool = False


def expressions_of(text: str) -> tuple[Query, ...]:
    """Return everything that a block runs or asks: statements, loops, conditions, what is assigned.

    Raises one of UNREADABLE when PL/pgSQL does not understand it.
    """
    found: list[Query] = []
    waiting: list[tuple[Any, bool]] = [(postgast.parse_plpgsql(text), False)]
    while waiting:
        node, is_made_up = waiting.pop()
        if isinstance(node, list):
            waiting.extend((each, is_made_up) for each in reversed(node))
        elif isinstance(node, dict):
            expression = node.get(_EXPRESSION)
            if expression is not None:
                found.append(_query(expression, is_made_up=is_made_up))
            waiting.extend(reversed([*_below(node)]))
    return tuple(found)


def _below(node: Mapping[str, Any]) -> Iterator[tuple[Any, bool]]:
    for key, value in node.items():
        if key in _DYNAMIC:
            yield {name: each for name, each in value.items() if name != "query"}, False
            yield value.get("query"), True
        elif key != _EXPRESSION:
            yield value, key == "dynquery"


def _query(expression: Mapping[str, Any], *, is_made_up: bool) -> Query:
    text, mode = expression["query"], expression.get("parseMode", 0)
    if mode == _OF_A_STATEMENT:
        return Query(text=text)
    if mode != _OF_AN_EXPRESSION:
        text = _ASSIGNMENT.split(text, maxsplit=1)[-1]
    return Query(text=f"select {text}", is_made_up=is_made_up)


def read_do(node: Node, source: Source) -> Iterator[Change]:
    """Read DO: what its statements change, each at the place of the block."""
    from orchestrator.validation.grammar.reading import changes_of_text  # noqa: PLC0415  # a block holds statements

    language = option(node.args, "language")
    if language is not None and (text_of(language.arg) or "").lower() != "plpgsql":
        yield changes.Unseen(offset=0, what=f"a DO block in {text_of(language.arg)}")
        return
    try:
        queries, dynamic = queries_of(source.text)
    except UNREADABLE:
        yield changes.Unseen(offset=0, what="a DO block that cannot be read")
        return
    for query in queries:
        for change in changes_of_text(query):
            yield replace(change, offset=0, guarded=True)
    if dynamic:
        yield changes.Unseen(offset=0, what="EXECUTE in a DO block")
