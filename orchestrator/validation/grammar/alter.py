"""ALTER TABLE in our words (and ALTER VIEW, INDEX, SEQUENCE, which share its shape). Part of the adapter."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import TableChange
from orchestrator.validation.grammar.expressions import expression
from orchestrator.validation.grammar.nodes import Node, Source, relation, text_of, type_with_modifiers
from orchestrator.validation.grammar.tables import column_of, constraint_of, tokens_of


def alter_table(node: Node, source: Source) -> Iterator[TableChange]:
    """Read every command of ALTER TABLE (and of ALTER VIEW, INDEX, SEQUENCE, which share its shape)."""
    table = relation(node.relation)
    commands = [each.alter_table_cmd for each in node.cmds]
    offsets = _offsets(source, len(commands))
    for command, offset in zip(commands, offsets, strict=True):
        read = _COMMANDS.get(command.subtype)
        found = read(command, table, source, offset) if read else _other(command, table, offset)
        yield from (replace(each, if_table_exists=True) for each in found) if node.missing_ok else found


def _offsets(source: Source, count: int) -> list[int]:
    """Find where each command begins: after the commas that no parenthesis encloses."""
    if count <= 1:
        return [0] * count
    data, depth, starts = source.text.encode(), 0, [0]
    for token, following in pairwise(tokens_of(source.text)):
        word = data[token.start : token.end]
        depth += {b"(": 1, b")": -1, b"[": 1, b"]": -1}.get(word, 0)
        if word == b"," and depth == 0:
            starts.append(source.at(following.start))
    return starts if len(starts) == count else [0] * count


Command = Callable[[Node, Name, Source, int], Iterator[TableChange]]


def _definition(node: Node) -> Node:
    return getattr(node, "def")


def _add_column(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    column = column_of(_definition(node).column_def, source)
    yield changes.AddColumn(offset=offset, table=table, column=column, if_not_exists=node.missing_ok)


def _drop_column(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    yield changes.DropColumn(
        offset=offset,
        table=table,
        column=node.name,
        if_exists=node.missing_ok,
        cascade=node.behavior == pg.DROP_CASCADE,
    )


def _alter_type(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    column = _definition(node).column_def
    yield changes.AlterColumnType(
        offset=offset,
        table=table,
        column=node.name,
        type=type_with_modifiers(column.type_name),
        using=expression(column.raw_default, source) if column.HasField("raw_default") else None,
        plain_cast=_is_plain_cast(column.raw_default, node.name, column.type_name),
    )


def _is_plain_cast(using: Node, column: str, type_name: Node) -> bool:
    fields = using.type_cast.arg.column_ref.fields
    is_column = bool(fields) and fields[-1].string.sval == column
    return is_column and type_with_modifiers(using.type_cast.type_name) == type_with_modifiers(type_name)


def _set_not_null(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    not_null = node.subtype == pg.AT_SetNotNull
    yield changes.SetNotNull(offset=offset, table=table, column=node.name, not_null=not_null)


def _set_default(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    definition = _definition(node)
    default = expression(definition, source) if definition.WhichOneof("node") else None
    yield changes.SetDefault(offset=offset, table=table, column=node.name, default=default)


def _add_constraint(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    constraint = constraint_of(_definition(node).constraint, (), source)
    if constraint is not None:
        yield changes.AddConstraint(offset=offset, table=table, constraint=constraint)


def _drop_constraint(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    cascade = node.behavior == pg.DROP_CASCADE
    yield changes.DropConstraint(
        offset=offset, table=table, name=node.name, if_exists=node.missing_ok, cascade=cascade
    )


def _validate(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    yield changes.ValidateConstraint(offset=offset, table=table, name=node.name)


def _row_security(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    enabled = node.subtype == pg.AT_EnableRowSecurity
    yield changes.SetRowSecurity(offset=offset, table=table, enabled=enabled)


def _force(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    forced = node.subtype == pg.AT_ForceRowSecurity
    yield changes.ForceRowSecurity(offset=offset, table=table, forced=forced)


def _options(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    reset = node.subtype == pg.AT_ResetRelOptions
    found = [each.def_elem for each in _definition(node).list.items]
    options = tuple((each.defname.lower(), None if reset else text_of(each.arg) or "true") for each in found)
    yield changes.SetOptions(offset=offset, table=table, options=options)


def _attach(node: Node, table: Name, source: Source, offset: int) -> Iterator[TableChange]:
    partition = relation(_definition(node).partition_cmd.name)
    yield changes.AttachPartition(offset=offset, table=table, partition=partition)


def _other(node: Node, table: Name, offset: int) -> Iterator[TableChange]:
    name = pg.AlterTableType.Name(node.subtype).removeprefix("AT_")
    partition = _definition(node).partition_cmd.name.relname
    what = node.name or partition or node.newowner.rolename
    yield changes.AlterTable(offset=offset, table=table, command=_WORDS.get(name, name), what=what or None)


_WORDS: Final = {
    "ChangeOwner": "OWNER TO",
    "SetTableSpace": "SET TABLESPACE",
    "SetLogged": "SET LOGGED",
    "SetUnLogged": "SET UNLOGGED",
    "SetAccessMethod": "SET ACCESS METHOD",
    "DisableTrig": "DISABLE TRIGGER",
    "DisableTrigAll": "DISABLE TRIGGER ALL",
    "DisableTrigUser": "DISABLE TRIGGER USER",
    "EnableTrig": "ENABLE TRIGGER",
    "EnableAlwaysTrig": "ENABLE ALWAYS TRIGGER",
    "EnableReplicaTrig": "ENABLE REPLICA TRIGGER",
    "EnableTrigAll": "ENABLE TRIGGER ALL",
    "EnableTrigUser": "ENABLE TRIGGER USER",
    "DetachPartition": "DETACH PARTITION",
    "AddInherit": "INHERIT",
    "DropInherit": "NO INHERIT",
    "ReplicaIdentity": "REPLICA IDENTITY",
    "AddIdentity": "ADD GENERATED AS IDENTITY",
    "DropExpression": "DROP EXPRESSION",
    "SetExpression": "SET EXPRESSION",
}

_COMMANDS: Final[Mapping[int, Command]] = {
    pg.AT_AddColumn: _add_column,
    pg.AT_DropColumn: _drop_column,
    pg.AT_AlterColumnType: _alter_type,
    pg.AT_SetNotNull: _set_not_null,
    pg.AT_DropNotNull: _set_not_null,
    pg.AT_ColumnDefault: _set_default,
    pg.AT_AddConstraint: _add_constraint,
    pg.AT_DropConstraint: _drop_constraint,
    pg.AT_ValidateConstraint: _validate,
    pg.AT_EnableRowSecurity: _row_security,
    pg.AT_DisableRowSecurity: _row_security,
    pg.AT_ForceRowSecurity: _force,
    pg.AT_NoForceRowSecurity: _force,
    pg.AT_SetRelOptions: _options,
    pg.AT_ResetRelOptions: _options,
    pg.AT_AttachPartition: _attach,
}
