"""What a statement does to rows, wherever in it that stands: below WITH, in a block. Part of the adapter.

Reads a statement once more, and is asked only of those that may touch rows. Tells more than changes do:
what ON CONFLICT and MERGE overwrite, what is called, how values become those of another type.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import postgast
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation.grammar import row_touches
from orchestrator.validation.grammar.expressions import expression
from orchestrator.validation.grammar.made_up import constant_text, defines_only
from orchestrator.validation.grammar.moved_values import conversion, restarts, set_position
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import Node, Source, option, qualified, relation, text_of
from orchestrator.validation.grammar.plpgsql import UNREADABLE, Query, expressions_of
from orchestrator.validation.grammar.touches import Asked, Called, Hidden, Moved, Rows, Touch
from orchestrator.validation.grammar.tree import every

_UNREADABLE: Final = (postgast.PgQueryError, DecodeError)
_SETVAL: Final = (Name("pg_catalog", "setval"), Name(None, "setval"))
#: commands of ALTER TABLE that work out an expression for every row
_ASKING_ROWS: Final = frozenset({pg.AT_AddColumn, pg.AT_AddConstraint, pg.AT_AlterColumnType})


def touches_in(text: str) -> tuple[Touch, ...]:
    """Return what a statement does to rows; Hidden where it cannot be read. Never raises."""
    statements, source = _parsed(text), Source(text)
    if statements is None:
        return (Hidden(offset=0, what="a statement that cannot be read"),)
    return tuple(found for each in statements for found in _of_statement(each.stmt, source))


def _parsed(text: str) -> Any:  # noqa: ANN401  # generated classes
    if "\0" in text or nests_too_deeply(text):
        return None
    try:
        return postgast.parse(text).stmts
    except _UNREADABLE:
        return None


def _of_statement(statement: Node, source: Source) -> Iterator[Touch]:
    kind = statement.WhichOneof("node")
    read = _STATEMENTS.get(kind or "")
    if read is not None:
        yield from read(getattr(statement, kind), source)


def _asking(root: Node, source: Source) -> Iterator[Touch]:
    """Read what is asked as well: a view may call functions."""
    asked, named = set[Name](), set[str]()
    for node in every(root):
        kind = node.DESCRIPTOR.name
        if kind == "RangeVar":
            asked.add(relation(node))
        elif kind == "CommonTableExpr":
            named.add(node.ctename)
        yield from _of_node(kind, node, source)
    names = frozenset(each for each in asked if each.schema or each.name not in named)
    if names:
        yield Asked(offset=0, names=names)


def _below(root: Node, source: Source) -> Iterator[Touch]:
    for node in every(root):
        yield from _of_node(node.DESCRIPTOR.name, node, source)


def _of_node(kind: str, node: Node, source: Source) -> Iterator[Touch]:
    read = _NODES.get(kind)
    return read(node, source) if read is not None else iter(())


def _select(node: Node, source: Source) -> Iterator[Touch]:
    """Read SELECT: what it is for stands directly among what it selects."""
    wanted = {
        source.at(each.res_target.val.func_call.location)
        for each in node.target_list
        if each.res_target.val.WhichOneof("node") == "func_call"
    }
    for found in _asking(node, source):
        alone = isinstance(found, Called) and found.offset in wanted
        yield replace(found, alone=True) if isinstance(found, Called) and alone else found


def _explain(node: Node, source: Source) -> Iterator[Touch]:
    if option(node.options, "analyze") is not None:
        yield from _of_statement(node.query, source)


def _prepare(node: Node, source: Source) -> Iterator[Touch]:
    """Read PREPARE: it is there to be executed, perhaps."""
    yield from map(_perhaps, _of_statement(node.query, source))


def _perhaps(found: Touch) -> Touch:
    """Say that nobody knows whether it runs, and how often."""
    return replace(found, given=(), named=()) if isinstance(found, Rows) else found


def _call(node: Node, source: Source) -> Iterator[Touch]:
    for found in _below(node, source):
        yield replace(found, alone=True) if isinstance(found, Called) else found


def _do(node: Node, source: Source) -> Iterator[Touch]:
    """Read DO: every expression of the block, told at the block."""
    language = option(node.args, "language")
    if language is not None and (text_of(language.arg) or "").lower() != "plpgsql":
        yield Hidden(offset=0, what=f"the DO block in {text_of(language.arg)}")
        return
    try:
        queries = expressions_of(source.text)
    except UNREADABLE:
        yield Hidden(offset=0, what="the DO block, which cannot be read,")
        return
    for query in queries:
        for found in _of_query(query):
            yield replace(_perhaps(found), offset=0)


def _of_query(query: Query) -> Iterator[Touch]:
    found = touches_in(query.text)
    yield from found
    if not query.is_made_up:
        return
    statements = _parsed(query.text)
    made_up = statements[0].stmt.select_stmt.target_list if statements else ()
    value = made_up[0].res_target.val if made_up else None
    written = constant_text(value) if value is not None else None
    if written is not None:
        yield from touches_in(written)
    elif value is None or not defines_only(value):
        yield Hidden(offset=0, what="EXECUTE in the DO block")


def _alter_table(node: Node, source: Source) -> Iterator[Touch]:
    for each in node.cmds:
        command = each.alter_table_cmd
        definition = getattr(command, "def")
        if command.subtype == pg.AT_AlterColumnType and definition.column_def.HasField("raw_default"):
            yield conversion(node, command.name, definition.column_def, source)
        if command.subtype in _ASKING_ROWS:
            yield from _below(definition, source)
        if command.subtype == pg.AT_SetIdentity and restarts(definition.list.items):
            yield Moved(offset=0, table=relation(node.relation))


def _alter_sequence(node: Node, source: Source) -> Iterator[Touch]:
    if restarts(node.options):
        yield Moved(offset=0, sequence=relation(node.sequence))


def _refresh(node: Node, source: Source) -> Iterator[Touch]:
    yield Asked(offset=0, names=frozenset({relation(node.relation)}))


def _extension(node: Node, source: Source) -> Iterator[Touch]:
    """Read ALTER EXTENSION … ADD and DROP: what belongs to one is nobody's, and is not compared."""
    yield Hidden(offset=0, what="ALTER EXTENSION", may="may keep from view what is not as before")


