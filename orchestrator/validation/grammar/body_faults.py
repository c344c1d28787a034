"""Syntax errors in bodies of SQL and PL/pgSQL, as the server looks for them. Part of the adapter."""

import re
from typing import Final

import postgast
from google.protobuf.message import DecodeError

from orchestrator.validation.grammar.fault import Fault
from orchestrator.validation.grammar.literals import tokens_of
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import Node, Source, option, text_of

#: where PostgreSQL's own source reports a syntax error (42601); others may be the library's own, for it
#: knows no catalog: no table, and not every type
_SYNTAX: Final = frozenset(
    {
        "scanner_yyerror",
        "plpgsql_yyerror",
        "word_is_not_variable",
        "check_labels",
        "check_raise_parameters",
    }
)
#: the library tells no position, only these words: they decide nothing but the place
_LINE: Final = re.compile(r"line (\d+)\Z")
_NEAR: Final = re.compile(r'"([^"]+)"')
_OPTIONS: Final = {"create_function_stmt": "options", "do_stmt": "args"}


def holds_code(kind: str) -> bool:
    """Tell whether a statement of this kind may have a body."""
    return kind in _OPTIONS


def fault_in_body(kind: str, node: Node, source: Source) -> Fault | None:
    """Return the first syntax error of a body in SQL or PL/pgSQL; None where none is certain."""
    options = getattr(node, _OPTIONS[kind])
    body, language = option(options, "as"), option(options, "language")
    written = _written(body) if body is not None else None
    if body is None or written is None or "\0" in written or nests_too_deeply(written):
        return None
    start = source.text.find(written)
    match "plpgsql" if language is None and kind == "do_stmt" else _language(language):
        case "sql" if kind != "do_stmt":
            fault = _in_sql(written)
        case "plpgsql":
            fault = _in_plpgsql(source.text, written)
        case _:
            return None
    if fault is None:
        return None
    return Fault(
        message=fault.message, offset=source.at(body.location) if start < 0 else start + fault.offset
    )


def _language(language: Node | None) -> str:
    return "" if language is None else (text_of(language.arg) or "").lower()


def _written(body: Node) -> str | None:
    if body.arg.WhichOneof("node") == "string":
        return str(body.arg.string.sval)
    parts = [each.string.sval for each in body.arg.list.items]
    return parts[0] if len(parts) == 1 else None


def _in_sql(body: str) -> Fault | None:
    try:
        postgast.parse(body)
    except postgast.PgQueryError as error:
        return Fault(message=error.message, offset=min(max(error.cursorpos - 1, 0), len(body)))
    except DecodeError:
        pass
    return None


def _in_plpgsql(statement: str, body: str) -> Fault | None:
    try:
        postgast.parse_plpgsql(statement)
    except postgast.PgQueryError as error:
        if error.funcname in _SYNTAX:
            return Fault(message=error.message, offset=_place(error, body))
    except (ValueError, RecursionError):
        pass  # what it writes is not always JSON, but then it has read all
    return None


def _place(error: postgast.PgQueryError, body: str) -> int:
    """Find the word that the error names, from the last line on of which the library took note."""
    line, word = _LINE.search(error.context or ""), _wanted(error)
    lines = body.splitlines(keepends=True)
    first = sum(map(len, lines[: int(line[1]) - 1])) if line else 0
    source, last = Source(body), 0
    for token in tokens_of(body):
        last = source.at(token.start)
        if last >= first and body[last : source.at(token.end)].lower() == word:
            return last
    return last


def _wanted(error: postgast.PgQueryError) -> str | None:
    """Return the word at which the error was noticed; None: at the very end."""
    near = _NEAR.search(error.message)
    if near:
        return near[1].lower()
    return ";" if error.funcname == "scanner_yyerror" else None
