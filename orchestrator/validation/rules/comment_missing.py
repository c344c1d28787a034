"""A table that does not say what it is for."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Table
from orchestrator.validation.declared import new_ordinary_tables
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

_UNSHAPED = frozenset({"json", "jsonb"})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new table once: itself and its columns of free form."""
    for table, seen in new_ordinary_tables(aftermath):
        columns = [
            column.name
            for column in table.columns.values()
            if column.type in _UNSHAPED and not column.commented
        ]
        if table.commented and not columns:
            continue
        message, remedy = _words(table, columns)
        yield aftermath.finding(RULE, message, seen, about=table.name, remedy=remedy)


def _words(table: Table, columns: list[str]) -> tuple[str, str]:
    """Return what is missing and how to say it."""
    of_columns = (
        f"comment on column {spelled(table.name)}.{spelled(Name(None, columns[0]))} is '…'" if columns else ""
    )
    if table.commented:
        return f"{table.name} does not say what stands in {', '.join(columns)}", of_columns
    also = f", nor do its columns of free form: {', '.join(columns)}" if columns else ""
    of_table = f"comment on table {spelled(table.name)} is '…'"
    return f"{table.name} has no comment{also}", "; ".join(filter(None, (of_table, of_columns)))


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A new table, or a column of free form (json, jsonb), has no comment",
    effect="Who reads the schema later has to guess what stands there",
    remedy="comment on table … is '…'",
    check=check,
)
