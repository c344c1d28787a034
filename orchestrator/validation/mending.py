"""What pending statements do to the rows of today: whose they are by then, and where they may be mended.

Cautious in one direction: whatever may have changed a table's rows counts as if it had.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from orchestrator.domain.demand import Demand
from orchestrator.domain.shape import Name, Shape, TableKind
from orchestrator.validation.changes import (
    AlterColumnType,
    AlterTable,
    AttachPartition,
    CallFunction,
    Change,
    ChangeRows,
    CreateTable,
    CreateTrigger,
    CreateView,
    Drop,
    DropColumn,
    Rename,
    SetSchema,
    SetSetting,
    Unseen,
    Verb,
)
from orchestrator.validation.world.world import SEARCH_PATH

_RELATIONS: Final = frozenset({"table", "view", "materialized view", "foreign table"})
#: their foreign keys may delete rows anywhere
_SPREADING: Final = frozenset({Verb.DELETE, Verb.TRUNCATE, Verb.MERGE})
_WITH_ROWS: Final = frozenset({TableKind.TABLE, TableKind.PARTITIONED, TableKind.MATERIALIZED_VIEW})


class Standing:
    """The tables of a target while pending files go by."""

    def __init__(self, shape: Shape) -> None:
        """Begin with what the target holds; an empty shape says nothing about it."""
        self._there = {name for name, table in shape.tables.items() if table.kind in _WITH_ROWS}
        self._known = set(shape.tables)
        self._whole = bool(shape.tables)
        #: tables that the files make, drop, rename or move, and schemas
        self._own: set[Name] = set()
        self._own_schemas: set[str] = set()
        #: by table: where rows of it were last changed
        self._mended: dict[Name, str] = {}
        #: where rows of any table may have been changed
        self._mended_all: str | None = None
        #: a change of their rows may change those of others: by triggers, by ON UPDATE of who refers to them
        self._triggered = {name for name, table in shape.tables.items() if table.triggers}
        self._referenced = {key.references for table in shape.tables.values() for key in table.foreign_keys}
        #: by table: its parents, partitions and children
        self._kin: defaultdict[Name, set[Name]] = defaultdict(set)
        for name, table in shape.tables.items():
            for parent in table.parents:
                self._relate(name, parent)
        self.begin_file()

    def begin_file(self) -> None:
        """Forget what a file set for itself."""
        #: None: nobody knows it
        self._path: tuple[str, ...] | None = SEARCH_PATH
        self._temporary: set[str] = set()

    def named(self, written: Name) -> Name | None:
        """Say which table a name means by now; None: nobody knows, or a temporary one."""
        if written.schema is not None:
            return None if written.schema == "pg_temp" else written
        if written.name in self._temporary or not self._path:
            return None
        candidates = [Name(schema, written.name) for schema in self._path]
        known = self._known | self._own if not self._whole else self._known
        return next((name for name in candidates if name in known or name in self._own), candidates[0])

    def is_of_today(self, demand: Demand) -> bool:
        """Tell whether the tables of a demand are those that the target has now."""
        tables = {demand.table, demand.references} - {None}
        return not tables & self._own and not {each.schema for each in tables if each} & self._own_schemas

    def mended_at(self, demand: Demand) -> str | None:
        """Return where rows that the demand is about may have been changed: "path:line"."""
        there = demand.references and self._mended.get(demand.references)
        return self._mended.get(demand.table) or there or self._mended_all

    def take_in(self, change: Change, where: str) -> None:  # noqa: C901  # one case for each kind of change
        """Note what a change means for rows of today."""
        for name in _made_or_moved(change):
            self._make_own(change, name, where)
        match change:
            case ChangeRows():
                self._change_rows(change, where)
            case Unseen() | CallFunction() | Drop(kind="type" | "domain" | "extension" | "function"):
                self._mended_all = where
            case Drop(kind="schema") | Rename(kind="schema"):
                self._own_schemas.add(change.name.name)
                self._mended_all = where
            case AlterColumnType() | DropColumn() | AlterTable(command="DETACH PARTITION"):
                self._mend(change.table, where)
            case AlterTable(command="INHERIT" | "NO INHERIT"):
                self._mended_all = where
            case Rename(kind="column"):
                self._mend(change.name, where)
            case CreateTrigger():
                self._triggered |= {self.named(change.table) or change.table}
            case AttachPartition():
                self._attach(change.table, change.partition, where)
            case SetSetting() if getattr(change, "scope", None) is None:  # not one of a role or database
                self._set(change)

    def _make_own(self, change: Change, written: Name, where: str) -> None:
        if isinstance(change, CreateTable) and change.temporary:
            self._temporary.add(written.name)
            return
        creates = isinstance(change, CreateTable | CreateView)
        name = self._would_be(written) if creates else self.named(written)
        if name is None:
            return
        if isinstance(change, CreateTable):
            for parent in change.parents:
                self._relate(name, self.named(parent) or parent)
        if isinstance(change, CreateTable | CreateView) and change.if_not_exists and self._is_there(name):
            return
        if isinstance(change, Drop):  # a partition that goes takes rows of its parent with it
            self._mend(name, where)
        self._own.add(name)

    def _is_there(self, name: Name) -> bool:
        return name in self._there and name not in self._own

    def _would_be(self, written: Name) -> Name | None:
        if written.schema is not None:
            return None if written.schema == "pg_temp" else written
        return Name(self._path[0], written.name) if self._path else None

    def _change_rows(self, change: ChangeRows, where: str) -> None:
        name = self.named(change.table)
        if name is None:
            if change.table.schema is None and change.table.name not in self._temporary:
                self._mended_all = where
            return
        family = self._family(name)
        self._mended |= dict.fromkeys(family, where)
        is_view = self._whole and name not in self._there and name not in self._own
        spreads = change.verb in _SPREADING or family & self._triggered or is_view
        if spreads or (change.verb is Verb.UPDATE and family & self._referenced):
            self._mended_all = where

    def _mend(self, written: Name, where: str) -> None:
        name = self.named(written)
        if name is not None:
            self._mended |= dict.fromkeys(self._family(name), where)

    def _family(self, name: Name) -> set[Name]:
        """Return a table with all that it inherits from or hands down to: they share rows."""
        waiting, seen = [name], set[Name]()
        while waiting:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                waiting.extend(self._kin.get(each, ()))
        return seen

    def _attach(self, table: Name, partition: Name, where: str) -> None:
        self._relate(self.named(table) or table, self.named(partition) or partition)
        self._mend(table, where)

    def _relate(self, one: Name, other: Name) -> None:
        self._kin[one].add(other)
        self._kin[other].add(one)

    def _set(self, change: SetSetting) -> None:
        """Follow the search path; one that is not written out is not known."""
        if change.name == "all" or (change.name == "search_path" and change.reset):
            self._path = None if change.guarded else SEARCH_PATH
        elif change.name in {"search_path", ""}:
            known = change.value is not None and change.name and not change.guarded
            parts = [part.strip().strip('"') for part in (change.value or "").split(",")]
            self._path = tuple(part for part in parts if part and part != "$user") if known else None


def _made_or_moved(change: Change) -> Iterator[Name]:
    match change:
        case CreateTable():
            yield change.table
        case CreateView():
            yield change.view
        case Drop() if change.part is None and change.kind in _RELATIONS:
            yield change.name
        case Rename() if change.part is None and change.kind in _RELATIONS:
            yield from (change.name, Name(change.name.schema, change.new))
        case SetSchema() if change.kind in _RELATIONS:
            yield from (change.name, Name(change.schema, change.name.name))
