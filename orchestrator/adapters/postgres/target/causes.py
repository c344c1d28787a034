"""Explain a failed statement: count what stands in its way, and name up to three rows by their keys.

Asked after the failure, in a READ ONLY transaction with short limits. No value of a row but its primary key
is ever read. Where there is no explanation the error stands as it is.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.read import OpenDatabase, Reader
from orchestrator.adapters.postgres.target.recursion import recursive_policies
from orchestrator.domain.errors import Noun, TargetError
from orchestrator.validation.grammar.demands import Demand, DemandKind, Relation, demands_of
from orchestrator.validation.split import Statement

_SQL = queries.load("sql/target/causes.sql")
_LIMITS = "set local statement_timeout = '3s'; set local lock_timeout = '500ms'"
_RECURSION = "42P17"
#: what each SQLSTATE may be about
_KINDS: Final = {
    "23505": (DemandKind.UNIQUE,),
    "23503": (DemandKind.FOREIGN_KEY, DemandKind.VALIDATE),
    "23502": (DemandKind.NOT_NULL, DemandKind.NEW_COLUMN),
    "23514": (DemandKind.CHECK, DemandKind.VALIDATE),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why it failed, in words and in numbers."""

    words: str
    nouns: dict[str, Noun] = field(default_factory=dict)


def explained(
    failure: TargetError, error: psycopg.Error, statement: Statement, reader: Reader
) -> TargetError:
    """Return the failure with its cause, or as it is. Never raises: the failure must not be lost."""
    try:
        cause = _find_cause(error, statement, reader)
    except Exception:  # noqa: BLE001  # dropped on purpose, whatever it is: the statement's own error counts
        return failure
    if cause is None:
        return failure
    nouns = failure.nouns | {"cause": cause.words} | cause.nouns
    message = f"{failure.message}: {cause.words}"
    return TargetError(message, code=failure.code, remedy=failure.remedy, **nouns)


def _find_cause(error: psycopg.Error, statement: Statement, reader: Reader) -> Cause | None:
    state = error.sqlstate or ""
    if state != _RECURSION and state not in _KINDS:
        return None
    demand = _demand_of(error, statement)
    with reader.asking() as database:
        database.rows(_LIMITS)
        if state == _RECURSION:
            return _recursion(database)
        return _explain(database, demand) if demand else None


def _demand_of(error: psycopg.Error, statement: Statement) -> Demand | None:
    """Choose the demand that the error is about: by its constraint or column, else the only one there is."""
    demands = [d for d in demands_of(statement.text) if d.kind in _KINDS.get(error.sqlstate or "", ())]
    diag = error.diag
    named = [
        d
        for d in demands
        if (d.name and d.name == diag.constraint_name) or (diag.column_name and diag.column_name in d.columns)
    ]
    chosen = named or (demands if len(demands) == 1 else [])
    if not chosen:
        return None
    table = chosen[0].table
    if diag.schema_name and diag.table_name:
        table = Relation(schema=diag.schema_name, name=diag.table_name)
    return replace(chosen[0], table=table)


def _explain(database: OpenDatabase, demand: Demand) -> Cause | None:
    if demand.kind is DemandKind.VALIDATE:
        found = _from_catalog(database, demand)
        return _explain(database, found) if found else None
    if demand.kind is DemandKind.UNIQUE:
        return _duplicates(database, demand)
    return _violations(database, demand, *_violating(database, demand))


def _violating(database: OpenDatabase, demand: Demand) -> tuple[sql.Composable, str]:
    """Return the condition of the rows that are in the way, and words for it."""
    columns = ", ".join(demand.columns)
    match demand.kind:
        case DemandKind.FOREIGN_KEY:
            assert demand.references is not None
            return _orphans(database, demand), f"refer to no row of {_name(demand.references)} ({columns})"
        case DemandKind.NEW_COLUMN:
            return sql.SQL("true"), f"are there, and the new column {columns} has no default"
        case DemandKind.NOT_NULL:
            nulls = sql.SQL("t.{} is null").format(sql.Identifier(demand.columns[0]))
            return nulls, f"have no {columns}"
        case _:
            condition = demand.condition or "true"
            return sql.SQL("({}) is false").format(sql.SQL(condition)), f"do not satisfy {condition}"


