"""Which statement is translated by whom. Part of the adapter."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import postgast
from google.protobuf.message import DecodeError

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Change
from orchestrator.validation.grammar import alter, bodies, code, objects, plpgsql, rows, security, tables
from orchestrator.validation.grammar.features import features_of
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import Node, Source, qualified, relation

Reader = Callable[[Node, Source], Iterator[Change]]


def changes_of(statement: Node, source: Source, *, may_be_new: bool = True) -> tuple[Change, ...]:
    """Translate one statement; nothing where no rule asks for its kind."""
    kind = statement.WhichOneof("node")
    node, read = getattr(statement, kind), _READERS.get(kind)
    found = tuple(read(node, source)) if read else ()
    if not may_be_new:
        return found
    features = bodies.features_of_body(node, source) if kind == "create_function_stmt" else ()
    return (*features_of(statement, source), *features, *found)


def changes_of_text(text: str) -> tuple[Change, ...]:
    """Translate a statement that stands inside another one; nothing where it cannot be read."""
    if "\0" in text or nests_too_deeply(text):
        return ()
    try:
        statements = postgast.parse(text).stmts
    except (postgast.PgQueryError, DecodeError):
        return ()
    source = Source(text)
    return tuple(change for each in statements for change in changes_of(each.stmt, source))


def _create_schema(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE SCHEMA with what it makes inside."""
    yield from objects.creator("schema", lambda each: Name(None, each.schemaname or each.authrole.rolename))(
        node, source
    )
    for element in node.schema_elts:
        yield from changes_of(element, source)


_READERS: Final[Mapping[str, Reader]] = {
    "create_stmt": tables.create_table,
    "create_foreign_table_stmt": tables.create_foreign_table,
    "create_table_as_stmt": tables.create_table_as,
    "alter_table_stmt": alter.alter_table,
    "index_stmt": tables.create_index,
    "create_policy_stmt": security.create_policy,
    "alter_policy_stmt": security.alter_policy,
    "grant_stmt": security.grant,
    "alter_default_privileges_stmt": security.default_grants,
    "grant_role_stmt": security.grant_role,
    "create_role_stmt": security.create_role,
    "alter_role_stmt": security.alter_role,
    "alter_role_set_stmt": rows.set_for_role,
    "alter_database_set_stmt": rows.set_for_database,
    "create_function_stmt": code.create_function,
    "alter_function_stmt": code.alter_function,
    "create_trig_stmt": code.create_trigger,
    "view_stmt": code.create_view,
    "rule_stmt": code.create_rule,
    "do_stmt": plpgsql.read_do,
    "create_enum_stmt": objects.create_enum,
    "alter_enum_stmt": objects.alter_enum,
    "create_schema_stmt": _create_schema,
    "create_extension_stmt": objects.create_extension,
    "create_seq_stmt": objects.create_sequence,
    "alter_seq_stmt": objects.alter_sequence,
    "composite_type_stmt": objects.creator("type", lambda node: relation(node.typevar)),
    "create_range_stmt": objects.creator("type", lambda node: qualified(node.type_name)),
    "alter_domain_stmt": objects.alter_domain,
    "create_domain_stmt": objects.creator("domain", lambda node: qualified(node.domainname)),
    "create_publication_stmt": objects.creator("publication", lambda node: Name(None, node.pubname)),
    "create_event_trig_stmt": objects.creator("event trigger", lambda node: Name(None, node.trigname)),
    "drop_stmt": objects.drop,
    "rename_stmt": objects.rename,
    "alter_object_schema_stmt": objects.set_schema,
    "comment_stmt": objects.comment,
    "insert_stmt": rows.insert,
    "update_stmt": rows.update,
    "delete_stmt": rows.delete,
    "merge_stmt": rows.merge,
    "truncate_stmt": rows.truncate,
    "copy_stmt": rows.copy,
    "variable_set_stmt": rows.set_variable,
    "select_stmt": rows.select,
    "call_stmt": rows.call,
    "refresh_mat_view_stmt": rows.refresh,
    "lock_stmt": rows.lock,
    "cluster_stmt": rows.cluster,
    "reindex_stmt": rows.reindex,
    "vacuum_stmt": rows.vacuum,
}
