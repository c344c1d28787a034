"""A database on paper: what is known to be there, while migrations are carried out in thought.

It begins with a target's shape, or with nothing. It never knows more than it was told: a table that it
does not have may still be there, unless `whole` is true.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from orchestrator.domain.shape import EnumType, Function, Name, Shape, Table
from orchestrator.validation.world.ties import Ties, used_by

V = TypeVar("V")

#: a cheap look that only saves work
_WORD: Final = re.compile(r"\w+")
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
        self._ties = known.ties.copy() if isinstance(known, _Drawn) else Ties(self.tables.values())
        #: by sequence: the table that it goes with; None: these files made it for itself
        self.owners: dict[Name, Name | None] = {}
        self._unread_functions: dict[Name, None] = dict.fromkeys(self.functions)
        self._by_word: dict[str, dict[Name, None]] = {}
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
        #: whether part of the file under review could not be read: it may have made anything
        self.reads_in_part = False

    def shape(self) -> Shape:
        """Return what is there now; the world is not to be changed any more."""
        return _Drawn(
            schemas=frozenset(self.schemas),
            tables=self.tables,
            functions=self.functions,
            enums=self.enums,
            other_types=frozenset(self.other_types),
            sequences=frozenset(self.sequences),
            extensions=frozenset(self.extensions),
            default_grants=frozenset(self.default_grants),
            ties=self._ties,
        )

    def begin_review(self) -> None:
        """Take all that is there so far for old."""
        self.fresh = {}
        self.fresh_others = set()

    def begin_file(self, *, reads_in_part: bool = False) -> None:
        """Forget what a file set for itself."""
        self.search_path = SEARCH_PATH
        self.temporary = set()
        self.reads_in_part = reads_in_part

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
        """Tell whether the files under review made it, or it is temporary: nobody else uses it.

        What is not known may have been made by a statement of its file that could not be read.
        """
        if self.is_temporary(written):
            return True
        if not self.fresh and not self.reads_in_part:
            return False
        name = self.named(written)
        return name in self.fresh or (self.reads_in_part and name not in self.tables)

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
        self._ties.put(before, table)
        if fresh:
            self.fresh[table.name] = None

    def take(self, name: Name) -> Table | None:
        """Have a table no more; return what it was."""
        if name.schema == "pg_temp":
            self.temporary.discard(name.name)
        table = self.tables.pop(name, None)
        self._ties.take(table)
        self.fresh.pop(name, None)
        return table

    def table_of_index(self, written: Name) -> Table | None:
        """Find the table that an index is on."""
        name = self._ties.table_of(self._candidates(written))
        return self.tables.get(name) if name else None

    def change(self, written: Name, **what: Any) -> None:  # noqa: ANN401  # the fields of a table
        """Change a table, if it is known."""
        table = self.table(written)
        if table is not None:
            self.tables[table.name] = replace(table, **what)

    def users(self, name: Name) -> Iterator[Table]:
        """Yield who reads a relation, refers to it, asks it in a policy, or has it for a parent."""
        for each in self._ties.users(name):
            table = self.tables.get(each)
            if table is not None and name in used_by(table):
                yield table

    def views_on(self, name: Name) -> Iterable[Table]:
        """Yield the views that read a relation."""
        return (table for table in self.users(name) if name in table.reads)

    def children(self, name: Name) -> Iterator[Table]:
        """Yield partitions and heirs, and theirs."""
        waiting, seen = [name], {name}
        while waiting:
            parent = waiting.pop()
            for table in self.users(parent):
                if parent in table.parents and table.name not in seen:
                    seen.add(table.name)
                    waiting.append(table.name)
                    yield table

    def functions_with(self, word: str) -> Iterable[Name]:
        """Return the functions whose body or types may hold a word: all that do, and perhaps others."""
        for name in self._unread_functions:
            for word_of_it in _words_of(self.functions.get(name, ())):
                self._by_word.setdefault(word_of_it, {})[name] = None
        self._unread_functions.clear()
        found = self._by_word.get(word.lower(), {}) if _WORD.fullmatch(word) else self.functions
        return [name for name in found if name in self.functions]

    def note_function(self, name: Name) -> None:
        """Have a function looked through when somebody asks for words next time."""
        self._unread_functions[name] = None

    def _candidates(self, written: Name) -> Iterable[Name]:
        if written.schema is not None:
            return (written,)
        return (Name(schema, written.name) for schema in self.search_path)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Drawn(Shape):
    """A shape that a world has come to: the next world need not look through all of its tables."""

    ties: Ties = field(compare=False, repr=False)


def _words_of(functions: Iterable[Function]) -> set[str]:
    texts = (text for each in functions for text in (each.body or "", each.returns, *each.arguments))
    return {word for text in texts for word in _WORD.findall(text.lower())}


def _find(names: Iterable[Name], among: Mapping[Name, V]) -> V | None:
    for name in names:  # asked for every change: a loop takes half the time of a generator
        found = among.get(name)
        if found is not None:
            return found
    return None
