"""The tables that rows may be made up for, and what decides what a row of each may look like."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any

from orchestrator.ports import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column; a domain is told as the type below it."""

    name: str
    #: pg_type.typname; of an array that of its elements
    type: str
    #: pg_type.typtype of the same: b base, c composite, e enum, r range, m multirange
    kind: str
    is_array: bool
    #: the type that a text is read as, qualified and quoted, without a modifier
    reads_as: str
    #: atttypmod, -1 where there is none
    modifier: int
    required: bool
    #: generated as identity
    identity: bool
    #: computed from other columns
    generated: bool
    #: the default as SQL
    default: str | None
    #: functions that the default calls
    calls: tuple[int, ...]
    #: values of an enum, in their order
    labels: tuple[str, ...]
    #: how many fields a composite type has
    fields: int

    @property
    def counts(self) -> bool:
        """It takes its value from a sequence, which no probe may move."""
        return self.identity or "nextval(" in (self.default or "")


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKey:
    """Columns that name a row of another table, in the order of the columns `of` that they name."""

    parent: int
    columns: tuple[str, ...]
    of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A CHECK of the table, or of a column's domain, where it speaks of VALUE."""

    name: str
    columns: tuple[str, ...]
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One policy, as the server prints it."""

    name: str
    #: pg_policy.polcmd: r, a, w, d or *
    command: str
    permissive: bool
    roles: tuple[str, ...]
    using: str | None
    check: str | None
    #: tables and views that its sub-queries read
    reads: tuple[int, ...]
    #: functions that it calls
    calls: tuple[int, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What it says, once each."""
        return tuple(dict.fromkeys(text for text in (self.using, self.check) if text))


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """A trigger that somebody made."""

    #: pg_trigger.tgtype: 4 before or after an insert, 16 an update
    on: int
    #: its function's body, and what it is given
    says: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table, partitioned table, partition or foreign table."""

    oid: int
    schema: str
    #: without its schema, not quoted
    bare: str
    #: qualified and quoted
    name: str
    #: pg_class.relkind
    kind: str
    row_security: bool
    #: of a partition: what it holds, as the server prints it
    bound: str | None
    #: of a partition: by which columns its parent is parted, empty names for expressions left out
    parted_by: tuple[str, ...]
    partition_of: int | None
    primary_key: tuple[str, ...]
    #: triggers or rules that replica mode does not silence
    fires_anyway: bool
    columns: Mapping[str, Column]
    keys: tuple[ForeignKey, ...]
    checks: tuple[Check, ...]
    policies: tuple[Policy, ...]
    #: functions that run whenever a row is written
    runs: tuple[int, ...]
    #: triggers that keep still while rows are made up
    silenced: tuple[Trigger, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function that somebody wrote."""

    oid: int
    bare: str
    #: empty where it is written in a language that is not read here
    says: str
    #: that language
    language: str = ""
    #: where the server stored the body parsed: tables and views that it reads, functions that it calls
    reads: tuple[int, ...] = ()
    calls: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class View:
    """A view; of a materialized one only the name."""

    oid: int
    bare: str
    #: qualified and quoted
    name: str
    reads: tuple[int, ...]
    calls: tuple[int, ...]
    says: str


@dataclass(frozen=True, kw_only=True)
class Ground:
    """All tables and functions of a database."""

    tables: Mapping[int, Table]
    functions: Mapping[int, Function]
    #: functions in which the database may be left, whatever they say
    leaving: frozenset[int]
    views: Mapping[int, View] = field(default_factory=dict)

    @cached_property
    def partitions(self) -> Mapping[int, tuple[int, ...]]:
        """The partitions directly below each partitioned table."""
        below: dict[int, tuple[int, ...]] = {}
        for table in self.tables.values():
            if table.partition_of is not None:
                below[table.partition_of] = (*below.get(table.partition_of, ()), table.oid)
        return below

    def named(self, qualified: str) -> Table | None:
        """Find a table by its qualified, quoted name."""
        return next((table for table in self.tables.values() if table.name == qualified), None)


def read_ground(database: Database) -> Ground:
    """Read all of it. Raises TargetError when the catalog cannot be read or a table stays locked."""
    tables = [_table(row) for row in database.rows(_sql("ground"), {})]
    found = database.rows(_sql("functions"))
    return Ground(
        tables={table.oid: table for table in tables},
        functions={
            oid: Function(
                oid=oid, bare=bare, says=says or "", language=language, reads=tuple(reads), calls=tuple(calls)
            )
            for oid, bare, says, language, reads, calls, _ in found
            if says is not None or language
        },
        leaving=frozenset(oid for oid, *_, leaves in found if leaves),
        views={view.oid: view for view in map(_view, database.rows(_sql("views")))},
    )


def _table(row: Sequence[Any]) -> Table:
    oid, schema, bare, name, kind, row_security, bound, parted_by, partition_of, primary, anyway, *told = row
    columns, keys, checks, policies, runs, silenced = told
    return Table(
        oid=oid,
        schema=schema,
        bare=bare,
        name=name,
        kind=kind,
        row_security=row_security,
        bound=bound,
        parted_by=tuple(parted_by or ()),
        partition_of=partition_of,
        primary_key=tuple(primary or ()),
        fires_anyway=anyway,
        columns={column.name: column for column in _columns(columns)},
        keys=tuple(
            ForeignKey(parent=key["parent"], columns=tuple(key["columns"]), of=tuple(key["of"]))
            for key in keys
        ),
        checks=tuple(
            Check(name=check["name"], columns=tuple(check["columns"] or ()), says=check["says"])
            for check in checks
        ),
        policies=tuple(_policy(policy) for policy in policies),
        runs=tuple(runs),
        silenced=tuple(Trigger(on=each["on"], says=each["says"]) for each in silenced),
    )


def _columns(told: Sequence[Mapping[str, Any]]) -> Iterator[Column]:
    for column in told:
        yield Column(
            name=column["name"],
            type=column["type"],
            kind=column["kind"],
            is_array=column["array"],
            reads_as=column["reads_as"],
            modifier=column["modifier"],
            required=column["required"],
            identity=column["identity"],
            generated=column["generated"],
            default=column["default"],
            calls=tuple(column["calls"] or ()),
            labels=tuple(column["labels"] or ()),
            fields=column["fields"] or 0,
        )


def _view(row: Sequence[Any]) -> View:
    oid, bare, name, reads, calls, says = row
    return View(oid=oid, bare=bare, name=name, reads=tuple(reads), calls=tuple(calls), says=says)


def _policy(told: Mapping[str, Any]) -> Policy:
    return Policy(
        name=told["name"],
        command=told["command"],
        permissive=told["permissive"],
        roles=tuple(told["roles"]),
        using=told["using"],
        check=told["check"],
        reads=tuple(told["reads"]),
        calls=tuple(told["calls"]),
    )


def _sql(name: str) -> str:
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