def _duplicates(database: OpenDatabase, demand: Demand) -> Cause | None:
    keys = sql.SQL(", ").join(sql.SQL(key) for key in demand.keys)
    conditions = [f"({demand.condition})"] if demand.condition else []
    if not demand.nulls_equal:
        conditions += [f"{key} is not null" for key in demand.keys]
    counted = sql.SQL(" and ".join(conditions) or "true")
    parts = {"table": _identifier(demand.table), "keys": keys, "counted": counted}
    groups, rows = database.rows(_compose("duplicates", **parts))[0]
    if not groups:
        return None
    shared = ", ".join(key.strip('"') for key in demand.keys)
    shared = shared if shared.startswith("(") else f"({shared})"
    words = f"{_rows(rows)} in {groups} {'group' if groups == 1 else 'groups'} share the same {shared}"
    cause = Cause(words=words, nouns={"rows": rows, "groups": groups})
    return _with_examples(database, demand.table, cause, _Examples(query="duplicate_examples", parts=parts))


def _violations(
    database: OpenDatabase, demand: Demand, violating: sql.Composable, words: str
) -> Cause | None:
    parts = {"table": _identifier(demand.table), "violating": violating}
    count = database.rows(_compose("count", **parts))[0][0]
    if not count:
        return None
    cause = Cause(words=f"{_rows(count)} of {_name(demand.table)} {words}", nouns={"rows": count})
    return _with_examples(database, demand.table, cause, _Examples(query="examples", parts=parts))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Examples:
    """The query that finds rows in the way, and what it is made of."""

    query: str
    parts: dict[str, sql.Composable]


def _with_examples(database: OpenDatabase, table: Relation, cause: Cause, examples: _Examples) -> Cause:
    """Add the primary keys of up to three rows, where there is a primary key."""
    columns = [row[0] for row in database.rows(_SQL["primary_key"], {"table": _qualified(table)})]
    if not columns:
        return cause
    order = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(column)) for column in columns)
    key = sql.SQL("pg_catalog.concat_ws(', ', {})").format(order)
    rows = database.rows(_compose(examples.query, **examples.parts, order=order, key=key))
    found = [str(row[0]) for row in rows]
    named = f"; {', '.join(columns)}: {' | '.join(found)}" if found else ""
    return Cause(words=cause.words + named, nouns=cause.nouns | {"examples": found})


def _orphans(database: OpenDatabase, demand: Demand) -> sql.Composable:
    assert demand.references is not None
    primary = database.rows(_SQL["primary_key"], {"table": _qualified(demand.references)})
    referenced = demand.referenced_columns or tuple(row[0] for row in primary)
    pairs = [
        (sql.Identifier(own), sql.Identifier(theirs))
        for own, theirs in zip(demand.columns, referenced, strict=False)
    ]
    return sql.SQL("{} and not exists (select from {} r where {})").format(
        sql.SQL(" and ").join(sql.SQL("t.{} is not null").format(own) for own, _ in pairs),
        _identifier(demand.references),
        sql.SQL(" and ").join(sql.SQL("r.{} = t.{}").format(theirs, own) for own, theirs in pairs),
    )


def _from_catalog(database: OpenDatabase, demand: Demand) -> Demand | None:
    rows = database.rows(_SQL["constraint"], {"table": _qualified(demand.table), "name": demand.name})
    if not rows:
        return None
    kind, columns, schema, table, referenced, expression = rows[0]
    if kind == "c":
        return replace(demand, kind=DemandKind.CHECK, condition=expression)
    if kind != "f":
        return None
    return replace(
        demand,
        kind=DemandKind.FOREIGN_KEY,
        columns=tuple(columns),
        references=Relation(schema=schema, name=table),
        referenced_columns=tuple(referenced),
    )


def _recursion(database: OpenDatabase) -> Cause | None:
    policies = recursive_policies(database.rows(_SQL["policies"]))
    if not policies:
        return None
    return Cause(
        words=f"policies that read their own table: {', '.join(policies)}", nouns={"policies": policies}
    )


def _compose(query: str, **parts: sql.Composable) -> str:
    return sql.SQL(_SQL[query]).format(**parts).as_string()


def _identifier(relation: Relation) -> sql.Identifier:
    return sql.Identifier(*filter(None, (relation.schema, relation.name)))


def _qualified(relation: Relation) -> str:
    return _identifier(relation).as_string()


def _name(relation: Relation) -> str:
    return ".".join(filter(None, (relation.schema, relation.name)))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
