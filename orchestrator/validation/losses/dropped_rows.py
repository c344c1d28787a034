"""What a rollback drops, empties, deletes or overwrites, by the names that tables and columns have before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from orchestrator.domain.dropped import Dropped
from orchestrator.domain.shape import Name, Shape, Table, TableKind
from orchestrator.validation import changes
from orchestrator.validation.changes import Change, Verb
from orchestrator.validation.grammar.touches import Called, Hidden, Rows
from orchestrator.validation.grammar.touching import touches_in
from orchestrator.validation.losses.called import KNOWN, Effect, effect_of
from orchestrator.validation.losses.stirred import behind_of, emptied_along, stirring
from orchestrator.validation.losses.way import FACTS, may_touch
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.world.certainty import RELATIONS, renamed
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

_WITH_ROWS = frozenset({TableKind.TABLE, TableKind.PARTITIONED})


def what_is_dropped(down: SqlText, shape: Shape | None) -> tuple[Dropped, ...]:
    """Return what holds rows or values and would not after this rollback, in its order. Never raises.

    `shape` is what is there before the rollback. Of DELETE and UPDATE, whatever WHERE does not name by
    constants is any row. What is made up while it runs is not among them; `losses` tells of that. A parent
    stands for its partitions.
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
            if isinstance(touch, Rows):
                fall.touch(touch)
            elif isinstance(touch, Called):
                fall.call(touch)
    return fall.told()


def extensions_dropped(down: SqlText) -> frozenset[str]:
    """Return the extensions that a rollback drops, with all their tables."""
    drops = (each for _, each in down.changes if isinstance(each, changes.Drop) and each.kind == "extension")
    return frozenset(each.name.name for each in drops)


def inserts_only(ups: Iterable[SqlText], table: Name, shape: Shape | None) -> bool:
    """Tell whether these migrations changed no row of a table that was there: at most they inserted some.

    Never raises. `shape` is what is there now; where a table was renamed since, nobody knows.
    """
    world = World(shape)
    return all(_inserts_only(part, table, world) for up in ups for part in up.parts) and not any(
        up.text is None or up.is_read_in_part for up in ups
    )


def _inserts_only(part: Part, table: Name, world: World) -> bool:
    renames = any(
        isinstance(each, changes.Rename | changes.SetSchema) and each.kind in RELATIONS
        for each in part.parsed.changes
    )
    if renames or part.parsed.fault is not None:
        return False
    for touch in touches_in(part.text) if may_touch(part) else ():
        match touch:
            case Hidden():
                return False
            case Called() if (
                effect_of(touch.name, world, alone=touch.alone, is_known=True) is not Effect.NONE
            ):
                return False
            case Rows():
                behind = frozenset(behind_of(world.named(touch.table), world))
                changes_it = table in behind and (touch.sets or touch.removes)
                if changes_it or any(stirring(touch, behind, behind, world)):
                    return False
            case _:
                pass
    return True


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
        whole = {each.table for each in self.dropped if _is_whole(each)}
        return tuple(each for each in self.dropped if _is_whole(each) or each.table not in whole)

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

    def touch(self, touch: Rows) -> None:
        """Note the rows that a statement deletes or overwrites."""
        name = self.world.named(touch.table)
        if self.world.is_temporary(touch.table) or name in FACTS:
            return
        behind = set(behind_of(name, self.world))
        if touch.every:
            along = emptied_along(behind, self.world) if touch.cascade else ()
            for each in (name, *sorted({*behind, *along} - {name})):
                self.drop_table(each)
        elif touch.removes or touch.sets:
            is_itself = not self._is_view(name)
            for each in (name,) if is_itself else sorted(each for each in behind if not self._is_view(each)):
                self._change_rows(each, touch if is_itself else replace(touch, named=()))

    def call(self, call: Called) -> None:
        """Note the messages that go with or from a queue."""
        if KNOWN.get(call.name) is Effect.LOSES_FROM_QUEUE and call.argument is not None:
            for prefix in ("q", "a"):
                self.dropped[Dropped(table=Name(call.name.schema, f"{prefix}_{call.argument.lower()}"))] = (
                    None
                )

    def _is_view(self, name: Name) -> bool:
        table = self.world.tables.get(name)
        return table is not None and table.kind is TableKind.VIEW

    def _change_rows(self, name: Name, touch: Rows) -> None:
        if name in self.world.fresh:
            return
        only = tuple(
            tuple(
                sorted(
                    (self.columns.get((name, column), column), tuple(sorted(values)))
                    for column, values in side.items()
                )
            )
            for side in touch.named
        )
        by = Verb(touch.verb).upper()
        for column in (None,) if touch.removes else touch.sets:
            was = None if column is None else self.columns.get((name, column), column)
            self.dropped[Dropped(table=self.tables.get(name, name), column=was, by=by, only=only)] = None

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


def _is_whole(dropped: Dropped) -> bool:
    return dropped.column is None and dropped.by is None


def _columns_of(table: Table, type_: Name) -> Iterator[str]:
    words = {str(type_), *([type_.name] if type_.schema in {None, "public"} else [])}
    return (
        name
        for name, column in table.columns.items()
        if column.type.removesuffix("[]").replace('"', "") in words
    )


def _known(table: Table, world: World) -> list[Name]:
    return [parent for parent in table.parents if parent in world.tables]
