"""What is asked of the target's rows before anything is applied, and what the answers mean.

Pure: the questions go out, the answers come in; who asks stands in stages/validate.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.demand import Demand
from orchestrator.domain.finding import Finding
from orchestrator.domain.obstacle import Obstacle
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
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
from orchestrator.validation.grammar.demands import demands_of
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
    own: set[str] = set()
    mended: dict[str, str] = {}
    unseen: str | None = None
    for file in files:
        for part in file.parts:
            found = part.parsed.changes
            if any(isinstance(change, _DEMANDING) and not change.guarded for change in found):
                for demand in demands_of(part.text):
                    if not {_key(demand.table), _key(demand.references)} & own:
                        offset = part.offset + demand.offset
                        where = mended.get(_key(demand.table)) or unseen
                        yield Question(demand=demand, file=file, offset=offset, mended_at=where)
            for change in found:
                own |= {_key(name) for name in _made_or_moved(change)}
                if isinstance(change, ChangeRows):
                    mended[_key(change.table)] = _at(file, part)
                elif isinstance(change, Unseen):
                    unseen = _at(file, part)


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
