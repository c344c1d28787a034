"""A database on paper: what is known to be there, while migrations are carried out in thought.

It begins with a target's shape, or with nothing. It never knows more than it was told: a table that it
does not have may still be there, unless `whole` is true.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from orchestrator.domain.shape import EnumType, Function, Name, Shape, Table

V = TypeVar("V")

#: where Supabase's role postgres looks for a name without a schema, and where it makes new things
SEARCH_PATH: Final = ("public", "extensions")


class World:
    """Everything that is known to be there at one moment. Changed by effects.py, read by rules."""

    def __init__(self, shape: Shape | None = None) -> None:
        """Begin with what a target holds; without one, with nothing that is certain."""
        known = shape or Shape()
        #: whether nothing is there that is not known here
        self.whole = shape is not None
        self.schemas: set[str] = set(known.schemas)
        self.tables: dict[Name, Table] = dict(known.tables)
        self.functions: dict[Name, tuple[Function, ...]] = dict(known.functions)
        self.enums: dict[Name, EnumType] = dict(known.enums)
        self.other_types: set[Name] = set(known.other_types)
        self.sequences: set[Name] = set(known.sequences)
        self.extensions: set[str] = set(known.extensions)
        self.default_grants = set(known.default_grants)
        #: what is there for certain, of tables, views, types, sequences and functions; see certainty.py
        self.sure: set[Name] = {*self.tables, *self.enums, *self.other_types, *self.sequences}
        self.sure.update(self.functions, (Name(None, each) for each in self.schemas | self.extensions))
        #: what files have taken away for certain
        self.gone: set[Name] = set()
        #: what blocks may have made, changed or taken away
        self.doubtful: set[Name] = set()
        #: tables and views of whose columns not all are known
        self.opaque: set[Name] = set()
        #: tables made with IF NOT EXISTS where nobody knows what was there before
        self.supposed: set[Name] = set()
        self._indexes: dict[Name, Name] = {}
        for table in self.tables.values():
            self._note_indexes(table)
        #: functions that not everybody may call, as far as the files tell
        self.closed_functions: set[Name] = set()
        #: whether new functions are of that kind
        self.closes_new_functions = False
        #: tables, views and types that the files under review have made: nobody else uses them yet
        self.fresh: dict[Name, None] = {}
        #: the same of everything else, by kind: functions, domains, schemas …
        self.fresh_others: set[tuple[str, Name]] = set()
        #: names of temporary tables: they hide others of their name while their file runs
        self.temporary: set[str] = set()
        self.search_path: Sequence[str] = SEARCH_PATH

    def begin_review(self) -> None:
        """Take all that is there so far for old."""
        self.fresh = {}
        self.fresh_others = set()

    def begin_file(self) -> None:
        """Forget what a file set for itself."""
        self.search_path = SEARCH_PATH
        self.temporary = set()

    def table(self, written: Name) -> Table | None:
        """Find a table or view by the name that a statement writes; of a temporary one nothing is known."""
        return None if self.is_temporary(written) else _find(self._candidates(written), self.tables)

    def enum(self, written: Name) -> EnumType | None:
        """Find an enumeration."""
        return _find(self._candidates(written), self.enums)

    def function(self, written: Name) -> tuple[Function, ...]:
        """Find the functions of a name."""
        return _find(self._candidates(written), self.functions) or ()

    def is_fresh(self, written: Name) -> bool:
        """Tell whether the files under review made it, or it is temporary: nobody else uses it."""
        return self.is_temporary(written) or (bool(self.fresh) and self.named(written) in self.fresh)

    def is_temporary(self, written: Name) -> bool:
        """Tell whether it is a table that ends with the session."""
        return written.schema == "pg_temp" or (written.schema is None and written.name in self.temporary)

    def named(self, written: Name) -> Name:
        """Say where a relation is: in the first schema that has it, else where it would be made."""
        if written.schema is not None:
            return written
        if written.name in self.temporary:
            return Name("pg_temp", written.name)
        return next(
            (name for name in self._candidates(written) if name in self.tables), self.would_be(written)
        )

    def would_be(self, written: Name) -> Name:
        """Say where a new thing of this name comes to be."""
        if written.schema is not None:
            return written
        return Name(self.search_path[0] if self.search_path else "public", written.name)

    def put(self, table: Table, *, fresh: bool = False) -> None:
        """Have a table, new or changed."""
        before = self.tables.get(table.name)
        self.tables[table.name] = table
        if before is None or before.indexes is not table.indexes:
            self._forget_indexes(before)
            self._note_indexes(table)
        if fresh:
            self.fresh[table.name] = None

    def take(self, name: Name) -> Table | None:
        """Have a table no more; return what it was."""
        if name.schema == "pg_temp":
            self.temporary.discard(name.name)
        table = self.tables.pop(name, None)
        self._forget_indexes(table)
        self.fresh.pop(name, None)
        return table

    def table_of_index(self, written: Name) -> Table | None:
        """Find the table that an index is on."""
        name = _find(self._candidates(written), self._indexes)
        return self.tables.get(name) if name else None

    def change(self, written: Name, **what: Any) -> None:  # noqa: ANN401  # the fields of a table
        """Change a table, if it is known."""
        table = self.table(written)
        if table is not None:
            self.tables[table.name] = replace(table, **what)

    def views_on(self, name: Name) -> Iterable[Table]:
        """Yield the views that read a relation."""
        return (table for table in self.tables.values() if name in table.reads)

    def _note_indexes(self, table: Table) -> None:
        for index in table.indexes:
            self._indexes[Name(table.name.schema, index.name)] = table.name

    def _forget_indexes(self, table: Table | None) -> None:
        if table is not None:
            for index in table.indexes:
                self._indexes.pop(Name(table.name.schema, index.name), None)

    def _candidates(self, written: Name) -> Iterable[Name]:
        if written.schema is not None:
            return (written,)
        return (Name(schema, written.name) for schema in self.search_path)


def _find(names: Iterable[Name], among: Mapping[Name, V]) -> V | None:
    for name in names:  # asked for every change: a loop takes half the time of a generator
        found = among.get(name)
        if found is not None:
            return found
    return None
