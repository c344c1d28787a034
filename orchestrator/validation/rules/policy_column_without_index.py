"""A policy that searches the table for each question."""

from collections.abc import Iterator, Mapping

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Column, Name, Table
from orchestrator.validation.changes import AlterPolicy, CreatePolicy
from orchestrator.validation.moment import Aftermath, Seen, size_of
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.world.world import World

#: rows from which on nobody wants them read one by one
_LARGE = 10_000
#: too few values for an index to help, or, as in deleted_at is null, most rows pass
_COARSE = frozenset({"boolean", "timestamp with time zone", "timestamp without time zone", "date"})

_Policy = Seen[CreatePolicy] | Seen[AlterPolicy]


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each table once, at the first policy that filters by such a column."""
    found: dict[Name, dict[str, _Policy]] = {}
    policies: tuple[_Policy, ...] = (*aftermath.each(CreatePolicy), *aftermath.each(AlterPolicy))
    for seen in policies:
        table = aftermath.world.tables.get(seen.table) if seen.table else None
        if table is not None and any(each.name == seen.change.name for each in table.policies):
            columns = _not_served(seen.change, table, aftermath)
            found.setdefault(table.name, {}).update(
                (column, seen) for column in columns if column not in found.get(table.name, {})
            )
    for name, of_table in found.items():
        if of_table:
            yield _finding(aftermath, name, of_table)


def _not_served(change: CreatePolicy | AlterPolicy, table: Table, aftermath: Aftermath) -> Iterator[str]:
    """Yield columns of USING that no index begins with; a new foreign key is told of elsewhere."""
    served = {
        index.columns[0] for index in table.indexes if index.columns and index.valid and not index.partial
    }
    if table.name in aftermath.made:
        served.update(key.columns[0] for key in table.foreign_keys)
    for use in change.using.columns if change.using else ():
        column = table.columns.get(use.name)
        outer = not use.inner and use.table in {None, table.name.name}
        if outer and column and use.name not in served and not _is_coarse(column, aftermath.world):
            yield use.name


def _is_coarse(column: Column, world: World) -> bool:
    schema, _, name = column.type.rpartition(".")
    return column.type in _COARSE or world.enum(Name(schema or None, name)) is not None


def _finding(aftermath: Aftermath, table: Name, columns: Mapping[str, _Policy]) -> Finding:
    size = size_of(table, aftermath.terms)
    first = next(iter(columns.values()))
    policies = ", ".join(dict.fromkeys(f'"{seen.change.name}"' for seen in columns.values()))
    who = (
        f"Policies {policies} on {table} filter"
        if "," in policies
        else f"Policy {policies} on {table} filters"
    )
    what = "it" if len(columns) == 1 else "them"
    rows = f", about {size.rows:,} rows" if size else ""
    statements = [f"create index on {spelled(table)} ({spelled(Name(None, column))})" for column in columns]
    return aftermath.finding(
        RULE,
        f"{who} by {', '.join(columns)}, and no index begins with {what}",
        first,
        about=table,
        severity=Severity.WARNING if size and size.rows > _LARGE else Severity.NOTE,
        effect=f"Each question to {table} by the API reads the whole table{rows}",
        remedy="; ".join(statements),
    )


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A policy filters by a column that no index begins with",
    effect="Each question to the table by the API reads the whole table",
    remedy="create index on … (…)",
    check=check,
)
