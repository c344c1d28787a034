"""A table without a primary key."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import TableKind
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule

_KEYED = frozenset({TableKind.TABLE, TableKind.PARTITIONED})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new table; a partition has its parent's key."""
    for table, seen in aftermath.new_tables():
        if table.kind in _KEYED and not (table.primary_key or table.parents):
            yield aftermath.finding(RULE, f"{table.name} has no primary key", seen, about=table.name)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A new table has no primary key",
    effect="No row can be named: realtime, logical replication and the API's updates of one row do not work",
    remedy="Give it one: id uuid primary key default gen_random_uuid(), or what makes a row unique",
    check=check,
)
