"""The matrix before and after, side by side, in words: what pages show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation, Matrix

#: a new answer as a sentence
_NEWS: Final = {
    "every": "{identity} may now {commands} on {relation}, every row",
    "allow": "{identity} may now {commands} on {relation}, some rows",
    "deny": "{identity} may no longer {commands} on {relation}",
    "error": "{identity} now fails to {commands} on {relation}",
    "unknown": "{identity} was not asked whether it may {commands} on {relation}",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One identity and one command on one relation, at two moments."""

    command: Command
    identity: str
    before: Cell | None
    after: Cell | None

    @property
    def now(self) -> Cell | None:
        """The newest that is known."""
        return self.after or self.before

    @property
    def changed(self) -> bool:
        """The database says something else than before; that a new relation denies is no news."""
        if self.after is None or self.before is None:
            return self.after is not None and self.after.result is not CellResult.DENY
        was, now = self.before, self.after
        return (was.result, _every_row(was)) != (now.result, _every_row(now))

    @property
    def look(self) -> str:
        """How the cell is drawn: its result, and whether an allow holds for every row."""
        if self.now is None:
            return "none"
        return "every" if _every_row(self.now) else str(self.now.result)

    @property
    def goes_beyond(self) -> bool:
        """It goes beyond one's own rows: every row, or made-up rows of strangers."""
        now = self.now
        return now is not None and (_every_row(now) or bool(now.reach and now.reach.others))

    @property
    def says(self) -> str:
        """The cell in words, for a pointer that rests on it and for readers of screens."""
        what = _in_words(self.now)
        was = f" (was {_in_words(self.before)})" if self.changed and self.before else ""
        return f"{self.identity} {self.command}: {what}{was}"


def _every_row(cell: Cell) -> bool:
    return cell.basis is Basis.EVERY_ROW


def _in_words(cell: Cell | None) -> str:
    if cell is None:
        return "cannot be done here"
    details = (cell.result, cell.basis and cell.basis.replace("-", " "), cell.sqlstate, cell.reason)
    return ", ".join(detail for detail in (*details, _in_rows(cell)) if detail)


def _in_rows(cell: Cell) -> str:
    """Name the made-up rows that were reached."""
    if cell.reach is None or cell.result is not CellResult.ALLOW:
        return ""
    groups = (("own made-up rows", cell.reach.own), ("those of strangers", cell.reach.others))
    return " and ".join(f"{what} {' '.join(labels)}" for what, labels in groups if labels)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One relation."""

    relation: ExposedRelation
    #: it was not there before
    new: bool
    #: by identity, in the order of the table's columns
    marks: tuple[tuple[Mark, ...], ...]

    @property
    def changed(self) -> bool:
        """Something about who may do what is different."""
        return any(mark.changed for group in self.marks for mark in group)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """The whole matrix at two moments."""

    identities: tuple[str, ...]
    rows: tuple[Row, ...]
    #: relations that are gone
    gone: tuple[str, ...]
    #: one sentence for each relation, identity and new answer
    changes: tuple[str, ...]
    #: False: only one moment is known
    compared: bool


def table_of(before: Matrix | None, after: Matrix | None) -> Table | None:
    """Put two moments side by side, or show the only one that is known; None when none is."""
    known = [matrix for matrix in (before, after) if matrix is not None]
    if not any(matrix.relations for matrix in known):
        return None
    old, new = _by_name(known[0]), _by_name(known[-1])
    identities = tuple(dict.fromkeys(cell.identity for relation in new.values() for cell in relation.cells))
    compared = len(known) > 1
    rows = tuple(
        _row(relation, old.get(name), identities, compared=compared) for name, relation in new.items()
    )
    return Table(
        identities=identities,
        rows=tuple(sorted(rows, key=lambda row: (not row.changed, row.relation.name))),
        gone=tuple(sorted(old.keys() - new.keys())),
        changes=tuple(sentence for row in rows for sentence in _sentences(row)),
        compared=compared,
    )


def _row(
    now: ExposedRelation, was: ExposedRelation | None, identities: Iterable[str], *, compared: bool
) -> Row:
    old = _by_question(was)
    new = _by_question(now)
    marks = tuple(
        tuple(
            Mark(
                identity=identity,
                command=command,
                before=old.get((identity, command)),
                after=new.get((identity, command)) if compared else None,
            )
            for command in Command
        )
        for identity in identities
    )
    return Row(relation=now, new=was is None, marks=marks)


def _sentences(row: Row) -> Iterator[str]:
    for group in row.marks:
        commands: dict[str, list[str]] = {}
        for mark in (mark for mark in group if mark.changed):
            commands.setdefault(mark.look, []).append(mark.command)
        for look, which in commands.items():
            yield _NEWS[look].format(
                identity=group[0].identity, commands=", ".join(which), relation=row.relation.name
            )


def _by_name(matrix: Matrix) -> dict[str, ExposedRelation]:
    return {relation.name: relation for relation in matrix.relations}


def _by_question(relation: ExposedRelation | None) -> dict[tuple[str, Command], Cell]:
    return {} if relation is None else {(cell.identity, cell.command): cell for cell in relation.cells}
