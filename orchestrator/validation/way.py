"""One way through a file: a migration forth, or its rollback back, and what becomes of rows on it.

Cautious: what the files do not make for certain was there before, with rows in it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from orchestrator.domain.conversion import ENUM, is_lossless, taken_apart
from orchestrator.domain.shape import Name, TableKind
from orchestrator.validation import changes
from orchestrator.validation.called import Effect, effect_of
from orchestrator.validation.changes import Change, Verb
from orchestrator.validation.grammar.touching import (
    Asked,
    Called,
    Converted,
    Hidden,
    Moved,
    Rows,
    Ruled,
    Touch,
    touches_in,
)
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.stirred import (
    is_new_sequence,
    keys_that_cascade,
    may_ask,
    reached,
    stirring,
)
from orchestrator.validation.taken_back import Row, inserted_rows, takes_back
from orchestrator.validation.world.certainty import RELATIONS, forget_all, renamed
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.inheritance import inherited
from orchestrator.validation.world.world import World

#: how a statement begins that may touch rows; the others are not read once more
_MAY_TOUCH: Final = re.compile(
    r"\(|(?:call|copy|declare|delete|do|explain|insert|merge|prepare|select|refresh|truncate|update|values|with)\b"
    r"|create\s+(?:\w+\s+){0,3}?table\b|create\s+(?:materialized|rule|or\s+replace\s+rule)\b|alter\s(?s:.*)\b(?:using|restart)\b|alter\s+table\b(?s:.*)\(",
    re.IGNORECASE,
)
#: rows that declare something are facts, which are compared anyway
_FACTS: Final = frozenset({Name("storage", "buckets"), Name("cron", "job"), Name("pgmq", "meta")})
_SECRETS: Final = Name("vault", "secrets")
_INSTANTS: Final = frozenset({"timestamp without time zone", "timestamp with time zone"})
_OLD_VALUES: Final = "the old values do not come back"


@dataclass(kw_only=True)
class Told:
    """A line, and the tables that it is about, by the names that they have by now."""

    words: str
    names: frozenset[Name] = frozenset()
    #: of inserted rows: those still there, by their constants; None where nobody knows which they are
    rows: list[Row] | None = None


@dataclass(kw_only=True)
class Way:
    """One pass over the migration or, with `forth`, over its rollback."""

    world: World
    #: whether the world began with all that was there
    is_known: bool
    #: columns that were not there before the migration
    added: set[tuple[Name, str]] = field(default_factory=set)
    #: names of foreign keys made on the way that take rows along: ON DELETE CASCADE and its kind
    cascading: set[str] = field(default_factory=set)
    #: tables with a rule made on the way
    ruled: set[Name] = field(default_factory=set)
    #: the migration's own pass, while its rollback is read
    forth: "Way | None" = None
    lost: list[Told] = field(default_factory=list)
    inserted: list[Told] = field(default_factory=list)
    #: where rows are removed, and tables that are dropped
    emptied: list[Told] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    #: queues that the migration makes
    queues: set[str] = field(default_factory=set)
    #: columns whose values are worked out anew …
    converted: set[tuple[Name, str]] = field(default_factory=set)
    #: … and those of which UTC says how, as people write them
    in_utc: set[str] = field(default_factory=set)

    def read(self, file: SqlText) -> None:
        """Go through a file."""
        self.world.begin_file(reads_in_part=file.is_read_in_part)
        if file.text is None:
            self.unseen.append(f"{file.path} is no text: it may change rows")
        for part in file.parts:
            self._read(part, file)

    def _read(self, part: Part, file: SqlText) -> None:
        done = changes_of(part)
        if file.hides(part) or done is None:
            forget_all(self.world)
            if not part.parsed.copies_from_stdin and not part.parsed.undoes:
                place = self._place(part, file)
                self.unseen.append(f"a statement that cannot be read{place} may change rows")
        touches = touches_in(part.text) if may_touch(part) else ()
        for touch in touches:
            if isinstance(touch, Converted):
                self._convert(touch, self._place(part, file, touch.offset))
        for change in done or ():
            self._follow(change)
            carry_out(change, self.world)
            self._note_keys(change)
        for touch in touches:  # a block may have made what it writes to
            self._tell(touch, self._place(part, file, touch.offset))

    def _tell(self, touch: Touch, place: str) -> None:
        match touch:
            case Rows():
                self._touch(touch, place)
            case Called():
                self._call(touch, place)
            case Moved():
                self._move(touch, place)
            case Ruled(table=table):
                self.ruled.add(self.world.named(table))
            case Asked(names=names) if may_ask(names, self.world):
                self.unseen.append(f"a view that is read{place} may call what changes rows")
            case Hidden(what=what):
                self.unseen.append(f"{what}{place} may change rows")

    def _place(self, part: Part, file: SqlText, offset: int = 0) -> str:
        line = file.place(part.offset + offset)[0]
        return f" (line {line} of the rollback)" if self.forth else f" (line {line})"

    # rows ---------------------------------------------------------------------------------------------------

    def _touch(self, touch: Rows, place: str) -> None:
        name = self.world.named(touch.table)
        if self.world.is_temporary(touch.table) or name in _FACTS:
            return
        behind = set(self._behind(name))
        if touch.cascade:
            behind |= set(self._referring(behind))
        old = frozenset(each for each in behind if self._is_old(each))
        self._stir(touch, behind, old, place)
        if not old:
            return
        words = _WORDS[touch.verb].format(name=name, place=place)
        if touch.removes and not self._takes_back(touch, old):
            self.lost.append(Told(words=f"{words}: {_REMOVED[touch.verb]}", names=old))
        elif self._overwrites(touch, old) and not (self.forth and self.forth.has_lost(old)):
            more = " ON CONFLICT DO UPDATE" if touch.verb is Verb.INSERT else ""
            words_of_it = _WORDS[touch.verb].format(name=f"{name}{more}", place=place)
            self.lost.append(Told(words=f"{words_of_it}: {_OLD_VALUES}", names=old))
        self._forget_values(old, touch.sets)
        if touch.adds and not (self.forth and self.forth.has_emptied(old)):
            stay = (
                "these rows were not there before"
                if self.forth
                else "the rollback does not remove these rows"
            )
            rows = inserted_rows(touch, self.world)
            self.inserted.append(Told(words=f"{words}: {stay}", names=old, rows=rows))
        if touch.removes and (self.forth is None or touch.every or not touch.named):
            self.emptied.append(Told(words=words, names=old))

    def _stir(self, touch: Rows, behind: set[Name], old: frozenset[Name], place: str) -> None:
        """Tell what else changes with these rows."""
        for each in sorted(behind & self.ruled):
            self.unseen.append(f"a rule of {each}{place} may change other rows")
        for each in stirring(touch, behind, old, self.world):
            self.unseen.append(f"a trigger of {each}{place} may change other rows")
        for each in reached(touch, behind, self.cascading, self.world):
            if self._is_old(each):
                words = (
                    f"{_WORDS[touch.verb].format(name=each, place=place)}, which refers to the changed rows"
                )
                self.lost.append(
                    Told(words=f"{words}: what goes along does not come back", names=frozenset({each}))
                )

    def _takes_back(self, touch: Rows, old: frozenset[Name]) -> bool:
        """Tell whether only rows go that the migration inserted."""
        if self.forth is None or touch.verb is not Verb.DELETE:
            return False
        rows = [each.rows for each in self.forth.inserted if each.names == old and each.rows]
        return takes_back(touch, rows, self.world)

    def _overwrites(self, touch: Rows, old: frozenset[Name]) -> bool:
        return any((each, column) not in self.added for each in old for column in touch.sets)

    def _forget_values(self, names: frozenset[Name], columns: Iterable[str]) -> None:
        """Know no more what these columns of inserted rows hold."""
        for way in (self, self.forth) if self.forth else (self,):
            for told in way.inserted:
                for row in (told.rows or ()) if told.names & names else ():
                    for column in columns:
                        row.pop(column, None)

    def has_lost(self, names: frozenset[Name]) -> bool:
        """Tell whether rows of one of these are lost already."""
        return any(each.names & names for each in self.lost)

    def has_emptied(self, names: frozenset[Name]) -> bool:
        """Tell whether it removes rows from one of these."""
        return any(each.names & names for each in self.emptied)

    def _is_old(self, name: Name) -> bool:
        """Tell whether it may have been there before; IF NOT EXISTS makes nothing that was."""
        return name not in self.world.fresh or (not self.is_known and name in self.world.supposed)

    def _behind(self, name: Name) -> Iterator[Name]:
        """Yield whose rows are written under a name: what a view reads, what belongs to a parent."""
        waiting, seen = [name], {name}
        while waiting:
            table = self.world.tables.get(waiting.pop())
            if table is None:
                continue
            is_view = table.kind is TableKind.VIEW
            more = table.reads if is_view else [each.name for each in self.world.children(table.name)]
            waiting.extend(each for each in more if each not in seen)
            seen.update(more)
        yield from seen

    def _referring(self, names: Iterable[Name]) -> Iterator[Name]:
        """Yield what TRUNCATE … CASCADE empties along."""
        waiting, seen = list(names), set(names)
        while waiting:
            name = waiting.pop()
            for table in self.world.users(name):
                refers = any(key.references == name for key in table.foreign_keys)
                if refers and table.name not in seen:
                    seen.add(table.name)
                    waiting.append(table.name)
                    yield table.name

    # calls --------------------------------------------------------------------------------------------------

    def _call(self, call: Called, place: str) -> None:
        queues = self.queues | (self.forth.queues if self.forth else set())
        words = f"the call of {call.name}{place}"
        match effect_of(call.name, self.world, alone=call.alone, is_known=self.is_known):
            case Effect.UNSEEN:
                self.unseen.append(f"{words} may change rows")
            case Effect.LOSES:
                self.lost.append(Told(words=f"{words}: what it changes does not come back"))
            case Effect.ADDS:
                names = frozenset({_SECRETS})
                self.inserted.append(Told(words=f"{words}: the rollback does not take it back", names=names))
            case Effect.MAKES_QUEUE if call.argument is not None:
                self.queues.add(call.argument)
            case Effect.ADDS_TO_QUEUE if call.argument not in queues:
                self.inserted.append(Told(words=f"{words}: the rollback does not take these messages back"))
            case Effect.LOSES_FROM_QUEUE if call.argument not in queues:
                self.lost.append(Told(words=f"{words}: the messages of the queue do not come back"))

    def _move(self, moved: Moved, place: str) -> None:
        """Tell of a sequence that goes on elsewhere; one that is new had no position."""
        if moved.table is not None:
            table = self.world.named(moved.table)
            if self.world.is_temporary(moved.table) or not self._is_old(table):
                return
            words = f"the position of the sequence of {table}{place}"
        elif moved.sequence is not None:
            if is_new_sequence(moved.sequence, self.world, is_known=self.is_known):
                return
            words = f"the position of sequence {moved.sequence}{place}"
        else:
            words = f"the position of a sequence{place}"
        self.lost.append(Told(words=f"{words} does not come back"))

    # values that become those of another type ---------------------------------------------------------------

    def _convert(self, found: Converted, place: str) -> None:
        table = self.world.table(found.table)
        name = table.name if table else self.world.named(found.table)
        column = (name, found.column)
        if not self._is_old(name) or column in self.added:
            return
        known = table.columns.get(found.column) if table else None
        if known and found.in_utc and _keeps_instants(known.type, found.type):
            self.in_utc.add(f"{name}.{found.column}")
            return
        if found.casts is not None and {*found.casts} <= {found.type}:
            return  # the two types say it all
        steps = (
            [self._resolved(each) for each in (known.type, *found.casts, found.type)]
            if (known and found.casts is not None)
            else []
        )
        if steps and all(is_lossless(old, new) for old, new in pairwise(steps)):
            return
        if self.forth is None or column not in self.forth.converted:
            words = f"TYPE {found.type} of {name}.{found.column}{place}: {_OLD_VALUES}"
            self.lost.append(Told(words=words, names=frozenset({name})))
        self.converted.add(column)

    def _resolved(self, written: str) -> str:
        base = written.removesuffix("[]").replace('"', "")
        schema, _, name = base.rpartition(".")
        return written.replace(base, ENUM) if self.world.enum(Name(schema or None, name)) else written

    # what is called otherwise, added, dropped ---------------------------------------------------------------

    def _follow(self, change: Change) -> None:
        """Keep names and columns in step with a change that is about to happen."""
        for each in (*inherited(change, self.world), change):
            match each:
                case changes.AddColumn():
                    self._add_column(each)
                case changes.Rename(kind="column", part=str(old), new=new):
                    table = self.world.named(each.name)
                    self._rename_column(table, old, new)
                case changes.Rename(kind="constraint", part=str(old), new=new) if old in self.cascading:
                    self.cascading.add(new)
                case changes.DropColumn() | changes.AlterColumnType():
                    self._change_column(each)
                case changes.Rename() | changes.SetSchema() if each.kind in RELATIONS:
                    before = self.world.named(each.name)
                    self._rename(before, renamed(before, each))
                case changes.Drop():
                    self._drop(each)

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
        self._forget_values(frozenset({table}), (change.column,))

    def _rename_column(self, table: Name, old: str, new: str) -> None:
        self.added.discard((table, new))
        if (table, old) in self.added:
            self.added.discard((table, old))
            self.added.add((table, new))
        for way in (self, self.forth) if self.forth else (self,):
            for told in way.inserted:
                for row in (told.rows or ()) if table in told.names else ():
                    value = row.pop(old, None)
                    row.pop(new, None)
                    if value is not None:
                        row[new] = value

    def _note_keys(self, change: Change) -> None:
        """Remember the foreign keys that take rows along."""
        names = keys_that_cascade(change, self.world, self.added)
        if names is None:
            self.unseen.append("a foreign key of a table that is not known may take rows along")
        self.cascading |= names or set()

    def _keep_added(self, called: Callable[[Name], Name | None]) -> None:
        """Call the tables of added columns otherwise; None: they are no more."""
        kept = {(name, column) for table, column in self.added if (name := called(table)) is not None}
        self.added.clear()
        self.added |= kept

    def _rename(self, old: Name, new: Name) -> None:
        self._keep_added(lambda table: new if table == old else table)
        if old in self.ruled:
            self.ruled.add(new)
        ways = (self, self.forth) if self.forth else (self,)
        for told in (each for way in ways for each in (*way.lost, *way.inserted, *way.emptied)):
            if old in told.names:
                told.names = (told.names - {old}) | {new}


def may_touch(part: Part) -> bool:
    """Tell cheaply whether a statement may touch rows."""
    return part.parsed.fault is None and _MAY_TOUCH.match(part.text) is not None


def changes_of(part: Part) -> tuple[Change, ...] | None:
    """Return what a statement does; None where that cannot be found out."""
    try:
        return part.parsed.changes
    except RecursionError:
        return None  # a chain of a thousand operators, which the grammar takes


def _keeps_instants(old: str, new: str) -> bool:
    bases = {taken_apart(old)[0], taken_apart(new)[0]}
    plain = [each.replace("with time zone", "without time zone") for each in (old, new)]
    return bases <= _INSTANTS and is_lossless(*plain)


_WORDS: Final = {
    Verb.INSERT: "INSERT into {name}{place}",
    Verb.UPDATE: "UPDATE of {name}{place}",
    Verb.DELETE: "DELETE from {name}{place}",
    Verb.MERGE: "MERGE into {name}{place}",
    Verb.TRUNCATE: "TRUNCATE of {name}{place}",
    Verb.COPY: "COPY into {name}{place}",
}
_REMOVED: Final = {
    Verb.DELETE: "the deleted rows do not come back",
    Verb.TRUNCATE: "its rows do not come back",
    Verb.MERGE: "the deleted rows do not come back",
}
