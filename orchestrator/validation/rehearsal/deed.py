"""What a statement did in the rehearsal to tables that were there before it: also what no reader sees.

A function, a block or a trigger may write a table anew, and so may a new version of the server. What it did
was seen on the copy; how long that takes is estimated from the sizes on the target.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.rehearsal import StatementTrace, lock_words
from orchestrator.domain.shape import Name
from orchestrator.domain.survey import Size
from orchestrator.validation.changes import (
    CallFunction,
    Change,
    ChangeRows,
    CreateIndex,
    Unseen,
    Verb,
)
from orchestrator.validation.hazard import Blocks, Hazard, Work, duration, figures, seconds_of, severity_of
from orchestrator.validation.moment import size_of
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.terms import Terms

#: modes that keep others out, the weakest first; all others let them read and write
_BLOCKING: Final[Mapping[str, Blocks]] = {
    "ShareLock": Blocks.WRITES,
    "ShareRowExclusiveLock": Blocks.WRITES,
    "ExclusiveLock": Blocks.WRITES,
    "AccessExclusiveLock": Blocks.EVERYTHING,
}
_STRENGTH: Final = {mode: strength for strength, mode in enumerate(_BLOCKING)}
#: says nothing about which tables are locked and read
_CLOSED: Final = (CallFunction, ChangeRows, Unseen)
_IDENTIFIER: Final = re.compile(r'"((?:[^"]|"")*)"|([^".]+)')
#: from heavy to light
_WEIGHTS: Final = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Work under a lock that the review has told of, or that an author has allowed."""

    file: str
    #: first and last line, 1-based; None: the whole file
    lines: tuple[int, int] | None
    #: None: whatever its statement is about
    object: str | None
    work: Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A lock that keeps others out."""

    #: as the server calls it
    mode: str
    #: where the statement stands that took it
    line: int

    @property
    def blocks(self) -> Blocks:
        """Who has to wait."""
        return _BLOCKING[self.mode]

    @property
    def words(self) -> str:
        """The mode as SQL writes it: "ACCESS EXCLUSIVE"."""
        return lock_words(self.mode)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """What one statement did."""

    file: str
    line: int
    #: the statements that begin on its line: usually the one
    parts: tuple[Part, ...]
    #: line and column of the first of them
    place: tuple[int, int]
    #: where the last of them ends
    last_line: int
    #: by table: the strongest lock that keeps others out, taken by it or before it in the same migration
    held: Mapping[Name, Held]
    #: tables that it locked so, or more strongly than before
    locked: tuple[Name, ...]
    rewritten: tuple[Name, ...]
    scanned: tuple[Name, ...]

    @property
    def empties(self) -> bool:
        """Tell whether it is a TRUNCATE: that takes a new file as well, and no time."""
        changes = (change for change in self._changes if isinstance(change, ChangeRows))
        return any(change.verb is Verb.TRUNCATE for change in changes)

    @property
    def work(self) -> Work:
        """What the reading of a table is for."""
        index = next((change for change in self._changes if isinstance(change, CreateIndex)), None)
        if index is None:
            return Work.SCAN
        return Work.GIN if index.method == "gin" else Work.INDEX

    def news(self, tables: Iterable[Name], told: Sequence[Told], *, rewritten: bool) -> tuple[Name, ...]:
        """Leave out what was told already; that a table is read does not tell that it is rewritten."""
        about = [
            each
            for each in told
            if each.file == self.file
            and (each.lines is None or (each.lines[0] <= self.last_line and self.line <= each.lines[1]))
            and (each.work is Work.REWRITE or not rewritten)
        ]
        if about and self._is_open:
            return ()
        objects = {each.object for each in about}
        return tuple(table for table in tables if str(table) not in objects)

    @property
    def _changes(self) -> tuple[Change, ...]:
        return tuple(change for part in self.parts for change in part.parsed.changes)

    @property
    def _is_open(self) -> bool:
        """Tell whether what it does can be read: what was said of it was said of all of it."""
        return any(not (change.guarded or isinstance(change, _CLOSED)) for change in self._changes)


def deeds(trace: Sequence[StatementTrace], files: Mapping[str, SqlText]) -> Iterator[Deed]:
    """Put each statement's trace beside the statement, with the locks that its migration holds by then."""
    held: dict[str, dict[Name, Held]] = defaultdict(dict)
    parts = {path: _parts_by_line(file) for path, file in files.items()}
    for each in trace:
        holding = held[each.version]
        locked = tuple(_take(each, holding))
        file = files.get(each.file)
        own = parts[each.file].get(each.line, ()) if file else ()
        yield Deed(
            file=each.file,
            line=each.line,
            parts=own,
            place=file.place(own[0].offset) if file and own else (each.line, 1),
            last_line=file.place(own[-1].offset + len(own[-1].text))[0] if file and own else each.line,
            held=dict(holding),
            locked=locked,
            rewritten=tuple(map(_name_of, each.rewrites)),
            scanned=tuple(map(_name_of, each.scans)),
        )


