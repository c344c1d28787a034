"""CREATE TABLE and CREATE INDEX in our words. Part of the adapter."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

import postgast
from postgast import pg_query_pb2 as pg

from orchestrator.validation import changes
from orchestrator.validation.changes import Change, ColumnDefinition, Constraint, ConstraintKind
from orchestrator.validation.grammar.expressions import expression
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    qualified,
    relation,
    strings,
    type_with_modifiers,
)

_KINDS: Final = {
    pg.CONSTR_NOTNULL: ConstraintKind.NOT_NULL,
    pg.CONSTR_UNIQUE: ConstraintKind.UNIQUE,
    pg.CONSTR_PRIMARY: ConstraintKind.PRIMARY_KEY,
    pg.CONSTR_FOREIGN: ConstraintKind.FOREIGN_KEY,
    pg.CONSTR_CHECK: ConstraintKind.CHECK,
    pg.CONSTR_EXCLUSION: ConstraintKind.EXCLUDE,
}
_ENFORCEABLE: Final = frozenset({ConstraintKind.FOREIGN_KEY, ConstraintKind.CHECK})
_ON_DELETE: Final = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT"}


def create_table(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE TABLE."""
    yield _create_table(node, source)


def create_foreign_table(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE FOREIGN TABLE."""
    yield replace(_create_table(node.base_stmt, source), foreign=True)


def create_table_as(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE TABLE AS and CREATE MATERIALIZED VIEW."""
    name = relation(node.into.rel)
    query = expression(node.query, source)
    if node.objtype == pg.OBJECT_MATVIEW:
        yield changes.CreateView(
            offset=0, view=name, query=query, materialized=True, if_not_exists=node.if_not_exists
        )
        return
    yield changes.CreateTable(
        offset=0,
        table=name,
        columns=tuple(
            ColumnDefinition(name=column, type="", offset=0) for column in strings(node.into.col_names)
        ),
        if_not_exists=node.if_not_exists,
        temporary=node.into.rel.relpersistence == "t",
        query=query,
    )


def _create_table(node: Node, source: Source) -> changes.CreateTable:
    elements = [(each.WhichOneof("node"), each) for each in node.table_elts]
    return changes.CreateTable(
        offset=0,
        table=relation(node.relation),
        columns=tuple(column_of(each.column_def, source) for kind, each in elements if kind == "column_def"),
        constraints=tuple(
            found
            for kind, each in elements
            if kind == "constraint" and (found := constraint_of(each.constraint, (), source))
        ),
        if_not_exists=node.if_not_exists,
        temporary=node.relation.relpersistence == "t",
        partitioned=node.HasField("partspec"),
        parents=tuple(relation(each.range_var) for each in node.inh_relations),
        is_partition=node.HasField("partbound"),
        of_type=qualified(node.of_typename.names) if node.HasField("of_typename") else None,
        like=tuple(
            relation(each.table_like_clause.relation)
            for kind, each in elements
            if kind == "table_like_clause"
        ),
    )


def column_of(node: Node, source: Source) -> ColumnDefinition:
    """Read a column as CREATE TABLE and ADD COLUMN write it."""
    found = [each.constraint for each in node.constraints]
    kinds = {each.contype: each for each in found}
    default = kinds.get(pg.CONSTR_DEFAULT) or kinds.get(pg.CONSTR_GENERATED)
    generated = kinds.get(pg.CONSTR_GENERATED)
    return ColumnDefinition(
        name=node.colname,
        type=type_with_modifiers(node.type_name),
        offset=source.at(node.location),
        constraints=tuple(_constraints_of(found, node.colname, source)),
        default=expression(default.raw_expr, source) if default is not None else None,
        identity=pg.CONSTR_IDENTITY in kinds,
        generated=None if generated is None else _generated(generated),
    )


def _constraints_of(found: Sequence[Node], column: str, source: Source) -> Iterator[Constraint]:
    """Read those beside a column, where NOT ENFORCED is a node of its own that follows."""
    for node, after in zip_longest(found, found[1:]):
        constraint = constraint_of(node, (column,), source)
        if constraint is not None:
            unenforced = after is not None and after.contype == pg.CONSTR_ATTR_NOT_ENFORCED
            yield replace(constraint, enforced=False) if unenforced else constraint


def _generated(node: Node) -> str:
    return "virtual" if getattr(node, "generated_kind", "s") == "v" else "stored"


def constraint_of(node: Node, columns: tuple[str, ...], source: Source) -> Constraint | None:
    """Read a constraint; None for what is none in our words (DEFAULT, NULL, DEFERRABLE …)."""
    kind = _KINDS.get(node.contype)
    if kind is None:
        return None
    own = strings(node.fk_attrs) if kind is ConstraintKind.FOREIGN_KEY else strings(node.keys)
    foreign = kind is ConstraintKind.FOREIGN_KEY
    return Constraint(
        kind=kind,
        offset=source.at(node.location),
        name=node.conname or None,
        columns=columns or own,
        references=relation(node.pktable) if foreign else None,
        referenced_columns=strings(node.pk_attrs),
        on_delete=_on_delete(node, source) if foreign else None,
        condition=expression(node.raw_expr, source) if kind is ConstraintKind.CHECK else None,
        not_valid=node.skip_validation,
        enforced=kind not in _ENFORCEABLE or bool(columns) or node.is_enforced,
        using_index=node.indexname or None,
    )


def _on_delete(node: Node, source: Source) -> str | None:
    """Tell what ON DELETE says; the tree does not tell NO ACTION from silence, so the words are read."""
    if node.fk_del_action != "a":
        return _ON_DELETE.get(node.fk_del_action)
    if "action" not in source.text.lower():
        return None
    start = source.at(node.location)
    words = _words_of_one_item(source.text[start:])
    said = any(words[i : i + 4] == ["on", "delete", "no", "action"] for i in range(len(words)))
    return "NO ACTION" if said else None


def _words_of_one_item(text: str) -> list[str]:
    """Return the words up to the comma or parenthesis that ends a list's item."""
    data, depth, words = text.encode(), 0, []
    for token in tokens_of(text):
        if token.token in {pg.SQL_COMMENT, pg.C_COMMENT}:
            continue
        word = data[token.start : token.end].decode(errors="replace").lower()
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0 or (depth == 0 and word in {",", ";"}):
            break
        words.append(word)
    return words


def tokens_of(text: str) -> Sequence[Node]:
    """Return the tokens of a text; none where it cannot be cut into tokens."""
    try:
        return list(postgast.scan(text).tokens)
    except postgast.PgQueryError:
        return []


def create_index(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE INDEX."""
    elements = [each.index_elem for each in node.index_params]
    has_expression = node.HasField("where_clause") or any(not each.name for each in elements)
    yield changes.CreateIndex(
        offset=0,
        table=relation(node.relation),
        name=node.idxname or None,
        columns=tuple(each.name or None for each in elements),
        method=node.access_method or "btree",
        unique=node.unique,
        concurrently=node.concurrent,
        if_not_exists=node.if_not_exists,
        partial=node.HasField("where_clause"),
        expression=expression(node, source) if has_expression else None,
    )
