"""A new column that must have a value, and rows that have none for it."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.survey import Size
from orchestrator.validation.changes import AddColumn, ColumnDefinition, ConstraintKind
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule

_REQUIRED = "adding-required-field"
_OF_KEY = "Let it be numbered: bigint generated always as identity primary key"
_SERIALS = frozenset({"serial", "bigserial", "smallserial"})


def check(marked: Marked) -> Iterator[Finding]:
    """Report NOT NULL and PRIMARY KEY beside a new column without a value."""
    if not isinstance(marked.change, AddColumn) or marked.is_on_new_table or marked.is_applied:
        return
    if _has_value(marked.change.column):
        return
    if marked.mark.name != _REQUIRED and marked.is_also(_REQUIRED):
        return
    column = marked.change.column
    demand = "PRIMARY KEY" if column.has(ConstraintKind.PRIMARY_KEY) else "NOT NULL"
    message = f"{marked.table}.{column.name} is added as {demand} without a default"
    severity, effect = _weight(marked)
    remedy = _OF_KEY if demand == "PRIMARY KEY" else RULE.remedy
    yield marked.finding(RULE, message, severity=severity, effect=effect, remedy=remedy)


def _has_value(column: ColumnDefinition) -> bool:
    return column.default is not None or column.identity or column.type in _SERIALS


def _weight(marked: Marked) -> tuple[Severity, str]:
    """Say what the target's statistics know: a single row is enough to fail."""
    size = _size(marked)
    if size is None:
        return RULE.severity, RULE.effect
    if size.rows == 0:
        return (
            Severity.NOTE,
            f"{marked.table} seems to be empty; with a single row the server refuses (23502)",
        )
    return Severity.ERROR, f"{marked.table} has about {size.rows:,} rows: the server refuses (23502)"


def _size(marked: Marked) -> Size | None:
    survey = marked.aftermath.terms.survey
    return survey.sizes.get(marked.table) if survey and marked.table else None


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A new column is NOT NULL and has no default, on a table that is there already",
    effect="The server refuses it as soon as the table has a row (23502)",
    remedy="Give it a default; or add it without NOT NULL, fill it, and demand it in a later migration",
    check=check,
    source=Source.SQUAWK,
    marks=(_REQUIRED, "adding-serial-primary-key-field"),
)
