"""A table whose rows do not say when they were made and changed."""

from collections.abc import Iterator
from itertools import chain

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Table
from orchestrator.validation.declared import column_created, column_updated, new_ordinary_tables
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule

_CREATED = "created_at timestamptz not null default now()"
_UPDATED = "updated_at timestamptz not null default now()"


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new table; that only updated_at is missing is no more than a note."""
    for table, seen in new_ordinary_tables(aftermath):
        created = column_created(table) is not None
        updated = column_updated(table) is not None or _is_junction(table)
        if created and updated:
            continue
        yield aftermath.finding(
            RULE,
            f"{table.name} has {_what(created=created, updated=updated)}",
            seen,
            about=table.name,
            severity=Severity.NOTE if created else None,
            remedy=_remedy(created=created, updated=updated),
        )


def _is_junction(table: Table) -> bool:
    """Tell whether the rows only join others: they are made and deleted, never changed."""
    referring = set(chain.from_iterable(key.columns for key in table.foreign_keys))
    return len(table.primary_key) > 1 and referring.issuperset(table.primary_key)


def _what(*, created: bool, updated: bool) -> str:
    if created or updated:
        return "no updated_at" if created else "no created_at"
    return "neither created_at nor updated_at"


def _remedy(*, created: bool, updated: bool) -> str:
    columns = [*([] if created else [_CREATED]), *([] if updated else [_UPDATED])]
    if updated:
        return f"Add {columns[0]}"
    return f"Add {', '.join(columns)}; and a trigger that keeps updated_at"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A new table has no created_at or no updated_at",
    effect="Nobody can tell later when a row was made or changed; no later migration brings that back",
    remedy=f"Add {_CREATED}, {_UPDATED}",
    check=check,
)
