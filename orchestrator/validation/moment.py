"""What a rule over the syntax tree is shown: one change just before it happens, or the end of it all."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final, Generic, TypeVar

from orchestrator.domain.finding import Finding
from orchestrator.domain.shape import Name, Table
from orchestrator.domain.survey import Size
from orchestrator.validation.changes import (
    Change,
    CreateTable,
    Drop,
    Maintain,
    Rename,
    SetComment,
    SetSchema,
    TableChange,
)
from orchestrator.validation.hazard import Hazard, weigh
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.world import World

C_co = TypeVar("C_co", bound=Change, covariant=True)
C = TypeVar("C", bound=Change)
T = TypeVar("T")

#: kinds of what is dropped, renamed or moved by the name of a table, or with it
_OF_A_TABLE: Final = frozenset(
    {"table", "materialized view", "column", "constraint", "policy", "trigger", "rule"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen(Generic[C_co]):
    """One change and where it stands."""

    change: C_co
    file: SqlText
    #: the statement that it belongs to
    part: Part
    #: the table that it is about, under its full name at that moment; of DROP INDEX and REINDEX the index's
    table: Name | None = None
    #: that table just before, as far as it is known
    before: Table | None = None
    #: whether the files under review have made that table: nobody waits for it, and it is empty
    on_new_table: bool = False
    #: whether the target has it already: nobody waits any more
    is_applied: bool = False

    @property
    def path(self) -> str:
        """The file's path."""
        return self.file.path

    def place(self, offset: int | None = None) -> tuple[int, int]:
        """Return line and column of the change, or of something in its statement.

        What stands in a block is told at the block: offsets there are those of the inner statement.
        """
        inside = None if self.change.guarded else offset
        return self.file.place(self.part.offset + (self.change.offset if inside is None else inside))


def see(change: Change, file: SqlText, part: Part, world: World, *, is_applied: bool = False) -> Seen[Change]:
    """Look at a change just before it happens."""
    index, written = _index_of(change), _table_of(change)
    if written is not None and world.is_temporary(written):
        table = Name("pg_temp", written.name)
        return Seen(change=change, file=file, part=part, table=table, on_new_table=True)
    before = world.table_of_index(index) if index else world.table(written) if written else None
    name = before.name if before else world.named(written) if written else None
    return Seen(
        change=change,
        file=file,
        part=part,
        table=name,
        before=before,
        on_new_table=name is not None and (_makes(change, before) or world.is_fresh(name)),
        is_applied=is_applied,
    )


def _makes(change: Change, before: Table | None) -> bool:
    return isinstance(change, CreateTable) and (before is None or not change.if_not_exists)


def _index_of(change: Change) -> Name | None:
    """Return the index that is named where others name a table."""
    if isinstance(change, Drop) and change.kind == "index":
        return change.name
    return change.table if isinstance(change, Maintain) and change.of_index else None


