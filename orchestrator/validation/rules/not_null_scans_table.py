"""A column that becomes NOT NULL: every row is read while nobody may read or write."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import SetNotNull
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

#: the first server with NOT NULL … NOT VALID
_HAS_NOT_VALID = 18


def check(marked: Marked) -> Iterator[Finding]:
    """Report each column of which it is not known that it is so already."""
    change = marked.change
    if not isinstance(change, SetNotNull) or marked.is_on_new_table:
        return
    column = marked.before.columns.get(change.column) if marked.before else None
    if column is None or not column.not_null:
        message = f"Every row is searched for NULL in {marked.table}.{change.column}"
        yield marked.finding(RULE, f"{message} while nobody reads or writes", remedy=_remedy(marked, change))


def _remedy(marked: Marked, change: SetNotNull) -> str:
    assert marked.table is not None
    table, column = spelled(marked.table), spelled(Name(None, change.column))
    name = spelled(Name(None, f"{marked.table.name}_{change.column}_not_null"))
    major = marked.aftermath.terms.server_major
    if major is not None and major >= _HAS_NOT_VALID:
        here = f"alter table {table} add constraint {name} not null {column} not valid"
        return f"Here: {here}; in a later migration: alter table {table} validate constraint {name}"
    here = f"alter table {table} add constraint {name} check ({column} is not null) not valid"
    return f"Here: {here}; in a later migration: validate constraint {name}, set not null, drop constraint"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="SET NOT NULL on a column of a table that is there already",
    effect="Reads and writes wait while every row is searched for NULL",
    remedy="Add a constraint NOT VALID first, and validate it in a later migration",
    check=check,
    source=Source.SQUAWK,
    marks=("adding-not-nullable-field",),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.SCAN),
)
