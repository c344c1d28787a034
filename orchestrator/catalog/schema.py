"""What a database looks like, for people: tables with their columns, and policies."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.catalog.queries import query
from orchestrator.domain.platform import MANAGED_SCHEMAS
from orchestrator.ports import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column; `default` is also the expression of a generated one."""

    name: str
    type: str
    not_null: bool
    default: str | None
    generated: bool
    identity: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Defined:
    """A constraint or an index, by name and definition."""

    name: str
    definition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table, view, materialized view or foreign table."""

    schema: str
    name: str
    #: pg_class.relkind
    kind: str
    row_security: bool
    columns: tuple[Column, ...]
    #: the primary key first
    constraints: tuple[Defined, ...]
    #: those that no constraint made
    indexes: tuple[Defined, ...]
    #: the query of a view
    definition: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A row of pg_policies."""

    schemaname: str
    tablename: str
    policyname: str
    #: PERMISSIVE or RESTRICTIVE
    permissive: str
    roles: tuple[str, ...]
    #: ALL, SELECT, INSERT, UPDATE or DELETE
    cmd: str
    qual: str | None
    with_check: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """Tables and policies, by schema and name."""

    tables: tuple[Table, ...]
    policies: tuple[Policy, ...]


def read(database: Database, schemas: Sequence[str] = ()) -> Schema:
    """Return what these schemas hold; without any, the user's own. Raises TargetError."""
    database.rows(query("settings"))
    managed = {"managed": list(MANAGED_SCHEMAS)}
    chosen = list(schemas) or [name for (name,) in database.rows(query("user_schemas"), managed)]
    return Schema(
        tables=tuple(_table(row) for row in database.rows(query("tables"), {"schemas": chosen})),
        policies=tuple(_policy(row) for row in database.rows(query("policies"), {"schemas": chosen})),
    )


def _table(row: tuple[Any, ...]) -> Table:
    schema, name, kind, row_security, columns, constraints, indexes, definition = row
    return Table(
        schema=schema,
        name=name,
        kind=kind,
        row_security=row_security,
        columns=tuple(Column(**column) for column in json.loads(columns)),
        constraints=tuple(Defined(**constraint) for constraint in json.loads(constraints)),
        indexes=tuple(Defined(**index) for index in json.loads(indexes)),
        definition=definition,
    )


def _policy(row: tuple[Any, ...]) -> Policy:
    schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check = row
    return Policy(
        schemaname=schemaname,
        tablename=tablename,
        policyname=policyname,
        permissive=permissive,
        roles=tuple(roles),
        cmd=cmd,
        qual=qual,
        with_check=with_check,
    )
