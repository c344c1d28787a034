"""A constraint that is checked against every row while nobody may read or write."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddColumn, AddConstraint, Constraint, ConstraintKind
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

_ADDED = "constraint-missing-not-valid"
#: the only mark that stands at a CHECK beside a new column
_BESIDE_COLUMN = "ban-new-write-restriction"
#: the whole table is written anew, or the column cannot come to be: then that is the hazard
_WORSE = ("adding-field-with-default", "adding-required-field", "prefer-identity")


def check(marked: Marked) -> Iterator[Finding]:
    """Report CHECK and NOT NULL as constraints of their own; a new column's CHECK is a note."""
    constraint = marked.constraint
    if constraint is None or marked.is_on_new_table or not constraint.enforced or constraint.not_valid:
        return
    if _is_added(marked, constraint):
        yield marked.finding(RULE, _message(constraint, marked), remedy=_remedy(constraint, marked))
    elif _is_beside_column(marked, constraint):
        yield marked.finding(
            RULE,
            _message(constraint, marked),
            severity=Severity.NOTE,
            remedy="On a large table, add the column first, the CHECK with NOT VALID, and VALIDATE it later",
        )


def _is_added(marked: Marked, constraint: Constraint) -> bool:
    if marked.mark.name != _ADDED or not isinstance(marked.change, AddConstraint):
        return False
    if constraint.kind is ConstraintKind.NOT_NULL and marked.before is not None:
        columns = [marked.before.columns.get(name) for name in constraint.columns]
        return not all(column is not None and column.not_null for column in columns)
    return constraint.kind in {ConstraintKind.CHECK, ConstraintKind.NOT_NULL}


def _is_beside_column(marked: Marked, constraint: Constraint) -> bool:
    is_check = constraint.kind is ConstraintKind.CHECK and marked.mark.name == _BESIDE_COLUMN
    return is_check and isinstance(marked.change, AddColumn) and not marked.is_also(*_WORSE)


def _message(constraint: Constraint, marked: Marked) -> str:
    what = constraint.name or f"a new {constraint.kind.upper()}"
    return f"Every row of {marked.table} is checked for {what} while nobody reads or writes it"


def _remedy(constraint: Constraint, marked: Marked) -> str:
    if marked.table is None or constraint.name is None:
        return "Give it a name and NOT VALID here, and VALIDATE CONSTRAINT in a later migration"
    table, name = spelled(marked.table), spelled(Name(None, constraint.name))
    return f"Add NOT VALID here, and in a later migration: alter table {table} validate constraint {name}"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A CHECK or NOT NULL constraint is added to a table that is there already, without NOT VALID",
    effect="Reads and writes wait while every row is checked",
    remedy="Add NOT VALID here, and VALIDATE CONSTRAINT in a later migration",
    check=check,
    source=Source.SQUAWK,
    marks=(_ADDED, _BESIDE_COLUMN),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.SCAN),
)