def _made_from(node: Node, source: Source) -> Iterator[Touch]:
    """Read CREATE TABLE AS and CREATE MATERIALIZED VIEW."""
    yield from _below(node, source)
    names = expression(node.query, source).reads
    if names and not node.into.skip_data:
        yield Asked(offset=0, names=names)


def _function(node: Node, source: Source) -> Iterator[Touch]:
    first = node.args[0] if node.args else None
    argument = constant_text(first) if first is not None else None
    name = qualified(node.funcname)
    yield Called(offset=source.at(node.location), name=name, argument=argument)
    if name in _SETVAL:
        yield set_position(first, argument, source.at(node.location))


Reader = Callable[[Node, Source], Iterator[Touch]]

#: statements that may run something, and how they are gone through
_STATEMENTS: Final[Mapping[str, Reader]] = {
    "insert_stmt": _asking,
    "update_stmt": _asking,
    "delete_stmt": _asking,
    "merge_stmt": _asking,
    "truncate_stmt": _below,
    "copy_stmt": _asking,
    "create_table_as_stmt": _made_from,
    "alter_extension_contents_stmt": _extension,
    "refresh_mat_view_stmt": _refresh,
    "alter_seq_stmt": _alter_sequence,
    "declare_cursor_stmt": _asking,
    "select_stmt": _select,
    "explain_stmt": _explain,
    "prepare_stmt": _prepare,
    "call_stmt": _call,
    "do_stmt": _do,
    "alter_table_stmt": _alter_table,
}
#: what is found anywhere in them
_NODES: Final[Mapping[str, Reader]] = {
    "InsertStmt": row_touches.insert,
    "UpdateStmt": row_touches.update,
    "DeleteStmt": row_touches.delete,
    "MergeStmt": row_touches.merge,
    "TruncateStmt": row_touches.truncate,
    "CopyStmt": row_touches.copy,
    "FuncCall": _function,
}
