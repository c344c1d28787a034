"""A new column with a value of its own in every row: the whole table is written anew."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.changes import AddColumn, ColumnDefinition
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule

#: the only mark that stands at a serial column
_SERIAL = "prefer-identity"
_SERIALS = frozenset({"serial", "bigserial", "smallserial"})


def check(marked: Marked) -> Iterator[Finding]:
    """Report each mark on a table that was there before; a VIRTUAL column is never stored."""
    if not isinstance(marked.change, AddColumn) or marked.is_on_new_table:
        return
    column = marked.change.column
    if column.generated == "virtual" or (marked.mark.name == _SERIAL and column.type not in _SERIALS):
        return
    message = (
        f"Adding {marked.table}.{column.name} writes every row anew while nobody reads or writes the table"
    )
    yield marked.finding(RULE, message, remedy=_remedy(column))


def _remedy(column: ColumnDefinition) -> str:
    if column.generated:
        return (
            "On PostgreSQL 18 make it VIRTUAL; else add a plain column, fill it by a trigger and in portions"
        )
    if column.identity or column.type in _SERIALS:
        return "Add a plain bigint, set a sequence as its default, number the old rows in portions"
    return "Add the column without a default, SET DEFAULT in a second command, fill the old rows in portions"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A column is added whose default differs from row to row: volatile, serial, IDENTITY, STORED",
    effect="Reads and writes wait while the whole table and its indexes are written anew",
    remedy="Add the column without a default, SET DEFAULT in a second command, fill the old rows in portions",
    check=check,
    source=Source.SQUAWK,
    marks=("adding-field-with-default", _SERIAL),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.REWRITE),
)
