"""A linter's mark beside the change that it is about."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import itemgetter
from typing import Any, Final

from orchestrator.domain.finding import Finding
from orchestrator.domain.lint import Mark
from orchestrator.domain.shape import Name, Table
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    CallFunction,
    Change,
    Constraint,
    Feature,
)
from orchestrator.validation.hazard import Hazard, weigh
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import AnyRule

#: 1-based line and column
_Place = tuple[int, int]
#: changes that stand somewhere inside others
_BESIDE_THE_POINT: Final = (CallFunction, Feature)


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """What a rule over a linter's marks is shown."""

    mark: Mark
    #: the change at its place; None where we read none there
    seen: Seen[Change] | None
    aftermath: Aftermath
    #: all marks about that change, this one too: one hazard may have several
    beside: Sequence[Mark] = ()
    #: the changes of its file up to that one, which is the last of them, backwards
    up_to_it: "_Backwards" = field(default_factory=lambda: _Backwards([], 0), repr=False)

    @property
    def place(self) -> _Place:
        """Line and column."""
        return _place(self.mark)

    @property
    def change(self) -> Change | None:
        """What is about to happen there."""
        return self.seen.change if self.seen else None

    @property
    def table(self) -> Name | None:
        """The table that it is about, if there is one, under its full name at that moment."""
        return self.seen.table if self.seen else None

    @property
    def before(self) -> Table | None:
        """That table just before, as far as it is known."""
        return self.seen.before if self.seen else None

    @property
    def is_on_new_table(self) -> bool:
        """Tell whether these very files make the table: nobody waits for it, and it is empty."""
        return self.seen is not None and self.seen.on_new_table

    @property
    def is_applied(self) -> bool:
        """Tell whether the target has it already: nobody waits any more."""
        return self.seen is not None and self.seen.is_applied

    @property
    def constraint(self) -> Constraint | None:
        """The constraint at its place: of ADD CONSTRAINT, or beside the column of ADD COLUMN."""
        match self.change:
            case AddConstraint(constraint=constraint):
                return constraint
            case AddColumn(column=column) if self.seen is not None:
                before = [each for each in column.constraints if self.seen.place(each.offset) <= self.place]
                return max(before, key=lambda each: each.offset, default=None)
            case _:
                return None

    def statement(self) -> Iterator[Seen[Change]]:
        """Yield the changes of its statement up to it, backwards."""
        return takewhile(lambda seen: self.seen is not None and seen.part is self.seen.part, self.up_to_it)

    def is_also(self, *names: str) -> bool:
        """Tell whether the linter marked the same change by one of these names, too."""
        return any(mark.name in names for mark in self.beside)

    def finding(
        self,
        rule: AnyRule,
        message: str,
        *,
        hazard: Hazard | None = None,
        about: Name | None = None,
        **more: Any,  # noqa: ANN401  # as Rule.finding
    ) -> Finding:
        """Report what was marked, at its place; the table's size decides how much a lock weighs."""
        table = about or self.table
        finding = rule.finding(message, file=self.mark.path, at=self.place, about=table, **more)
        hazard = hazard or rule.hazard
        if hazard is None or table is None:
            return finding
        return weigh(finding, hazard, table, self.aftermath.terms)


@dataclass(frozen=True, slots=True)
class _Backwards:
    """The first changes of a file, last one first, without copying them for every mark."""

    known: Sequence[tuple[_Place, Seen[Change]]]
    end: int

    def __iter__(self) -> Iterator[Seen[Change]]:
        return (self.known[index][1] for index in range(self.end - 1, -1, -1))


def marked(marks: Sequence[Mark], aftermath: Aftermath) -> Iterator[Marked]:
    """Find for each mark the change that it is about: the last of its statement before it, or at it."""
    by_path: dict[str, list[tuple[_Place, Seen[Change]]]] = defaultdict(list)
    paths = {mark.path for mark in marks}
    for seen in aftermath.seen:
        if seen.path in paths and not isinstance(seen.change, _BESIDE_THE_POINT):
            by_path[seen.path].append((seen.place(), seen))
    for known in by_path.values():
        known.sort(key=itemgetter(0))
    found = [_up_to(mark, by_path[mark.path]) for mark in marks]
    beside: dict[int, list[Mark]] = defaultdict(list)
    for mark, up_to_it in zip(marks, found, strict=True):
        beside[id(next(iter(up_to_it), mark))].append(mark)
    for mark, up_to_it in zip(marks, found, strict=True):
        last = next(iter(up_to_it), None)
        if last is None or not _changes_nothing(last):
            yield Marked(
                mark=mark, seen=last, aftermath=aftermath, beside=beside[id(last or mark)], up_to_it=up_to_it
            )


def _changes_nothing(seen: Seen[Change]) -> bool:
    """Tell whether it is ADD COLUMN IF NOT EXISTS of a column that is there."""
    change = seen.change
    if not isinstance(change, AddColumn) or seen.before is None:
        return False
    return change.if_not_exists and change.column.name in seen.before.columns


def _up_to(mark: Mark, known: Sequence[tuple[_Place, Seen[Change]]]) -> _Backwards:
    """Return the changes up to the mark; none where it stands in a statement that we read nothing in."""
    end = bisect_right(known, _place(mark), key=lambda each: each[0])
    return _Backwards(known, end if end and _place(mark) <= _end(known[end - 1][1]) else 0)


def _end(seen: Seen[Change]) -> _Place:
    """Return where the statement of a change ends."""
    return seen.file.place(seen.part.offset + len(seen.part.text))


def _place(mark: Mark) -> _Place:
    return mark.line, mark.column
