"""What is asked of the target's rows before anything is applied, and what the answers mean.

Pure: the questions go out, the answers come in; who asks stands in stages/validate.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.finding import Finding
from orchestrator.domain.obstacle import Obstacle, not_known
from orchestrator.domain.shape import Name, Shape
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    Change,
    CreateIndex,
    DropColumn,
    SetNotNull,
    ValidateConstraint,
)
from orchestrator.validation.grammar.demands import demands_of, postponed_by
from orchestrator.validation.mending import Standing
from orchestrator.validation.rules import rows_in_the_way, rows_not_counted
from orchestrator.validation.sql_text import Part, SqlText

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


def questions(files: Sequence[SqlText], shape: Shape | None = None) -> Iterator[Question]:
    """Yield what the pending files demand of rows that are there already, in order.

    Nothing about tables that the files themselves make, drop, rename or move: their rows are not those of
    today; nor about names of which nobody knows the schema. `shape` is what the target holds now.
    """
    asked = _Asked(standing=Standing(shape or Shape()))
    for file in files:
        asked.standing.begin_file()
        for part in file.parts:
            yield from asked.about(file, part)


@dataclass(kw_only=True)
class _Asked:
    """What the statements up to here mean for the next question."""

    standing: Standing
    #: by table and name: what constraints that were added NOT VALID will demand once they are validated
    postponed: dict[tuple[Name, str], Demand] = field(default_factory=dict)

    def about(self, file: SqlText, part: Part) -> Iterator[Question]:
        """Yield the questions of one statement, then take in what it changes."""
        found, where = part.parsed.changes, _at(file, part)
        demands = any(isinstance(change, _DEMANDING) and not change.guarded for change in found)
        if demands:
            yield from self._questions(file, part, rewritten=any(map(rewrites, found)))
        for change in found:
            self.standing.take_in(change, where)

    def _questions(self, file: SqlText, part: Part, *, rewritten: bool) -> Iterator[Question]:
        for written in demands_of(part.text):
            demand = self._placed(written)
            if demand is not None and self.standing.is_of_today(demand):
                own = _at(file, part) if rewritten and demand.kind is not DemandKind.TYPE else None
                yield Question(
                    demand=demand,
                    file=file,
                    offset=part.offset + demand.offset,
                    mended_at=self.standing.mended_at(demand) or own,
                )
        for written in postponed_by(part.text):
            demand = self._placed(written)
            if demand is not None and demand.name:
                self.postponed[demand.table, demand.name] = demand

    def _placed(self, demand: Demand) -> Demand | None:
        """Qualify its names, and turn what is validated into what was demanded; None: nobody knows them."""
        table = self.standing.named(demand.table)
        if table is None:
            return None
        added = self.postponed.get((table, demand.name or "")) if demand.kind is DemandKind.VALIDATE else None
        if added is not None:
            return replace(added, offset=demand.offset)
        references = self.standing.named(demand.references) if demand.references else None
        if demand.references and references is None:
            return None
        return replace(demand, table=table, references=references)


def rewrites(change: Change) -> bool:
    """Tell whether a change gives columns other values or other names than those of today."""
    return isinstance(change, AlterColumnType | DropColumn)


def findings(question: Question, obstacle: Obstacle) -> Iterator[Finding]:
    """Put an answer into words."""
    at = question.file.place(question.offset)
    rule = rows_not_counted if obstacle.unknown else rows_in_the_way
    yield from rule.report(
        question.demand, obstacle, file=question.file.path, at=at, mended_at=question.mended_at
    )


def not_asked(question: Question, more: int) -> Iterator[Finding]:
    """Say once for a file that the time ended before this question and so many more of it."""
    others = f"; nor were {more:,} more of this file's questions asked" if more else ""
    yield from findings(question, not_known(question.demand, f"the time was used up{others}"))


def _at(file: SqlText, part: Part) -> str:
    return f"{file.path}:{file.place(part.offset)[0]}"
