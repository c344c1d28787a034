"""What a database looks like, as far as rules care: its tables, views, functions and types.

Read from a target by catalog/survey.py, or imagined by carrying migrations out on paper
(validation/world.py). Every name of a shape is qualified: how a name without a schema is meant is decided
where a shape is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Name(NamedTuple):
    """What something is called; without a schema the search path decides."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class TableKind(StrEnum):
    """pg_class.relkind, of what has columns."""

    TABLE = "r"
    PARTITIONED = "p"
    VIEW = "v"
    MATERIALIZED_VIEW = "m"
    FOREIGN = "f"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column."""

    name: str
    #: as format_type writes it, qualified unless in pg_catalog: "timestamp with time zone", "public.mood"
    type: str
    not_null: bool = False
    #: by DEFAULT, GENERATED or IDENTITY
    has_default: bool = False
    #: functions that its default calls, without PostgreSQL's own
    calls: frozenset[Name] = frozenset()
    commented: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """An index; one that a constraint made counts as well."""

    name: str
    #: in their order; None stands for an expression
    columns: tuple[str | None, ...]
    unique: bool = False
    partial: bool = False
    #: False after a CREATE INDEX CONCURRENTLY that failed
    valid: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKey:
    """A foreign key."""

    #: None where PostgreSQL chooses it
    name: str | None
    columns: tuple[str, ...]
    references: Name
    #: empty: the primary key
    referenced_columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A policy of row level security."""

    name: str
    #: ALL, SELECT, INSERT, UPDATE or DELETE
    command: str
    roles: tuple[str, ...]
    permissive: bool = True
    #: columns of its own table that its expressions mention
    columns: frozenset[str] = frozenset()
    #: relations that its sub-selects read
    reads: frozenset[Name] = frozenset()
    #: functions that it calls
    calls: frozenset[Name] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """A trigger that an author made."""

    name: str
    #: BEFORE, AFTER or INSTEAD OF
    timing: str
    #: INSERT, UPDATE, DELETE, TRUNCATE
    events: frozenset[str]
    function: Name


@dataclass(frozen=True, kw_only=True, slots=True)
class RewriteRule:
    """A rule, as CREATE RULE makes it: one statement becomes another, or others run along."""

    name: str
    #: INSERT, UPDATE or DELETE
    event: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a role may do with a table."""

    #: a role's name, or "public" for everybody
    role: str
    #: SELECT, INSERT, UPDATE, DELETE, TRUNCATE, …
    privilege: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table, a view or what else has columns."""

    name: Name
    kind: TableKind = TableKind.TABLE
    columns: Mapping[str, Column] = field(default_factory=dict)
    #: columns of the primary key; empty when there is none
    primary_key: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    #: names of all constraints, whatever they are
    constraints: frozenset[str] = frozenset()
    row_security: bool = False
    policies: tuple[Policy, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[RewriteRule, ...] = ()
    grants: frozenset[Grant] = frozenset()
    commented: bool = False
    #: it is a partition of, or inherits from
    parents: tuple[Name, ...] = ()
    #: of a view: relations that it reads
    reads: frozenset[Name] = frozenset()
    #: of a view: columns of those relations that it mentions, by their bare names
    reads_columns: frozenset[str] = frozenset()
    #: functions that its query or its checks call, without PostgreSQL's own; None where nobody knows
    calls: frozenset[Name] | None = None
    #: of a view: whether it asks with the rights of who asks
    security_invoker: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function or procedure; several may share a name."""

    name: Name
    #: as format_type writes them, without names: ("uuid", "text")
    arguments: tuple[str, ...] = ()
    #: as format_type writes it: "trigger", "void", "boolean"
    returns: str = ""
    security_definer: bool = False
    #: whether it has SET search_path
    pins_search_path: bool = False
    #: what stands between the quotes; None for a body of BEGIN ATOMIC or an object file
    body: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EnumType:
    """An enumeration and its labels, in order."""

    name: Name
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultGrant:
    """What ALTER DEFAULT PRIVILEGES gives on every new table."""

    #: None: in every schema
    schema: str | None
    grant: Grant


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """A whole database; what extensions own is left out."""

    schemas: frozenset[str] = frozenset()
    tables: Mapping[Name, Table] = field(default_factory=dict)
    functions: Mapping[Name, tuple[Function, ...]] = field(default_factory=dict)
    enums: Mapping[Name, EnumType] = field(default_factory=dict)
    #: domains, composites, ranges
    other_types: frozenset[Name] = frozenset()
    sequences: frozenset[Name] = frozenset()
    extensions: frozenset[str] = frozenset()
    #: on new tables that the migrating role makes
    default_grants: frozenset[DefaultGrant] = frozenset()
