"""IF NOT EXISTS, and something else exists under this name."""

from collections.abc import Iterator, Sequence
from itertools import islice

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Column, Table, TableKind
from orchestrator.validation.changes import AddColumn, Change, ColumnDefinition, CreateIndex, CreateTable
from orchestrator.validation.makings import Making, is_there, makings, who_made
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.world.certainty import certain_columns
from orchestrator.validation.world.tables import column_of

_ORDINARY = frozenset({TableKind.TABLE, TableKind.PARTITIONED, TableKind.FOREIGN})


def check(moment: Moment[CreateTable | AddColumn | CreateIndex]) -> Iterator[Finding]:
    """Report what will not happen; a note where nothing is lost by it."""
    change = moment.change
    if not change.if_not_exists or change.guarded or moment.is_applied:
        return
    for making in islice(makings(moment.seen, moment.world), 1):
        if is_there(making, moment.world):
            yield from _judge(making, moment)


def _judge(making: Making, moment: Moment[CreateTable | AddColumn | CreateIndex]) -> Iterator[Finding]:
    lost = _lost(moment)
    if lost is None:
        return
    who = who_made(making, moment)
    if lost:
        yield moment.finding(
            RULE, f"{making} is there already, {lost}", remedy=f"{_wish(moment.change)}; {who}"
        )
        return
    yield moment.finding(
        RULE,
        f"{making} is there already",
        severity=Severity.NOTE,
        effect="The statement does nothing",
        remedy=f"Leave it out; {who}",
    )


def _wish(change: Change) -> str:
    if isinstance(change, CreateTable):
        return "Say alter table … add column for what is to be added"
    return "Alter what is there, or choose another name"


def _lost(moment: Moment[CreateTable | AddColumn | CreateIndex]) -> str | None:
    """Say how it differs from what is there; empty: not at all, None: nobody knows."""
    change, table = moment.change, moment.seen.before
    if isinstance(change, CreateTable):
        table = moment.world.tables.get(moment.world.would_be(change.table))
    if table is None or table.kind not in _ORDINARY or certain_columns(table, moment.world) is None:
        return None
    match change:
        case CreateTable():
            return (
                None
                if change.query or change.like or change.parents
                else _columns_lost(change.columns, table)
            )
        case AddColumn():
            there = table.columns[change.column.name]
            return f"as {there.type}" if _differ(column_of(change.column), there) else ""
        case CreateIndex():
            return _index_lost(change, table)


def _columns_lost(columns: Sequence[ColumnDefinition], table: Table) -> str:
    missing = [each.name for each in columns if each.name not in table.columns]
    if missing:
        return f"without {', '.join(missing)}"
    other = [
        f"{each.name} as {there.type}"
        for each in columns
        if _differ(column_of(each), there := table.columns[each.name])
    ]
    return f"with {', '.join(other)}" if other else ""


def _differ(wanted: Column, there: Column) -> bool:
    """Tell whether two types differ, whatever schema and length are written."""
    return _bare(wanted.type) != _bare(there.type)


def _bare(type_: str) -> str:
    head, _, rest = type_.rpartition(".")[2].partition("(")
    return head + rest.partition(")")[2]


def _index_lost(change: CreateIndex, table: Table) -> str | None:
    there = next((each for each in table.indexes if each.name == change.name), None)
    if there is None:
        return "on another table"
    if None in (*there.columns, *change.columns):
        return None
    if there.columns != change.columns:
        return f"on ({', '.join(map(str, there.columns))})"
    return "but not unique" if change.unique and not there.unique else ""


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="IF NOT EXISTS, and something else is there under this name",
    effect="Nothing happens and nothing is said: what the statement describes will not be there",
    remedy="Alter what is there, or choose another name",
    check=check,
    looks_at=(CreateTable, AddColumn, CreateIndex),
)
