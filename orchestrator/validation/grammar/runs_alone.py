"""Which statements PostgreSQL refuses inside a transaction. Part of the adapter: only parser.py uses it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from postgast import pg_query_pb2 as pg

#: one of the generated classes; their names are not for annotations
Node = Any

_REINDEX_OF_MANY: Final = {
    pg.REINDEX_OBJECT_SCHEMA: "REINDEX SCHEMA",
    pg.REINDEX_OBJECT_DATABASE: "REINDEX DATABASE",
    pg.REINDEX_OBJECT_SYSTEM: "REINDEX SYSTEM",
}
_FALSE: Final = frozenset({"false", "off", "no", "0"})


def runs_alone(kind: str, node: Node) -> str | None:
    """Name the statement by its first words when it cannot be part of a transaction."""
    if kind in _ALWAYS:
        return _ALWAYS[kind]
    judge = _SOMETIMES.get(kind)
    return judge(node) if judge else None


def _create_index(node: Node) -> str | None:
    return "CREATE INDEX CONCURRENTLY" if node.concurrent else None


def _drop_index(node: Node) -> str | None:
    return "DROP INDEX CONCURRENTLY" if node.concurrent else None


def _reindex(node: Node) -> str | None:
    if _switched_on(node.params, "concurrently", default=False):
        return "REINDEX CONCURRENTLY"
    return _REINDEX_OF_MANY.get(node.kind)


def _vacuum(node: Node) -> str | None:
    return "VACUUM" if node.is_vacuumcmd else None


def _cluster(node: Node) -> str | None:
    return None if node.HasField("relation") else "CLUSTER"


def _alter_table(node: Node) -> str | None:
    definitions = (getattr(command.alter_table_cmd, "def") for command in node.cmds)
    detaches = any(definition.partition_cmd.concurrent for definition in definitions)
    return "DETACH PARTITION CONCURRENTLY" if detaches else None


def _alter_database(node: Node) -> str | None:
    moves = any(option.def_elem.defname == "tablespace" for option in node.options)
    return "ALTER DATABASE SET TABLESPACE" if moves else None


def _create_subscription(node: Node) -> str | None:
    connects = _switched_on(node.options, "connect", default=True)
    makes_slot = _switched_on(node.options, "create_slot", default=True)
    return "CREATE SUBSCRIPTION" if connects and makes_slot else None


def _discard(node: Node) -> str | None:
    return "DISCARD ALL" if node.target == pg.DISCARD_ALL else None


_ALWAYS: Final[Mapping[str, str]] = {
    "alter_system_stmt": "ALTER SYSTEM",
    "createdb_stmt": "CREATE DATABASE",
    "dropdb_stmt": "DROP DATABASE",
    "create_table_space_stmt": "CREATE TABLESPACE",
    "drop_table_space_stmt": "DROP TABLESPACE",
}
_SOMETIMES: Final[Mapping[str, Callable[[Node], str | None]]] = {
    "index_stmt": _create_index,
    "drop_stmt": _drop_index,
    "reindex_stmt": _reindex,
    "vacuum_stmt": _vacuum,
    "cluster_stmt": _cluster,
    "alter_table_stmt": _alter_table,
    "alter_database_stmt": _alter_database,
    "create_subscription_stmt": _create_subscription,
    "discard_stmt": _discard,
}


def _switched_on(options: Iterable[Node], name: str, *, default: bool) -> bool:
    for option in options:
        if option.def_elem.defname == name:
            return _is_true(option.def_elem.arg)
    return default


def _is_true(value: Node) -> bool:
    """Read a boolean as PostgreSQL does: no value at all means yes."""
    match value.WhichOneof("node"):
        case None:
            return True
        case "integer":
            return bool(value.integer.ival)
        case "type_name":  # a bare word such as off
            return value.type_name.names[-1].string.sval not in _FALSE
        case _:
            return value.string.sval.lower() not in _FALSE
