"""One way through a file: a migration forth, or its rollback back, and what becomes of rows on it.

Cautious: what the files do not make for certain was there before, with rows in it.
"""

import re
from typing import Final

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Change, Verb
from orchestrator.validation.grammar.touches import Asked, Called, Converted, Hidden, Moved, Rows, Touch
from orchestrator.validation.grammar.touching import touches_in
from orchestrator.validation.losses.called import Effect, effect_of
from orchestrator.validation.losses.conversions import gives_back, keeps_instants
from orchestrator.validation.losses.notes import Notes, Told
from orchestrator.validation.losses.stirred import (
    behind_of,
    emptied_along,
    is_new_sequence,
    keys_that_cascade,
    may_ask,
    reached,
    ruled,
    stirring,
    working_out,
)
from orchestrator.validation.losses.taken_back import inserted_rows, takes_back
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.world.certainty import forget_all
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

#: how a statement begins that may touch rows; the others are not read once more
_MAY_TOUCH: Final = re.compile(
    r"\(|(?:call|copy|declare|delete|do|explain|insert|merge|prepare|select|refresh|truncate|update|values|with)\b"
    r"|create\s+(?:\w+\s+){0,3}?table\b|create\s+materialized\b|alter\s+extension\b"
    r"|alter\s(?s:.*)\b(?:using|restart)\b|alter\s+table\b(?s:.*)\(",
    re.IGNORECASE,
)
#: rows that declare something are facts, which are compared anyway
FACTS: Final = frozenset({Name("storage", "buckets"), Name("cron", "job"), Name("pgmq", "meta")})
_SECRETS: Final = Name("vault", "secrets")
_OLD_VALUES: Final = "the old values do not come back"


