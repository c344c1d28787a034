"""Columns that get another type twice or more in one file: the catalog shows no more than where that ends.

`numeric(10,2)` to `numeric(10,0)` and back in one migration leaves the column as it was, but no cents in it.
"""

from collections.abc import Collection, Iterator

from orchestrator.domain.conversion import is_lossless, taken_apart
from orchestrator.domain.shape import Name, Shape
from orchestrator.validation import changes
from orchestrator.validation.losses.conversions import keeps_instants, resolved
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.world.certainty import RELATIONS, renamed
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.inheritance import inherited
from orchestrator.validation.world.world import World

_Column = tuple[Name, str]


def type_detours(up: SqlText, down: SqlText, shape: Shape, *, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Say which types a column has on the way may not give back what was in it, one line each.

    Told is only of columns that were there before, and that one of the files changes more than once; of the
    others the catalog says it (catalog/holdings.py). `kept` are columns of which UTC says how their values
    come back. Never raises for any text.
    """
    if not any(_converts_again(file) for file in (up, down)):
        return ()
    journey = _Journey(shape, kept)
    return tuple(dict.fromkeys([*journey.through(up), *journey.through(down)]))


def _converts_again(file: SqlText) -> bool:
    """Tell cheaply whether a column may get another type more than once, by whichever names it has."""
    done = (change for part in file.parts for change in part.parsed.changes)
    return sum(isinstance(change, changes.AlterColumnType) for change in done) > 1


class _Journey:
    """Which types each column has had, as far as they give back what was in it."""

    def __init__(self, shape: Shape, kept: Collection[str]) -> None:
        self._kept = kept
        self._world = World(shape)
        self._world.begin_review()
        #: from the first type to the one that it has now
        self._types: dict[_Column, list[str]] = {
            (name, column.name): [self._resolved(column.type)]
            for name, table in shape.tables.items()
            for column in table.columns.values()
        }
        #: what each column was called before all
        self._first: dict[_Column, _Column] = {each: each for each in self._types}

    def through(self, file: SqlText) -> Iterator[str]:
        """Follow a file, and tell of each step that loses something and is not the only one of its file."""
        self._world.begin_file(reads_in_part=file.is_read_in_part)
        steps: dict[_Column, list[str | None]] = {}
        for part in file.parts:
            for change in part.parsed.changes:
                for each in (*inherited(change, self._world), change):
                    self._follow(each)
                if isinstance(change, changes.AlterColumnType):
                    first, line = self._convert(change)
                    if first is not None:
                        steps.setdefault(first, []).append(line)
                carry_out(change, self._world)
        for lines in steps.values():
            if len(lines) > 1:
                yield from (line for line in lines if line is not None)

    def _convert(self, change: changes.AlterColumnType) -> tuple[_Column | None, str | None]:
        """Return the column by its first name, and a line where its values may not come back."""
        at = (self._world.named(change.table), change.column)
        had = self._types.get(at)
        if had is None:
            return None, None
        first, new = self._first[at], self._resolved(change.type)
        same = [number for number, each in enumerate(had) if taken_apart(each) == taken_apart(new)]
        if same:
            del had[same[-1] + 1 :]
            return first, None
        old = had[-1]
        had.append(new)
        if is_lossless(old, new) or self._is_kept(first, old, new):
            return first, None
        name = f"{first[0]}.{first[1]}"
        return first, f"the values of {name}: {old} became {new} on the way"

    def _is_kept(self, column: _Column, old: str, new: str) -> bool:
        return f"{column[0]}.{column[1]}" in self._kept and keeps_instants(old, new)

    def _resolved(self, written: str) -> str:
        return resolved(written, self._world)

    def _follow(self, change: changes.Change) -> None:
        """Keep the names in step with a change that is about to happen."""
        match change:
            case changes.Rename(kind="column", part=str(old), new=new):
                table = self._world.named(change.name)
                self._move({(table, old): (table, new)})
            case changes.Rename(kind="schema", name=schema, new=new):
                inside = [each for each in self._types if each[0].schema == schema.name]
                self._move({each: (Name(new, each[0].name), each[1]) for each in inside})
            case changes.Rename() | changes.SetSchema() if change.kind in RELATIONS:
                before = self._world.named(change.name)
                after = renamed(before, change)
                self._move({each: (after, each[1]) for each in self._types if each[0] == before})
            case changes.DropColumn():
                self._forget((self._world.named(change.table), change.column))
            case changes.Drop(kind=kind) if kind in RELATIONS:
                gone = self._world.named(change.name)
                for each in [each for each in self._types if each[0] == gone]:
                    self._forget(each)

    def _move(self, names: dict[_Column, _Column]) -> None:
        moved = {
            new: (self._types.pop(old), self._first.pop(old))
            for old, new in names.items()
            if old in self._types
        }
        self._types |= {new: types for new, (types, _) in moved.items()}
        self._first |= {new: first for new, (_, first) in moved.items()}

    def _forget(self, column: _Column) -> None:
        self._types.pop(column, None)
        self._first.pop(column, None)