def _table_of(change: Change) -> Name | None:
    match change:
        case TableChange() | CreateTable() | Maintain(of_index=False):
            return change.table
        case Drop() | Rename() | SetSchema() if change.kind in _OF_A_TABLE:
            return change.name
        case SetComment(kind="policy"):
            return change.name
        case _:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment(Generic[C_co]):
    """One change just before it happens, in the world as the changes before it have left it."""

    seen: Seen[C_co]
    world: World
    terms: Terms
    #: the changes of the same file that come before it
    earlier: Sequence[Seen[Change]]
    #: the changes of the files before
    past: Sequence[Seen[Change]] = ()
    #: whether it belongs to a file that the target has already: what it makes is there
    is_applied: bool = False

    @property
    def change(self) -> C_co:
        """What is about to happen."""
        return self.seen.change

    @property
    def path(self) -> str:
        """The file's path."""
        return self.seen.path

    def place(self, offset: int | None = None) -> tuple[int, int]:
        """Return line and column of the change, or of something in its statement (an offset in its text)."""
        return self.seen.place(offset)

    def exposed(self, written: Name) -> bool:
        """Tell whether the API shows what has this name."""
        return self.terms.has_api and self.world.named(written).schema in self.terms.exposed_schemas

    def finding(
        self,
        rule: AnyRule,
        message: str,
        *,
        at: int | None = None,
        about: Name | None = None,
        hazard: Hazard | None = None,
        **more: Any,  # noqa: ANN401  # as Rule.finding
    ) -> Finding:
        """Report at the change, or at an offset in its statement; `about` is a table as it is written.

        The size of that table decides how much a lock weighs, where the rule or the finding has a hazard.
        """
        named = None if about is None else self.world.named(about)
        finding = rule.finding(message, file=self.path, at=self.place(at), about=named, **more)
        hazard = hazard or rule.hazard
        return finding if hazard is None or named is None else weigh(finding, hazard, named, self.terms)

    def is_first_of(self, kinds: tuple[type, ...]) -> bool:
        """Tell whether no change of these kinds stands before it in the same statement."""
        before = takewhile(lambda each: each.part is self.seen.part, reversed(self.earlier))
        return not any(isinstance(each.change, kinds) for each in before)

    def later(self) -> Iterator[Seen[Change]]:
        """Yield the changes of the same file that come after this one."""
        file = self.seen.file
        for number in range(len(self.earlier) + 1, len(file.changes)):
            part, change = file.changes[number]
            yield Seen(change=change, file=file, part=part)

    def later_about(self, name: str) -> Iterator[Change]:
        """Yield what later changes of the same file make or drop by a name, whatever its schema."""
        numbers = self.seen.file.made_or_dropped.get(name, ())
        first = bisect_left(numbers, len(self.earlier) + 1)
        return (self.seen.file.changes[number][1] for number in numbers[first:])

    def later_with(self, word: str) -> Iterator[Seen[Change]]:
        """Yield the later changes of the same file in whose statement a word occurs."""
        file = self.seen.file
        if (file.text or "").find(word, self.seen.part.offset + len(self.seen.part.text)) < 0:
            return
        for number in range(len(self.earlier) + 1, len(file.changes)):
            part, change = file.changes[number]
            if word in part.text:
                yield Seen(change=change, file=file, part=part)

    def size(self, written: Name) -> Size | None:
        """Return what the target's statistics say of a table; None without a target, or for a new table."""
        return size_of(self.world.named(written), self.terms)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Aftermath:
    """What all files together leave behind."""

    world: World
    terms: Terms
    #: every change in order
    seen: Sequence[Seen[Change]]
    #: where each table, view and type was made that is still there under its last name
    made: Mapping[Name, Seen[Change]]
    #: the files that the target does not have yet
    pending: Sequence[SqlText] = ()
    _known: dict[Any, Any] = field(default_factory=dict, repr=False)

    def each(self, kind: type[C]) -> Iterator[Seen[C]]:
        """Yield the changes of one kind."""
        found: Mapping[type, list[Seen[C]]] = self.once(_by_kind)
        return iter(found.get(kind, ()))

    def once(self, make: "Callable[[Aftermath], T]") -> T:
        """Return what several rules want to know, worked out for the first of them."""
        if make not in self._known:
            self._known[make] = make(self)
        known: T = self._known[make]
        return known

    def finding(
        self,
        rule: AnyRule,
        message: str,
        seen: Seen[Change],
        *,
        at: int | None = None,
        **more: Any,  # noqa: ANN401  # as Rule.finding
    ) -> Finding:
        """Report at a change, or at an offset in its statement."""
        return rule.finding(message, file=seen.path, at=seen.place(at), **more)

    def new_tables(self) -> Iterator[tuple[Table, Seen[Change]]]:
        """Yield what the files have made and left there, with the place of its making.

        Nothing of a file with a part that could not be read: that part may have brought what is missing.
        """
        for name, seen in self.made.items():
            table = self.world.tables.get(name)
            if table is not None and not seen.file.is_read_in_part:
                yield table, seen

    def exposed(self, name: Name) -> bool:
        """Tell whether the API shows what has this name."""
        return self.terms.has_api and name.schema in self.terms.exposed_schemas


def _by_kind(aftermath: Aftermath) -> Mapping[type, list[Seen[Any]]]:
    found: dict[type, list[Seen[Any]]] = defaultdict(list)
    for seen in aftermath.seen:
        found[type(seen.change)].append(seen)
    return found


def size_of(name: Name, terms: Terms) -> Size | None:
    """Return what the target's statistics say of a table."""
    return terms.survey.sizes.get(name) if terms.survey else None