class Way:
    """One pass over the migration or, with the way `forth`, over its rollback."""

    def __init__(self, world: World, *, is_known: bool, forth: "Way | None" = None) -> None:
        """Begin; `is_known`: the world began with all that was there."""
        self.world = world
        self.is_known = is_known
        self.forth = forth
        #: what was seen, and of the way forth what it left for the way back
        self.notes = Notes(world=world)
        if forth is not None:
            before = forth.notes
            self.notes = Notes(world=world, before=before, added=before.added, cascading=before.cascading)
        #: columns of which UTC says how their values become others, as people write them
        self.in_utc: set[str] = set()
        #: columns whose values are worked out anew
        self.converted: set[tuple[Name, str]] = set()
        #: queues that it makes
        self.queues: set[str] = set()

    def read(self, file: SqlText) -> None:
        """Go through a file."""
        self.world.begin_file(reads_in_part=file.is_read_in_part)
        if file.text is None:
            self.notes.unseen.append(f"{file.path} is no text: it may change rows")
        for part in file.parts:
            self._read(part, file)

    def _read(self, part: Part, file: SqlText) -> None:
        if file.hides(part):
            forget_all(self.world)
            if not part.parsed.copies_from_stdin and not part.parsed.undoes:
                place = self._place(part, file)
                self.notes.unseen.append(f"a statement that cannot be read{place} may change rows")
        touches = touches_in(part.text) if may_touch(part) else ()
        for touch in touches:
            if isinstance(touch, Converted):
                self._convert(touch, self._place(part, file, touch.offset))
        for change in part.parsed.changes:
            self.notes.follow(change)
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
            case Asked(names=names) if may_ask(names, self.world):
                self.notes.unseen.append(f"a view that is read{place} may call what changes rows")
            case Hidden():
                self.notes.unseen.append(f"{touch.what}{place} {touch.may}")

    def _place(self, part: Part, file: SqlText, offset: int = 0) -> str:
        line = file.place(part.offset + offset)[0]
        return f" (line {line} of the rollback)" if self.forth else f" (line {line})"

    # rows ---------------------------------------------------------------------------------------------------

    def _touch(self, touch: Rows, place: str) -> None:
        name = self.world.named(touch.table)
        if self.world.is_temporary(touch.table) or name in FACTS:
            return
        behind = set(behind_of(name, self.world))
        if touch.cascade:
            behind |= set(emptied_along(behind, self.world))
        old = frozenset(each for each in behind if self._is_old(each))
        self._stir(touch, behind, old, place)
        if not old:
            return
        words = _WORDS[touch.verb].format(name=name, place=place)
        if touch.removes and not self._takes_back(touch, old):
            self.notes.lost.append(Told(words=f"{words}: {_REMOVED[touch.verb]}", names=old))
        elif self._overwrites(touch, old) and not (self.forth and self.forth.notes.has_lost(old)):
            more = " ON CONFLICT DO UPDATE" if touch.verb is Verb.INSERT else ""
            words_of_it = _WORDS[touch.verb].format(name=f"{name}{more}", place=place)
            self.notes.lost.append(Told(words=f"{words_of_it}: {_OLD_VALUES}", names=old))
        self.notes.forget_values(old, touch.sets)
        if touch.adds and not (self.forth and self.forth.notes.has_emptied(old)):
            stay = (
                "these rows were not there before"
                if self.forth
                else "the rollback does not remove these rows"
            )
            rows = inserted_rows(touch, self.world)
            self.notes.inserted.append(Told(words=f"{words}: {stay}", names=old, rows=rows))
        if touch.removes and (self.forth is None or touch.every or not touch.named):
            self.notes.emptied.append(Told(words=words, names=old))

    def _stir(self, touch: Rows, behind: set[Name], old: frozenset[Name], place: str) -> None:
        """Tell what else changes with these rows."""
        for each in ruled(touch, behind, self.world):
            self.notes.unseen.append(f"a rule of {each}{place} may change other rows")
        for each in working_out(touch, behind, self.world):
            self.notes.unseen.append(f"a default or a check of {each}{place} may change other rows")
        for each in stirring(touch, behind, old, self.world):
            self.notes.unseen.append(f"a trigger of {each}{place} may change other rows")
        for each in reached(touch, behind, self.notes.cascading, self.world):
            if self._is_old(each):
                words = (
                    f"{_WORDS[touch.verb].format(name=each, place=place)}, which refers to the changed rows"
                )
                self.notes.lost.append(
                    Told(words=f"{words}: what goes along does not come back", names=frozenset({each}))
                )

    def _takes_back(self, touch: Rows, old: frozenset[Name]) -> bool:
        """Tell whether only rows go that the migration inserted."""
        if self.forth is None or touch.verb is not Verb.DELETE:
            return False
        rows = [each.rows for each in self.forth.notes.inserted if each.names == old and each.rows]
        return takes_back(touch, rows, self.world)

    def _overwrites(self, touch: Rows, old: frozenset[Name]) -> bool:
        return any((each, column) not in self.notes.added for each in old for column in touch.sets)

    def _is_old(self, name: Name) -> bool:
        """Tell whether it may have been there before; IF NOT EXISTS makes nothing that was."""
        return name not in self.world.fresh or (not self.is_known and name in self.world.supposed)

    # calls --------------------------------------------------------------------------------------------------

    def _call(self, call: Called, place: str) -> None:
        queues = self.queues | (self.forth.queues if self.forth else set())
        words = f"the call of {call.name}{place}"
        match effect_of(call.name, self.world, alone=call.alone, is_known=self.is_known):
            case Effect.UNSEEN:
                self.notes.unseen.append(f"{words} may change rows")
            case Effect.LOSES:
                self.notes.lost.append(Told(words=f"{words}: what it changes does not come back"))
            case Effect.ADDS:
                names = frozenset({_SECRETS})
                self.notes.inserted.append(
                    Told(words=f"{words}: the rollback does not take it back", names=names)
                )
            case Effect.MAKES_QUEUE if call.argument is not None:
                self.queues.add(call.argument)
            case Effect.ADDS_TO_QUEUE if call.argument not in queues:
                self.notes.inserted.append(
                    Told(words=f"{words}: the rollback does not take these messages back")
                )
            case Effect.LOSES_FROM_QUEUE if call.argument not in queues:
                self.notes.lost.append(Told(words=f"{words}: the messages of the queue do not come back"))

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
        self.notes.lost.append(Told(words=f"{words} does not come back"))

    # values that become those of another type ---------------------------------------------------------------

    def _convert(self, found: Converted, place: str) -> None:
        table = self.world.table(found.table)
        name = table.name if table else self.world.named(found.table)
        column = (name, found.column)
        if not self._is_old(name) or column in self.notes.added:
            return
        known = table.columns.get(found.column) if table else None
        if known and found.in_utc and keeps_instants(known.type, found.type):
            self.in_utc.add(f"{name}.{found.column}")
            return
        if gives_back(found, known.type if known else None, self.world):
            return
        if self.forth is None or column not in self.forth.converted:
            words = f"TYPE {found.type} of {name}.{found.column}{place}: {_OLD_VALUES}"
            self.notes.lost.append(Told(words=words, names=frozenset({name})))
        self.converted.add(column)

    def _note_keys(self, change: Change) -> None:
        """Remember the foreign keys that take rows along."""
        names = keys_that_cascade(change, self.world, self.notes.added)
        if names is None:
            self.notes.unseen.append("a foreign key of a table that is not known may take rows along")
        self.notes.cascading |= names or set()


def may_touch(part: Part) -> bool:
    """Tell cheaply whether a statement may touch rows."""
    return part.parsed.fault is None and _MAY_TOUCH.match(part.text) is not None


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
