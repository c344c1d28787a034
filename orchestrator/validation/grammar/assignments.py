"""Which constants a statement writes into which columns. Part of the adapter.

Reads a statement once more, and is asked only where the constant occurs in its text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import postgast
from google.protobuf.message import DecodeError

from orchestrator.validation.expression import Literal
from orchestrator.validation.grammar.expressions import expression
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import Node, Source, constant


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A string constant that goes into a column."""

    #: None where INSERT does not name its columns
    column: str | None
    #: 0-based, among the columns
    position: int
    literal: Literal


def assignments_in(text: str) -> tuple[Assignment, ...]:
    """Return those of an INSERT … VALUES or an UPDATE; nothing for other statements."""
    if "\0" in text or nests_too_deeply(text):
        return ()
    try:
        statements = postgast.parse(text).stmts
    except (postgast.PgQueryError, DecodeError):
        return ()
    source = Source(text)
    return tuple(found for each in statements for found in _of(each.stmt, source))


def written_rows(text: str) -> tuple[Mapping[str, str], ...]:
    """Return the constants of each row of an INSERT … VALUES with column names, and of an UPDATE.

    Of an UPDATE there is one row, which holds what WHERE compares with a constant as well.
    """
    if "\0" in text or nests_too_deeply(text):
        return ()
    try:
        statements = postgast.parse(text).stmts
    except (postgast.PgQueryError, DecodeError):
        return ()
    return tuple(row for each in statements for row in _rows(each.stmt, Source(text)))


def _rows(statement: Node, source: Source) -> Iterator[Mapping[str, str]]:
    match statement.WhichOneof("node"):
        case "insert_stmt":
            columns = [each.res_target.name for each in statement.insert_stmt.cols]
            for row in statement.insert_stmt.select_stmt.select_stmt.values_lists:
                yield _constants(zip(columns, row.list.items, strict=False))
        case "update_stmt":
            update = statement.update_stmt
            targets = [each.res_target for each in update.target_list]
            where = expression(update.where_clause, source).equalities
            yield {each.column: each.value for each in where} | _constants(
                (target.name, target.val) for target in targets
            )


def _constants(values: Iterable[tuple[str, Node]]) -> dict[str, str]:
    found = ((column, _constant(value)) for column, value in values)
    return {column: text for column, text in found if text is not None}


def _constant(node: Node) -> str | None:
    inner = node.type_cast.arg if node.WhichOneof("node") == "type_cast" else node
    return constant(inner.a_const) if inner.WhichOneof("node") == "a_const" else None


def _of(statement: Node, source: Source) -> Iterator[Assignment]:
    match statement.WhichOneof("node"):
        case "insert_stmt":
            columns = [each.res_target.name for each in statement.insert_stmt.cols]
            rows = statement.insert_stmt.select_stmt.select_stmt.values_lists
            for row in rows:
                yield from _of_values(columns, list(row.list.items), source)
            targets = statement.insert_stmt.on_conflict_clause.target_list
        case "update_stmt":
            targets = statement.update_stmt.target_list
        case _:
            return
    for each in targets:
        yield from _of_values([each.res_target.name], [each.res_target.val], source)


def _of_values(columns: list[str], values: list[Node], source: Source) -> Iterator[Assignment]:
    for position, value in enumerate(values):
        if value.WhichOneof("node") in {"a_const", "type_cast"}:
            for literal in expression(value, source).literals:
                column = columns[position] if position < len(columns) else None
                yield Assignment(column=column, position=position, literal=literal)
