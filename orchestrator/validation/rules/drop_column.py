"""A column is dropped, with all that it holds."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AddColumn, DropColumn
from orchestrator.validation.hazard import figures
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.world.certainty import lacks_column


def check(moment: Moment[DropColumn]) -> Iterator[Finding]:
    """Report each column that was there before."""
    drop, world = moment.change, moment.world
    table = world.table(drop.table)
    if world.is_fresh(drop.table) or _was_added_here(moment):
        return
    if table is not None and lacks_column(table, drop.column, world):
        return  # IF EXISTS does nothing, and without it not-there tells of it
    size = moment.size(drop.table)
    held = f", in {figures(size)}" if size else ""
    yield moment.finding(
        RULE,
        f"{world.named(drop.table)}.{drop.column} is dropped{held}",
        about=drop.table,
        severity=Severity.NOTE if size is not None and not size.rows else None,
    )


def _was_added_here(moment: Moment[DropColumn]) -> bool:
    drop = moment.change
    return any(
        isinstance(each.change, AddColumn)
        and (each.change.table, each.change.column.name) == (drop.table, drop.column)
        for each in moment.earlier
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A column is dropped",
    effect="What it holds is gone, and code that still names it fails at once; no rollback brings it back",
    remedy="Release code that no longer uses the column, then drop it in a later migration",
    check=check,
    looks_at=(DropColumn,),
)
