"""Which rows a statement adds, sets or removes, from its own node. Part of the adapter: of touching.py."""

from collections.abc import Iterator
from typing import Any

from postgast import pg_query_pb2 as pg

from orchestrator.validation.changes import Verb
from orchestrator.validation.grammar.keyed_rows import given_rows, named_rows
from orchestrator.validation.grammar.nodes import Node, Source, relation, strings
from orchestrator.validation.grammar.touches import Moved, Rows, Touch
from orchestrator.validation.grammar.tree import every
from orchestrator.validation.grammar.truth import truth


def insert(node: Node, source: Source) -> Iterator[Touch]:
    """Read INSERT: with ON CONFLICT DO UPDATE it sets columns as well."""
    sets = _targets(node.on_conflict_clause.target_list)
    yield Rows(
        offset=_place(node, source),
        verb=Verb.INSERT,
        table=relation(node.relation),
        adds=True,
        sets=sets,
        columns=_targets(node.cols),
        defaults=_asks_for_default(node.select_stmt) or bool(sets),
        given=given_rows(node),
    )


def update(node: Node, source: Source) -> Iterator[Touch]:
    """Read UPDATE."""
    sets = _targets(node.target_list)
    yield Rows(
        offset=_place(node, source),
        verb=Verb.UPDATE,
        table=relation(node.relation),
        sets=sets,
        defaults=any(map(_asks_for_default, node.target_list)),
        named=() if node.from_clause else named_rows(node.where_clause),
    )


def delete(node: Node, source: Source) -> Iterator[Touch]:
    """Read DELETE."""
    every = not node.HasField("where_clause") or truth(node.where_clause) is True
    yield Rows(
        offset=_place(node, source),
        verb=Verb.DELETE,
        table=relation(node.relation),
        removes=True,
        every=every and not node.using_clause,
        named=() if node.using_clause else named_rows(node.where_clause),
    )


def merge(node: Node, source: Source) -> Iterator[Touch]:
    """Read MERGE: all that one of its branches may do."""
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
        defaults=True,
    )


def truncate(node: Node, source: Source) -> Iterator[Touch]:
    """Read TRUNCATE: one for each table."""
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


def copy(node: Node, source: Source) -> Iterator[Touch]:
    """Read COPY … FROM."""
    if node.is_from:
        columns = strings(node.attlist)
        yield Rows(offset=0, verb=Verb.COPY, table=relation(node.relation), adds=True, defaults=not columns)


def _asks_for_default(node: Node) -> bool:
    return any(each.DESCRIPTOR.name == "SetToDefault" for each in every(node))


def _targets(nodes: Any) -> tuple[str, ...]:  # noqa: ANN401  # generated classes
    return tuple(each.res_target.name for each in nodes)


def _place(node: Node, source: Source) -> int:
    return source.at(node.relation.location)
