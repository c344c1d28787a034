"""Types and all other objects: made, dropped, renamed, moved, commented. Part of the adapter."""

from collections.abc import Callable, Iterator
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    option,
    qualified,
    relation,
    strings,
    text_of,
    type_text,
)

_KINDS: Final = {
    pg.OBJECT_TABLE: "table",
    pg.OBJECT_FOREIGN_TABLE: "foreign table",
    pg.OBJECT_VIEW: "view",
    pg.OBJECT_MATVIEW: "materialized view",
    pg.OBJECT_INDEX: "index",
    pg.OBJECT_SEQUENCE: "sequence",
    pg.OBJECT_TYPE: "type",
    pg.OBJECT_DOMAIN: "domain",
    pg.OBJECT_FUNCTION: "function",
    pg.OBJECT_PROCEDURE: "function",
    pg.OBJECT_ROUTINE: "function",
    pg.OBJECT_AGGREGATE: "aggregate",
    pg.OBJECT_SCHEMA: "schema",
    pg.OBJECT_EXTENSION: "extension",
    pg.OBJECT_POLICY: "policy",
    pg.OBJECT_TRIGGER: "trigger",
    pg.OBJECT_RULE: "rule",
    pg.OBJECT_COLUMN: "column",
    pg.OBJECT_ATTRIBUTE: "attribute",
    pg.OBJECT_TABCONSTRAINT: "constraint",
    pg.OBJECT_DOMCONSTRAINT: "domain constraint",
    pg.OBJECT_PUBLICATION: "publication",
    pg.OBJECT_ROLE: "role",
    pg.OBJECT_EVENT_TRIGGER: "event trigger",
    pg.OBJECT_COLLATION: "collation",
    pg.OBJECT_DATABASE: "database",
}
#: what is written ON a table: its own name comes last
_PARTS: Final = frozenset({"policy", "trigger", "rule", "constraint"})
#: of these RenameStmt keeps the table in `relation` and the part in `subname`
_OF_RELATION: Final = frozenset({"column", "constraint", "policy", "trigger", "rule", "attribute"})

#: AlterDomainStmt.subtype of ADD CONSTRAINT and SET NOT NULL
_ADDS_CONSTRAINT: Final = frozenset({"C", "O"})


def kind_of(number: int) -> str:
    """Name the kind of an object."""
    return _KINDS.get(number, "other")


def create_enum(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE TYPE … AS ENUM."""
    yield changes.CreateEnum(offset=0, type=qualified(node.type_name), labels=strings(node.vals))


def alter_enum(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER TYPE … ADD VALUE and RENAME VALUE."""
    name = qualified(node.type_name)
    if node.old_val:
        yield changes.Rename(offset=0, kind="value", name=name, part=node.old_val, new=node.new_val)
    else:
        yield changes.AddEnumValue(
            offset=0, type=name, value=node.new_val, if_not_exists=node.skip_if_new_val_exists
        )


def alter_domain(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER DOMAIN … ADD CONSTRAINT; NOT NULL is one without NOT VALID."""
    if node.subtype in _ADDS_CONSTRAINT:
        not_valid = getattr(node, "def").constraint.skip_validation
        yield changes.AddDomainConstraint(offset=0, domain=qualified(node.type_name), not_valid=not_valid)


def creator(kind: str, name: Callable[[Node], Name]) -> Callable[[Node, Source], Iterator[Change]]:
    """Make a reader of a CREATE of which only kind and name count."""

    def read(node: Node, source: Source) -> Iterator[Change]:
        if_not_exists = bool(getattr(node, "if_not_exists", False))
        yield changes.CreateObject(offset=0, kind=kind, name=name(node), if_not_exists=if_not_exists)

    return read


def create_sequence(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE SEQUENCE."""
    yield from creator("sequence", lambda each: relation(each.sequence))(node, source)
    yield from alter_sequence(node, source)


def alter_sequence(node: Node, source: Source) -> Iterator[Change]:
    """Read OWNED BY; what else ALTER SEQUENCE changes no rule asks for."""
    owner = option(node.options, "owned_by")
    if owner is not None:
        words = list(owner.arg.list.items)
        table = qualified(words[:-1]) if len(words) > 1 else None
        yield changes.OwnSequence(offset=0, sequence=relation(node.sequence), table=table)


def create_extension(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE EXTENSION."""
    schema = option(node.options, "schema")
    yield changes.CreateObject(
        offset=0,
        kind="extension",
        name=Name(None, node.extname),
        if_not_exists=node.if_not_exists,
        schema=None if schema is None else text_of(schema.arg),
    )


def drop(node: Node, source: Source) -> Iterator[Change]:
    """Read DROP."""
    kind = kind_of(node.remove_type)
    for each in node.objects:
        name, part = _dropped(kind, each)
        yield changes.Drop(
            offset=0,
            kind=kind,
            name=name,
            part=part,
            if_exists=node.missing_ok,
            cascade=node.behavior == pg.DROP_CASCADE,
            arguments=_arguments(each),
        )


def _arguments(node: Node) -> tuple[str, ...] | None:
    if node.WhichOneof("node") != "object_with_args" or node.object_with_args.args_unspecified:
        return None
    return tuple(type_text(each.type_name) for each in node.object_with_args.objargs)


def _dropped(kind: str, node: Node) -> tuple[Name, str | None]:
    match node.WhichOneof("node"):
        case "list" if kind in _PARTS:
            return qualified(list(node.list.items)[:-1]), strings(node.list.items)[-1]
        case "list":
            return qualified(node.list.items), None
        case "object_with_args":
            return qualified(node.object_with_args.objname), None
        case "type_name":
            return qualified(node.type_name.names), None
        case _:
            return Name(None, node.string.sval), None


def rename(node: Node, source: Source) -> Iterator[Change]:
    """Read RENAME."""
    kind = kind_of(node.rename_type)
    yield (
        changes.Rename(
            offset=0,
            kind=kind,
            name=_object(node) if node.HasField("object") else relation(node.relation),
            part=node.subname if kind in _OF_RELATION else None,
            new=node.newname,
            if_exists=node.missing_ok,
        )
        if kind != "schema"
        else changes.Rename(offset=0, kind=kind, name=Name(None, node.subname), part=None, new=node.newname)
    )


def _object(node: Node) -> Name:
    return _dropped("", node.object)[0]


def set_schema(node: Node, source: Source) -> Iterator[Change]:
    """Read SET SCHEMA."""
    name = _object(node) if node.HasField("object") else relation(node.relation)
    kind = kind_of(node.object_type)
    yield changes.SetSchema(offset=0, kind=kind, name=name, schema=node.newschema, if_exists=node.missing_ok)


def comment(node: Node, source: Source) -> Iterator[Change]:
    """Read COMMENT ON."""
    kind = kind_of(node.objtype)
    column = part = None
    if kind == "column":
        words = list(node.object.list.items)
        name, column = qualified(words[:-1]), words[-1].string.sval
    else:
        name, part = _dropped(kind, node.object)
    text = node.comment or None
    yield changes.SetComment(offset=0, kind=kind, name=name, column=column, part=part, text=text)
