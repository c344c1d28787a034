"""A unique constraint whose index is built while nobody may read or write."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddColumn, Constraint
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

_OF_NEW_COLUMN = "Add the column without UNIQUE here, and the constraint USING INDEX in a later migration"


def check(marked: Marked) -> Iterator[Finding]:
    """Report each mark on a table that was there before."""
    constraint = marked.constraint
    if constraint is None or marked.table is None or marked.is_on_new_table:
        return
    if not marked.is_also("adding-field-with-default"):
        columns = ", ".join(constraint.columns)
        message = f"The index of unique ({columns}) is built while nobody reads or writes {marked.table}"
        new = isinstance(marked.change, AddColumn)
        remedy = _OF_NEW_COLUMN if new else _remedy(marked.table, constraint)
        yield marked.finding(RULE, message, remedy=remedy)


def _remedy(table: Name, constraint: Constraint) -> str:
    columns = ", ".join(spelled(Name(None, column)) for column in constraint.columns)
    chosen = "_".join((table.name, *constraint.columns, "key"))
    name, on = spelled(Name(None, constraint.name or chosen)), spelled(table)
    return (
        f"In an earlier file of its own: create unique index concurrently {name} on {on} ({columns});"
        f" here: alter table {on} add constraint {name} unique using index {name}"
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A unique constraint is added to a table that is there already",
    effect="Reads and writes wait until its index is built",
    remedy="Build the index with CONCURRENTLY in an earlier file of its own; add the constraint USING INDEX",
    check=check,
    source=Source.SQUAWK,
    marks=("disallowed-unique-constraint",),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.INDEX),
)
