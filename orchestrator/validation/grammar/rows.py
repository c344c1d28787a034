"""Rows, settings of the session and maintenance in our words. Part of the adapter."""

from collections.abc import Iterator
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change, Verb
from orchestrator.validation.expression import Expression
from orchestrator.validation.grammar.expressions import expression
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    constant,
    option,
    qualified,
    relation,
    strings,
    text_of,
)

_SET_CONFIG: Final = (Name(None, "set_config"), Name("pg_catalog", "set_config"))
_ARGUMENTS: Final = 3
#: by PostgreSQL's own numbers
_LOCKS: Final = {
    1: "ACCESS SHARE",
    2: "ROW SHARE",
    3: "ROW EXCLUSIVE",
    4: "SHARE UPDATE EXCLUSIVE",
    5: "SHARE",
    6: "SHARE ROW EXCLUSIVE",
    7: "EXCLUSIVE",
    8: "ACCESS EXCLUSIVE",
}


def insert(node: Node, source: Source) -> Iterator[Change]:
    """Read INSERT."""
    columns = tuple(each.res_target.name for each in node.cols)
    yield changes.ChangeRows(
        offset=0,
        table=relation(node.relation),
        verb=Verb.INSERT,
        columns=columns,
        query=_selected(node.select_stmt, source),
    )


def _selected(node: Node, source: Source) -> Expression | None:
    """Take apart what rows are selected from somewhere; rows that are written out are left alone."""
    is_written_out = not node.WhichOneof("node") or bool(node.select_stmt.values_lists)
    return None if is_written_out else expression(node, source)


def _where(node: Node, source: Source) -> Expression | None:
    return expression(node.where_clause, source) if node.HasField("where_clause") else None


def update(node: Node, source: Source) -> Iterator[Change]:
    """Read UPDATE."""
    yield changes.ChangeRows(
        offset=0,
        table=relation(node.relation),
        verb=Verb.UPDATE,
        has_where=node.HasField("where_clause"),
        columns=tuple(each.res_target.name for each in node.target_list),
        where=_where(node, source),
    )


def delete(node: Node, source: Source) -> Iterator[Change]:
    """Read DELETE."""
    yield changes.ChangeRows(
        offset=0,
        table=relation(node.relation),
        verb=Verb.DELETE,
        has_where=node.HasField("where_clause"),
        where=_where(node, source),
    )


def merge(node: Node, source: Source) -> Iterator[Change]:
    """Read MERGE; its condition stands for a WHERE."""
    yield changes.ChangeRows(offset=0, table=relation(node.relation), verb=Verb.MERGE, has_where=True)


def truncate(node: Node, source: Source) -> Iterator[Change]:
    """Read TRUNCATE, a change for each table."""
    cascade = node.behavior == pg.DROP_CASCADE
    for each in node.relations:
        yield changes.ChangeRows(
            offset=source.at(each.range_var.location),
            table=relation(each.range_var),
            verb=Verb.TRUNCATE,
            cascade=cascade,
        )


def copy(node: Node, source: Source) -> Iterator[Change]:
    """Read COPY … FROM; COPY … TO changes nothing."""
    if node.is_from:
        yield changes.ChangeRows(
            offset=0, table=relation(node.relation), verb=Verb.COPY, columns=strings(node.attlist)
        )


def set_variable(node: Node, source: Source) -> Iterator[Change]:
    """Read SET and RESET; SET TRANSACTION and its kind are no settings."""
    name = node.name.lower()
    if node.kind == pg.VAR_SET_MULTI:
        return
    reset = node.kind in {pg.VAR_RESET, pg.VAR_RESET_ALL, pg.VAR_SET_DEFAULT}
    values = [_value(each) for each in node.args]
    yield changes.SetSetting(
        offset=0,
        name="all" if node.kind == pg.VAR_RESET_ALL else name,
        value=None if reset else ", ".join(filter(None, values)),
        local=node.is_local,
        reset=reset,
    )


