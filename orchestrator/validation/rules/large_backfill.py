"""A million rows are changed in one transaction."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name, Table
from orchestrator.domain.survey import Size
from orchestrator.validation.changes import ChangeRows, Verb
from orchestrator.validation.hazard import Work, duration, figures, seconds_of
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_MANY: Final = 1_000_000


def check(moment: Moment[ChangeRows]) -> Iterator[Finding]:
    """Report what may touch so many rows; one that names its rows by a key does not."""
    change = moment.change
    if moment.terms.survey is None or change.verb in {Verb.TRUNCATE, Verb.COPY}:
        return
    name, size = _largest(moment)
    if size is None or size.rows <= _MANY or _is_narrow(change, moment.world.table(change.table)):
        return
    on = f"into {moment.world.named(change.table)} from" if change.verb is Verb.INSERT else "on"
    yield moment.finding(
        RULE,
        f"{change.verb.upper()} {on} {moment.world.named(name)} may go over {figures(size)}",
        about=change.table,
        effect=f"About {duration(seconds_of(Work.REWRITE, size))} in one transaction if it is for all: its"
        " row locks and dead rows stay until the end, and statement_timeout may end it before",
    )


def _largest(moment: Moment[ChangeRows]) -> tuple[Name, Size | None]:
    """Return what decides how many rows there are: the table, or the largest that an INSERT selects from."""
    change = moment.change
    if change.verb is not Verb.INSERT:
        return change.table, moment.size(change.table)
    if change.query is None:
        return change.table, None
    sizes = [(each, moment.size(each)) for each in sorted(change.query.reads, key=str)]
    return max(sizes, key=lambda each: each[1].rows if each[1] else 0, default=(change.table, None))


def _is_narrow(change: ChangeRows, table: Table | None) -> bool:
    """Tell whether its WHERE gives all columns of a unique key."""
    condition = change.where or change.query
    if condition is None or table is None:
        return False
    given = {each.column for each in condition.equalities}
    keys = [table.primary_key, *(each.columns for each in table.indexes if each.unique and not each.partial)]
    return any(key and given.issuperset(key) for key in keys)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="More than a million rows may be changed in one transaction",
    effect="Its row locks and dead rows stay until the end, and statement_timeout may end it before",
    remedy="Change the rows in batches of some thousands outside the migration, and let it only do the rest",
    check=check,
    source=Source.STATISTICS,
    looks_at=(ChangeRows,),
)
