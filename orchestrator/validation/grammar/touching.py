"""What a statement does to rows, wherever in it that stands: below WITH, in a block. Part of the adapter.

Reads a statement once more, and is asked only of those that may touch rows. Tells more than changes do:
what ON CONFLICT and MERGE overwrite, what is called, how values become those of another type.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import postgast
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Verb
from orchestrator.validation.grammar.expressions import children, expression
from orchestrator.validation.grammar.keyed_rows import given_rows, named_rows
from orchestrator.validation.grammar.made_up import constant_text, defines_only
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    option,
    qualified,
    relation,
    strings,
    text_of,
    type_with_modifiers,
)
from orchestrator.validation.grammar.plpgsql import UNREADABLE, Query, expressions_of
from orchestrator.validation.grammar.truth import truth


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY … FROM."""

    #: 0-based, in characters of the statement; 0 in a block
    offset: int
    verb: Verb
    table: Name
    #: whether rows may be added
    adds: bool = False
    #: columns of rows that are there which are set
    sets: tuple[str, ...] = ()
    #: whether rows may be removed
    removes: bool = False
    #: whether those are all there are
    every: bool = False
    #: TRUNCATE … CASCADE
    cascade: bool = False
    #: of INSERT: the columns that it names …
    columns: tuple[str, ...] = ()
    #: … and its rows, where they are constants and cannot have been there before
    given: tuple[tuple[str | None, ...], ...] = ()
    #: of DELETE: which rows go, where WHERE compares columns with nothing but constants
    named: tuple[Mapping[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """The position of a sequence is set: setval, RESTART."""

    offset: int
    #: the sequence; None where nobody knows which it is
    sequence: Name | None = None
    #: the table that it numbers, where that is what is written
    table: Name | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Relations whose query is run: one of them may be a view that calls functions."""

    offset: int
    names: frozenset[Name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruled:
    """CREATE RULE: from here on, what is done to this table does something else."""

    offset: int
    table: Name


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """A function that is called."""

    offset: int
    name: Name
    #: its first argument, where it is a string constant
    argument: str | None = None
    #: whether it is what a SELECT, PERFORM or CALL is for
    alone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """ALTER COLUMN … TYPE … USING."""

    offset: int
    table: Name
    column: str
    #: the new one
    type: str
    #: which types the column is cast to, one after the other; None: more than casts
    casts: tuple[str, ...] | None = None
    #: AT TIME ZONE 'UTC', and nothing else
    in_utc: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """SQL that nobody can read beforehand."""

    offset: int
    #: "EXECUTE in a DO block"
    what: str


Touch = Rows | Called | Converted | Hidden | Moved | Asked | Ruled

_UNREADABLE: Final = (postgast.PgQueryError, DecodeError)
#: time zones in which no hour is missing and none comes twice
_EVEN: Final = frozenset({"utc", "gmt", "etc/utc", "z"})
_SETVAL: Final = (Name("pg_catalog", "setval"), Name(None, "setval"))
_NAME: Final = re.compile(r'(?:("[^"]+"|[\w$]+)\.)?("[^"]+"|[\w$]+)')
#: commands of ALTER TABLE that work out an expression for every row
_ASKING_ROWS: Final = frozenset({pg.AT_AddColumn, pg.AT_AddConstraint, pg.AT_AlterColumnType})
_TIME_ZONE: Final = (Name("pg_catalog", "timezone"), Name(None, "timezone"))


def touches_in(text: str) -> tuple[Touch, ...]:
    """Return what a statement does to rows; Hidden where it cannot be read. Never raises."""
    statements, source = _parsed(text), Source(text)
    try:
        if statements is not None:
            return tuple(found for each in statements for found in _of_statement(each.stmt, source))
    except RecursionError:
        pass  # a chain of a thousand operators, which the grammar takes
    return (Hidden(offset=0, what="a statement that cannot be read"),)


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


def _below(node: Node, source: Source) -> Iterator[Touch]:
    kind = node.DESCRIPTOR.name
    if kind == "Node":  # around every other one
        which = node.WhichOneof("node")
        if which is None:
            return
        node = getattr(node, which)
        kind = node.DESCRIPTOR.name
    read = _NODES.get(kind)
    if read is not None:
        yield from read(node, source)
    for child in children(node):
        yield from _below(child, source)


def _select(node: Node, source: Source) -> Iterator[Touch]:
    """Read SELECT: what it is for stands directly among what it selects."""
    wanted = {
        source.at(each.res_target.val.func_call.location)
        for each in node.target_list
        if each.res_target.val.WhichOneof("node") == "func_call"
    }
    for found in _below(node, source):
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
            yield _conversion(node, command.name, definition.column_def, source)
        if command.subtype in _ASKING_ROWS:
            yield from _below(definition, source)
        if command.subtype == pg.AT_SetIdentity and _restarts(definition.list.items):
            yield Moved(offset=0, table=relation(node.relation))


def _restarts(options: Any) -> bool:  # noqa: ANN401  # generated classes
    return option(options, "restart") is not None


def _alter_sequence(node: Node, source: Source) -> Iterator[Touch]:
    if _restarts(node.options):
        yield Moved(offset=0, sequence=relation(node.sequence))


def _refresh(node: Node, source: Source) -> Iterator[Touch]:
    yield Asked(offset=0, names=frozenset({relation(node.relation)}))


def _rule(node: Node, source: Source) -> Iterator[Touch]:
    yield Ruled(offset=0, table=relation(node.relation))


def _made_from(node: Node, source: Source) -> Iterator[Touch]:
    """Read CREATE TABLE AS and CREATE MATERIALIZED VIEW."""
    yield from _below(node, source)
    names = expression(node.query, source).reads
    if names and not node.into.skip_data:
        yield Asked(offset=0, names=names)


def _conversion(node: Node, column: str, definition: Node, source: Source) -> Converted:
    using, casts = definition.raw_default, []
    while using.WhichOneof("node") == "type_cast":
        casts.append(type_with_modifiers(using.type_cast.type_name))
        using = using.type_cast.arg
    return Converted(
        offset=source.at(definition.location),
        table=relation(node.relation),
        column=column,
        type=type_with_modifiers(definition.type_name),
        casts=tuple(reversed(casts)) if _is_column(using, column) else None,
        in_utc=not casts and _is_in_utc(using.func_call, column),
    )


def _is_column(node: Node, column: str) -> bool:
    words = strings(node.column_ref.fields)
    return bool(words) and words[-1] == column


def _is_in_utc(call: Node, column: str) -> bool:
    if qualified(call.funcname) not in _TIME_ZONE or len(call.args) != len(("zone", "column")):
        return False
    zone = call.args[0].a_const.sval.sval
    return zone.lower() in _EVEN and _is_column(call.args[1], column)


def _insert(node: Node, source: Source) -> Iterator[Touch]:
    sets = _targets(node.on_conflict_clause.target_list)
    yield Rows(
        offset=_place(node, source),
        verb=Verb.INSERT,
        table=relation(node.relation),
        adds=True,
        sets=sets,
        columns=_targets(node.cols),
        given=given_rows(node),
    )


def _update(node: Node, source: Source) -> Iterator[Touch]:
    sets = _targets(node.target_list)
    yield Rows(offset=_place(node, source), verb=Verb.UPDATE, table=relation(node.relation), sets=sets)


def _delete(node: Node, source: Source) -> Iterator[Touch]:
    every = not node.HasField("where_clause") or truth(node.where_clause) is True
    yield Rows(
        offset=_place(node, source),
        verb=Verb.DELETE,
        table=relation(node.relation),
        removes=True,
        every=every and not node.using_clause,
        named=() if node.using_clause else named_rows(node.where_clause),
    )


def _merge(node: Node, source: Source) -> Iterator[Touch]:
    clauses = [each.merge_when_clause for each in node.merge_when_clauses]
    kinds = {each.command_type for each in clauses}
    yield Rows(
        offset=_place(node, source),
        verb=Verb.MERGE,
        table=relation(node.relation),
        adds=pg.CMD_INSERT in kinds,
        sets=tuple(
            name
            for each in clauses
            if each.command_type == pg.CMD_UPDATE
            for name in _targets(each.target_list)
        ),
        removes=pg.CMD_DELETE in kinds,
    )


def _truncate(node: Node, source: Source) -> Iterator[Touch]:
    for each in node.relations:
        yield Rows(
            offset=source.at(each.range_var.location),
            verb=Verb.TRUNCATE,
            table=relation(each.range_var),
            removes=True,
            every=True,
            cascade=node.behavior == pg.DROP_CASCADE,
        )
        if node.restart_seqs:
            yield Moved(offset=0, table=relation(each.range_var))


def _copy(node: Node, source: Source) -> Iterator[Touch]:
    if node.is_from:
        yield Rows(offset=0, verb=Verb.COPY, table=relation(node.relation), adds=True)


def _function(node: Node, source: Source) -> Iterator[Touch]:
    first = node.args[0] if node.args else None
    argument = constant_text(first) if first is not None else None
    name = qualified(node.funcname)
    yield Called(offset=source.at(node.location), name=name, argument=argument)
    if name in _SETVAL:
        yield _set_position(first, argument, source.at(node.location))


def _set_position(first: Node, written: str | None, offset: int) -> Moved:
    """Read setval('a.b', …) and setval(pg_get_serial_sequence('a.b', 'c'), …)."""
    if written is not None:
        return Moved(offset=offset, sequence=_name_in(written))
    while first is not None and first.WhichOneof("node") == "type_cast":
        first = first.type_cast.arg
    call = first.func_call if first is not None else None
    if call is None or qualified(call.funcname).name != "pg_get_serial_sequence" or not call.args:
        return Moved(offset=offset)
    table = constant_text(call.args[0])
    return Moved(offset=offset, table=None if table is None else _name_in(table))


def _name_in(text: str) -> Name | None:
    """Read a name from a string; None where it has more parts than two or odd signs."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    schema, name = (
        part and (part[1:-1] if part.startswith('"') else part.lower()) for part in found.groups()
    )
    return Name(schema, name)


def _targets(nodes: Any) -> tuple[str, ...]:  # noqa: ANN401  # generated classes
    return tuple(each.res_target.name for each in nodes)


def _place(node: Node, source: Source) -> int:
    return source.at(node.relation.location)


Reader = Callable[[Node, Source], Iterator[Touch]]

#: statements that may run something, and how they are gone through
_STATEMENTS: Final[Mapping[str, Reader]] = {
    "insert_stmt": _below,
    "update_stmt": _below,
    "delete_stmt": _below,
    "merge_stmt": _below,
    "truncate_stmt": _below,
    "copy_stmt": _below,
    "create_table_as_stmt": _made_from,
    "rule_stmt": _rule,
    "refresh_mat_view_stmt": _refresh,
    "alter_seq_stmt": _alter_sequence,
    "declare_cursor_stmt": _below,
    "select_stmt": _select,
    "explain_stmt": _explain,
    "prepare_stmt": _prepare,
    "call_stmt": _call,
    "do_stmt": _do,
    "alter_table_stmt": _alter_table,
}
#: what is found anywhere in them
_NODES: Final[Mapping[str, Reader]] = {
    "InsertStmt": _insert,
    "UpdateStmt": _update,
    "DeleteStmt": _delete,
    "MergeStmt": _merge,
    "TruncateStmt": _truncate,
    "CopyStmt": _copy,
    "FuncCall": _function,
}
