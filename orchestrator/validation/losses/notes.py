"""What was seen on a way through a file, under the names that tables and columns have by then."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.losses.taken_back import Row
from orchestrator.validation.world.certainty import RELATIONS, renamed
from orchestrator.validation.world.inheritance import inherited
from orchestrator.validation.world.world import World


@dataclass(kw_only=True)
class Told:
    """A line, and the tables that it is about, by the names that they have by now."""

    words: str
    names: frozenset[Name] = frozenset()
    #: of inserted rows: those still there, by their constants; None where nobody knows which they are
    rows: list[Row] | None = None


@dataclass(kw_only=True)
class Notes:
    """What one way does to rows. The notes of the way forth are kept in step on the way back."""

    world: World
    #: of the way forth, on the way back
    before: "Notes | None" = None
    #: columns that were not there before the migration
    added: set[tuple[Name, str]] = field(default_factory=set)
    #: names of foreign keys made on the way that take rows along: ON DELETE CASCADE and its kind
    cascading: set[str] = field(default_factory=set)
    lost: list[Told] = field(default_factory=list)
    inserted: list[Told] = field(default_factory=list)
    #: where rows are removed, and tables that are dropped
    emptied: list[Told] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def has_lost(self, names: frozenset[Name]) -> bool:
        """Tell whether rows of one of these are lost already."""
        return any(each.names & names for each in self.lost)

    def has_emptied(self, names: frozenset[Name]) -> bool:
        """Tell whether it removes rows from one of these."""
        return any(each.names & names for each in self.emptied)

    def forget_values(self, names: frozenset[Name], columns: Iterable[str]) -> None:
        """Know no more what these columns of inserted rows hold."""
        for row in self._inserted_rows(names):
            for column in columns:
                row.pop(column, None)

    def follow(self, change: Change) -> None:
        """Keep names and columns in step with a change that is about to happen."""
        for each in (*inherited(change, self.world), change):
            match each:
                case changes.AddColumn():
                    self._add_column(each)
                case changes.Rename(kind="column", part=str(old), new=new):
                    self._rename_column(self.world.named(each.name), old, new)
                case changes.Rename(kind="constraint", part=str(old), new=new) if old in self.cascading:
                    self.cascading.add(new)
                case changes.DropColumn() | changes.AlterColumnType():
                    self._change_column(each)
                case changes.Rename() | changes.SetSchema() if each.kind in RELATIONS:
                    before = self.world.named(each.name)
                    self._rename(before, renamed(before, each))
                case changes.Drop():
                    self._drop(each)

    def _both(self) -> Iterator["Notes"]:
        yield self
        if self.before is not None:
            yield self.before

    def _inserted_rows(self, names: frozenset[Name]) -> Iterator[Row]:
        for notes in self._both():
            for told in notes.inserted:
                if told.names & names:
                    yield from told.rows or ()

    def _add_column(self, change: changes.AddColumn) -> None:
        table = self.world.table(change.table)
        if table is None and (change.if_not_exists or change.guarded):
            return
        if table is None or change.column.name not in table.columns:
            self.added.add((table.name if table else self.world.named(change.table), change.column.name))

    def _drop(self, change: changes.Drop) -> None:
        gone = frozenset[Name]()
        if change.kind in RELATIONS:
            gone = frozenset({self.world.named(change.name)})
        elif change.kind == "schema":
            gone = frozenset(name for name in self.world.tables if name.schema == change.name.name)
        if gone:
            self.emptied.append(Told(words="", names=gone))
            self._keep_added(lambda table: None if table in gone else table)

    def _change_column(self, change: changes.DropColumn | changes.AlterColumnType) -> None:
        table = self.world.named(change.table)
        if isinstance(change, changes.DropColumn):
            self.added.discard((table, change.column))
        self.forget_values(frozenset({table}), (change.column,))

    def _rename_column(self, table: Name, old: str, new: str) -> None:
        self.added.discard((table, new))
        if (table, old) in self.added:
            self.added.discard((table, old))
            self.added.add((table, new))
        for row in self._inserted_rows(frozenset({table})):
            value = row.pop(old, None)
            row.pop(new, None)
            if value is not None:
                row[new] = value

    def _keep_added(self, called: Callable[[Name], Name | None]) -> None:
        """Call the tables of added columns otherwise; None: they are no more."""
        kept = {(name, column) for table, column in self.added if (name := called(table)) is not None}
        self.added.clear()
        self.added |= kept

    def _rename(self, old: Name, new: Name) -> None:
        self._keep_added(lambda table: new if table == old else table)
        for notes in self._both():
            for told in (*notes.lost, *notes.inserted, *notes.emptied):
                if old in told.names:
                    told.names = (told.names - {old}) | {new}