def heavy(
    rule: AnyRule,
    deed: Deed,
    tables: Sequence[Name],
    doing: str,
    *,
    hazard: Hazard,
    under: Held,
    terms: Terms,
) -> Finding:
    """Report work on tables under a lock; what they hold on the target decides how much it weighs.

    `doing` is what is done to them: "written anew".
    """
    sizes = {table: size_of(table, terms) for table in tables}
    first, *others = sorted(tables, key=lambda table: -(size.bytes if (size := sizes[table]) else 0))
    size = sizes[first]
    what = f"{first} ({figures(size)})" if size else str(first)
    since = f", held since line {under.line}" if under.line != deed.line else ""
    finding = rule.finding(
        f"{what}{_and_others(others)} {doing} under {under.words}{since}",
        file=deed.file,
        at=deed.place,
        about=first,
    )
    return finding if terms.survey is None else _weighed(finding, hazard, sizes, terms)


def _and_others(others: Sequence[Name]) -> str:
    if len(others) > 1:
        return f" and {len(others):,} more tables are"
    return f" and {others[0]} are" if others else " is"


def _weighed(finding: Finding, hazard: Hazard, sizes: Mapping[Name, Size | None], terms: Terms) -> Finding:
    """Let the sizes decide; where one is missing it may be any, and the finding weighs no less than usual."""
    seconds = sum(seconds_of(hazard.work, size) for size in sizes.values() if size)
    severity = severity_of(seconds, terms)
    unknown = next((table for table, size in sizes.items() if size is None), None)
    if unknown is None:
        effect = f"{hazard.blocks.capitalize()} wait for about {duration(seconds)} ({hazard.work})"
        return replace(finding, severity=severity, effect=effect)
    severity = min(finding.severity, severity, key=_WEIGHTS.index)
    effect = f"{finding.effect}; how much {unknown} holds is not known"
    return replace(finding, severity=severity, effect=effect)


def _take(trace: StatementTrace, held: dict[Name, Held]) -> Iterator[Name]:
    """Remember the locks that keep others out; yield the tables that are locked more strongly than before."""
    for lock in trace.locks:
        table, strength = _name_of(lock.relation), _STRENGTH.get(lock.mode)
        before = held.get(table)
        if strength is not None and (before is None or strength > _STRENGTH[before.mode]):
            held[table] = Held(mode=lock.mode, line=trace.line)
            yield table


def _parts_by_line(file: SqlText) -> Mapping[int, tuple[Part, ...]]:
    found: dict[int, tuple[Part, ...]] = {}
    for part in file.parts:
        line, _ = file.place(part.offset)
        found[line] = (*found.get(line, ()), part)
    return found


def _name_of(written: str) -> Name:
    """Read a qualified name as the server writes it, with quotes where it needs them."""
    schema, name = (quoted.replace('""', '"') or plain for quoted, plain in _IDENTIFIER.findall(written))
    return Name(schema, name)
