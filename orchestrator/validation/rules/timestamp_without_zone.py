"""A time of day that does not say where."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AddColumn, AlterColumnType, CreateTable
from orchestrator.validation.declared import declared_columns
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule


def check(moment: Moment[CreateTable | AddColumn | AlterColumnType]) -> Iterator[Finding]:
    """Report the columns of a table together, at the first of them."""
    change = moment.change
    if isinstance(change, AlterColumnType):
        if _has_no_zone(change.type):
            yield _finding(moment, [change.column], change.offset)
        return
    columns = [column for column in declared_columns(change) if _has_no_zone(column.type)]
    if columns:
        yield _finding(moment, [column.name for column in columns], columns[0].offset)


def _has_no_zone(type_: str) -> bool:
    return type_.startswith("timestamp") and "without time zone" in type_


def _finding(
    moment: Moment[CreateTable | AddColumn | AlterColumnType], columns: Sequence[str], at: int
) -> Finding:
    table = moment.world.named(moment.change.table)
    several = len(columns) > 1
    message = (
        f"{table}: {', '.join(columns)} {'are' if several else 'is'} of type timestamp without time zone"
    )
    if not several:
        message = f"{table}.{columns[0]} is of type timestamp without time zone"
    return moment.finding(RULE, message, at=at, about=table)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A column is of type timestamp without time zone",
    effect="It holds what a clock showed, not a moment: clients in other zones read another time",
    remedy="Write timestamptz",
    check=check,
    looks_at=(CreateTable, AddColumn, AlterColumnType),
)
