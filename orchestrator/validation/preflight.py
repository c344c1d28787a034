"""What is asked of the target's rows before anything is applied, and what the answers mean.

Pure: the questions go out, the answers come in; who asks stands in stages/validate.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.finding import Finding
from orchestrator.domain.obstacle import Obstacle
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    CallFunction,
    Change,
    ChangeRows,
    CreateIndex,
    CreateTable,
    Drop,
    Rename,
    SetNotNull,
    Unseen,
    ValidateConstraint,
)
from orchestrator.validation.grammar.demands import demands_of, postponed_by
from orchestrator.validation.rules import rows_in_the_way, rows_not_counted
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.world.world import SEARCH_PATH

_DEMANDING: Final = (AddColumn, AddConstraint, AlterColumnType, CreateIndex, SetNotNull, ValidateConstraint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One demand of a pending statement, asked before it runs."""

    demand: Demand
    file: SqlText
    #: in characters of the file
    offset: int
    #: where an earlier statement of the same deployment may mend the rows: "path:line"; None: nowhere
    mended_at: str | None


def questions(files: Sequence[SqlText]) -> Iterator[Question]:
    """Yield what the pending files demand of rows that are there already, in order.

    Nothing about tables that the files themselves make, drop or rename: their rows are not those of today.
    """
    asked = _Asked()
    for file in files:
        for part in file.parts:
            yield from asked.about(file, part)


@dataclass(kw_only=True)
class _Asked:
    """What the statements up to here mean for the next question."""

    #: tables that the files make, drop or rename
    own: set[str] = field(default_factory=set)
    #: by table: where rows of it were last changed
    mended: dict[str, str] = field(default_factory=dict)
    #: where code ran of which nobody knows what it changes
    unseen: str | None = None
    #: by table and name: what constraints that were added NOT VALID will demand once they are validated
    postponed: dict[tuple[str, str], Demand] = field(default_factory=dict)

    def about(self, file: SqlText, part: Part) -> Iterator[Question]:
        """Yield the questions of one statement, then take in what it changes."""
        found = part.parsed.changes
        if any(isinstance(change, _DEMANDING) and not change.guarded for change in found):
            for demand in demands_of(part.text):
                demanded = self._postponed(demand)
                if not {_key(demanded.table), _key(demanded.references)} & self.own:
                    yield Question(
                        demand=demanded,
                        file=file,
                        offset=part.offset + demanded.offset,
                        mended_at=self.mended.get(_key(demanded.table)) or self.unseen,
                    )
            for demand in postponed_by(part.text):
                if demand.name:
                    self.postponed[_key(demand.table), demand.name] = demand
        self._take_in(found, _at(file, part))

    def _postponed(self, demand: Demand) -> Demand:
        """Return what the constraint demands that is validated, when a pending statement adds it."""
        if demand.kind is not DemandKind.VALIDATE:
            return demand
        added = self.postponed.get((_key(demand.table), demand.name or ""))
        return replace(added, offset=demand.offset) if added else demand

    def _take_in(self, found: Sequence[Change], where: str) -> None:
        for change in found:
            self.own |= {_key(name) for name in _made_or_moved(change)}
            match change:
                case ChangeRows():
                    self.mended[_key(change.table)] = where
                case Unseen() | CallFunction():
                    self.unseen = where


def findings(question: Question, obstacle: Obstacle) -> Iterator[Finding]:
    """Put an answer into words."""
    at = question.file.place(question.offset)
    rule = rows_not_counted if obstacle.unknown else rows_in_the_way
    yield from rule.report(
        question.demand, obstacle, file=question.file.path, at=at, mended_at=question.mended_at
    )


def _made_or_moved(change: Change) -> Iterator[Name]:
    match change:
        case CreateTable():
            yield change.table
        case Drop() if change.part is None:
            yield change.name
        case Rename() if change.part is None:
            yield from (change.name, Name(change.name.schema, change.new))


def _key(name: Name | None) -> str:
    """Name a table so that the same one is the same, with its schema or without."""
    return "" if name is None else str(Name(name.schema or SEARCH_PATH[0], name.name))


def _at(file: SqlText, part: Part) -> str:
    return f"{file.path}:{file.place(part.offset)[0]}"