def set_for_role(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER ROLE … SET, ALTER ROLE ALL … SET."""
    yield from _set_for(f"role {node.role.rolename}" if node.role.rolename else "every role", node, source)


def set_for_database(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER DATABASE … SET."""
    yield from _set_for(f"database {node.dbname}", node, source)


def _set_for(scope: str, node: Node, source: Source) -> Iterator[Change]:
    for each in set_variable(node.setstmt, source):
        if isinstance(each, changes.SetSetting) and not each.reset:
            yield changes.SetLastingSetting(offset=0, name=each.name, value=each.value, scope=scope)


def _value(node: Node) -> str | None:
    if node.WhichOneof("node") == "a_const":
        return constant(node.a_const)
    return text_of(node)


def select(node: Node, source: Source) -> Iterator[Change]:
    """Read SELECT for the table it makes, what it calls, and the rows that its WITH changes."""
    if node.HasField("into_clause"):
        made = node.into_clause.rel
        yield changes.CreateTable(
            offset=0,
            table=relation(made),
            temporary=made.relpersistence == "t",
            query=expression(node, source),
        )
    for each in expression(node, source).calls:
        if each.name in _SET_CONFIG and len(each.arguments) == _ARGUMENTS:
            name, value, _ = each.arguments
            yield changes.SetSetting(
                offset=each.offset, name=(name or "").lower(), value=value, local=_is_local(node)
            )
        else:
            yield changes.CallFunction(offset=each.offset, name=each.name)
    for each in node.with_clause.ctes:
        yield from _changing(each.common_table_expr.ctequery, source)


def call(node: Node, source: Source) -> Iterator[Change]:
    """Read CALL."""
    yield changes.CallFunction(offset=0, name=qualified(node.funccall.funcname))


def _is_local(node: Node) -> bool:
    """Read the third argument of the first call; anything but a plain `true` lasts for the session."""
    for target in node.target_list:
        arguments = target.res_target.val.func_call.args
        if len(arguments) == _ARGUMENTS:
            return bool(arguments[2].a_const.boolval.boolval)
    return False


def _changing(node: Node, source: Source) -> Iterator[Change]:
    read = {"insert_stmt": insert, "update_stmt": update, "delete_stmt": delete, "merge_stmt": merge}
    kind = node.WhichOneof("node")
    if kind in read:
        yield from read[kind](getattr(node, kind), source)


def refresh(node: Node, source: Source) -> Iterator[Change]:
    """Read REFRESH MATERIALIZED VIEW."""
    yield changes.Maintain(
        offset=0,
        command="REFRESH MATERIALIZED VIEW",
        table=relation(node.relation),
        concurrently=node.concurrent,
    )


def lock(node: Node, source: Source) -> Iterator[Change]:
    """Read LOCK TABLE, a change for each table."""
    for each in node.relations:
        yield changes.Maintain(
            offset=source.at(each.range_var.location),
            command="LOCK TABLE",
            table=relation(each.range_var),
            mode=_LOCKS.get(node.mode),
        )


def cluster(node: Node, source: Source) -> Iterator[Change]:
    """Read CLUSTER."""
    table = relation(node.relation) if node.HasField("relation") else None
    yield changes.Maintain(offset=0, command="CLUSTER", table=table)


def reindex(node: Node, source: Source) -> Iterator[Change]:
    """Read REINDEX."""
    table = relation(node.relation) if node.HasField("relation") else None
    concurrently = option(node.params, "concurrently") is not None
    yield changes.Maintain(
        offset=0,
        command="REINDEX",
        table=table,
        concurrently=concurrently,
        of_index=node.kind == pg.REINDEX_OBJECT_INDEX,
    )


def vacuum(node: Node, source: Source) -> Iterator[Change]:
    """Read VACUUM FULL; VACUUM and ANALYZE lock nobody out."""
    if node.is_vacuumcmd and option(node.options, "full") is not None:
        for each in node.rels:
            table = relation(each.vacuum_relation.relation)
            yield changes.Maintain(offset=0, command="VACUUM FULL", table=table)
