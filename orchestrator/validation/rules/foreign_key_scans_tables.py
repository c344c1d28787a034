"""A foreign key that is checked while neither of two tables may be written."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddColumn, Constraint, ConstraintKind
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled


def check(marked: Marked) -> Iterator[Finding]:
    """Report each that has to look at rows."""
    constraint = marked.constraint
    if constraint is None or marked.is_on_new_table or not _looks_at_rows(marked, constraint):
        return
    message = f"{_columns(marked, constraint)} is looked up in {constraint.references}"
    message = f"{message} while neither table can be written"
    yield marked.finding(RULE, message, remedy=_remedy(marked, constraint))


def _looks_at_rows(marked: Marked, constraint: Constraint) -> bool:
    if constraint.kind is not ConstraintKind.FOREIGN_KEY or constraint.not_valid or not constraint.enforced:
        return False
    if not isinstance(marked.change, AddColumn):
        return True
    has_value = marked.change.column.default is not None
    return has_value and not marked.is_also("adding-field-with-default")


def _columns(marked: Marked, constraint: Constraint) -> str:
    if len(constraint.columns) == 1:
        return f"{marked.table}.{constraint.columns[0]}"
    return f"{marked.table} ({', '.join(constraint.columns)})"


def _remedy(marked: Marked, constraint: Constraint) -> str:
    assert marked.table is not None
    chosen = "_".join((marked.table.name, *constraint.columns, "fkey"))
    name = spelled(Name(None, constraint.name or chosen))
    later = f"in a later migration: alter table {spelled(marked.table)} validate constraint {name}"
    if isinstance(marked.change, AddColumn):
        return f"Add the column without REFERENCES here and {name} with NOT VALID, and {later}"
    return f"Add NOT VALID here, and {later}"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A foreign key is added to a table that is there already, without NOT VALID",
    effect="Every INSERT, UPDATE and DELETE on both tables waits while each row is looked up",
    remedy="Add NOT VALID here, and VALIDATE CONSTRAINT in a later migration",
    check=check,
    source=Source.SQUAWK,
    marks=("adding-foreign-key-constraint",),
    hazard=Hazard(blocks=Blocks.WRITES, work=Work.LOOK_UP),
)
