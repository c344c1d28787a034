"""A primary key whose index is built while nobody may read or write."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddConstraint, Constraint
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled


def check(marked: Marked) -> Iterator[Finding]:
    """Report each on columns that are there; a new column with a key is the business of other rules."""
    if not isinstance(marked.change, AddConstraint) or marked.table is None or marked.is_on_new_table:
        return
    key = marked.change.constraint
    columns = ", ".join(key.columns)
    message = f"The index of primary key ({columns}) is built while nobody reads or writes {marked.table}"
    yield marked.finding(RULE, message, remedy=_remedy(marked.table, key))


def _remedy(table: Name, key: Constraint) -> str:
    columns = ", ".join(spelled(Name(None, column)) for column in key.columns)
    name, on = spelled(Name(None, key.name or f"{table.name}_pkey")), spelled(table)
    return (
        f"In an earlier file of its own: create unique index concurrently {name} on {on} ({columns});"
        f" here: alter table {on} add constraint {name} primary key using index {name}"
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A primary key is added to a table that is there already",
    effect="Reads and writes wait until its index is built, and every row is searched for NULL",
    remedy="Build a unique index with CONCURRENTLY in an earlier file of its own; add the key USING INDEX",
    check=check,
    source=Source.SQUAWK,
    marks=("adding-serial-primary-key-field",),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.INDEX),
)
