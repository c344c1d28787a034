"""Which tables and columns a rollback drops or empties, by the names that they have before it runs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from orchestrator.domain.dropped import Dropped
from orchestrator.domain.shape import Name, Shape, Table, TableKind
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.grammar.touches import Rows
from orchestrator.validation.grammar.touching import touches_in
from orchestrator.validation.losses.way import may_touch
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.world.certainty import RELATIONS, renamed
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

_WITH_ROWS = frozenset({TableKind.TABLE, TableKind.PARTITIONED})


def what_is_dropped(down: SqlText, shape: Shape | None) -> tuple[Dropped, ...]:
    """Return what holds rows or values and would not after this rollback, in its order. Never raises.

    `shape` is what is there before the rollback. Rows that DELETE … WHERE names are not among them, nor what
    is made up while it runs; `losses` tells of those. A parent stands for its partitions.
    """
    fall = _Fall(world=World(shape), is_known=shape is not None)
    fall.world.begin_review()
    fall.world.begin_file(reads_in_part=down.is_read_in_part)
    for part in down.parts:
        touches = touches_in(part.text) if may_touch(part) else ()
        for change in part.parsed.changes:
            fall.follow(change)
            carry_out(change, fall.world)
        for touch in touches:
            if isinstance(touch, Rows) and touch.every:
                fall.drop_table(fall.world.named(touch.table))
    return fall.told()


@dataclass(kw_only=True)
class _Fall:
    """What has fallen so far."""

    world: World
    #: whether the world began with all that was there
    is_known: bool
    dropped: dict[Dropped, None] = field(default_factory=dict)
    #: what tables and columns were called before, where it was otherwise
    tables: dict[Name, Name] = field(default_factory=dict)
    columns: dict[tuple[Name, str], str] = field(default_factory=dict)

    def told(self) -> tuple[Dropped, ...]:
        """Return it, without the columns and partitions of tables that fall as a whole."""
        whole = {each.table for each in self.dropped if each.column is None}
        return tuple(each for each in self.dropped if each.column is None or each.table not in whole)

    def follow(self, change: Change) -> None:
        """Note what a change that is about to happen drops or renames."""
        match change:
            case changes.DropColumn():
                self._drop_column(self.world.named(change.table), change.column)
            case changes.Drop(kind="table"):
                self.drop_table(self.world.named(change.name))
            case changes.Drop(kind="schema"):
                self._drop_tables(each for each in self.world.tables if each.schema == change.name.name)
            case changes.Drop(kind="type" | "domain", cascade=True):
                self._drop_columns_of(change.name)
            case changes.Rename(kind="column", part=str(old)):
                table = self.world.named(change.name)
                self.columns[table, change.new] = self.columns.pop((table, old), old)
            case changes.Rename() | changes.SetSchema() if change.kind in RELATIONS:
                before = self.world.named(change.name)
                self._rename(before, renamed(before, change))

    def drop_table(self, name: Name) -> None:
        """Note a table that is dropped or emptied, unless the rollback itself made it."""
        if name.schema == "pg_temp" or name in self.world.fresh:
            return
        table = self.world.tables.get(name)
        if table is None and self.is_known and name not in self.world.doubtful:
            return
        if table is None or table.kind in _WITH_ROWS:
            self.dropped[Dropped(table=self.tables.get(name, name))] = None

    def _drop_tables(self, names: Iterable[Name]) -> None:
        several = set(names)
        for name in sorted(several):
            table = self.world.tables[name]
            if several.isdisjoint(table.parents):
                self.drop_table(name)

    def _drop_column(self, name: Name, column: str) -> None:
        table = self.world.tables.get(name)
        if name in self.world.fresh or (table is None and self.is_known):
            return
        if table is None or (table.kind in _WITH_ROWS and column in table.columns):
            was = self.columns.get((name, column), column)
            self.dropped[Dropped(table=self.tables.get(name, name), column=was)] = None

    def _drop_columns_of(self, written: Name) -> None:
        """Note the columns that fall with a type."""
        enum = self.world.enum(written)
        name = enum.name if enum else self.world.would_be(written)
        for table in tuple(self.world.tables.values()):
            for column in _columns_of(table, name):
                if not any(column in self.world.tables[each].columns for each in _known(table, self.world)):
                    self._drop_column(table.name, column)

    def _rename(self, old: Name, new: Name) -> None:
        self.tables[new] = self.tables.pop(old, old)
        for (table, column), was in tuple(self.columns.items()):
            if table == old:
                self.columns[new, column] = was


def _columns_of(table: Table, type_: Name) -> Iterator[str]:
    words = {str(type_), *([type_.name] if type_.schema in {None, "public"} else [])}
    return (
        name
        for name, column in table.columns.items()
        if column.type.removesuffix("[]").replace('"', "") in words
    )


def _known(table: Table, world: World) -> list[Name]:
    return [parent for parent in table.parents if parent in world.tables]
