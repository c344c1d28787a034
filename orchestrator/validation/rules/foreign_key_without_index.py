"""A foreign key that no index serves."""

from collections import defaultdict
from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import ForeignKey, Index, Name, Table
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    Change,
    Constraint,
    CreateIndex,
    CreateTable,
    Drop,
    Rename,
    SetSchema,
)
from orchestrator.validation.declared import declared_keys
from orchestrator.validation.moment import Aftermath, Seen, size_of
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.world.certainty import renamed

_Declared = tuple[Seen[Change], Constraint]


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each foreign key of these files that is still there, at its own place."""
    for_nulls = _leaving_out_nulls(aftermath)
    for name, declared in _by_table(aftermath).items():
        table = aftermath.world.tables.get(name)
        if table is None:
            continue
        for seen, key in declared:
            there = _still_there(key, table)
            if there and not _is_served(there, table, for_nulls):
                yield _finding(aftermath, seen, key, there, table)


def _by_table(aftermath: Aftermath) -> dict[Name, list[_Declared]]:
    """Sort the declared foreign keys by their tables, under the names that these have in the end."""
    found = defaultdict[Name, list[_Declared]](list)
    for seen in aftermath.seen:
        change = seen.change
        match change:
            case CreateTable() | AddColumn() | AddConstraint() if seen.table is not None:
                found[seen.table].extend((seen, key) for key in declared_keys(change))
            case Drop(kind="table"):
                found.pop(aftermath.world.would_be(change.name), None)
            case Rename(kind="table", part=None) | SetSchema(kind="table"):
                old = aftermath.world.would_be(change.name)
                found[renamed(old, change)] = found.pop(old, [])
    return found


def _still_there(key: Constraint, table: Table) -> ForeignKey | None:
    """Find what became of it: by its name, where it has one, else by its columns."""
    for each in table.foreign_keys:
        if each.name == key.name if key.name else each.columns == key.columns:
            return each
    return None


def _is_served(key: ForeignKey, table: Table, for_nulls: frozenset[tuple[Name, str]]) -> bool:
    """Tell whether an index begins with the key's columns, in any order."""
    wanted = set(key.columns)
    return any(
        set(index.columns[: len(wanted)]) == wanted and _counts(index, table, for_nulls)
        for index in table.indexes
    )


def _counts(index: Index, table: Table, for_nulls: frozenset[tuple[Name, str]]) -> bool:
    return index.valid and (not index.partial or (table.name, index.name) in for_nulls)


def _leaving_out_nulls(aftermath: Aftermath) -> frozenset[tuple[Name, str]]:
    """Return the new partial indexes whose WHERE asks nothing but their own first column, as for NOT NULL."""
    return frozenset(
        (seen.table, seen.change.name)
        for seen in aftermath.each(CreateIndex)
        if seen.table and seen.change.name and seen.change.partial and _asks_itself(seen.change)
    )


def _asks_itself(index: CreateIndex) -> bool:
    asked = index.expression
    if asked is None or asked.calls or asked.literals:
        return False
    return {column.name for column in asked.columns} == {index.columns[0]}


def _finding(
    aftermath: Aftermath, seen: Seen[Change], key: Constraint, there: ForeignKey, table: Table
) -> Finding:
    size = size_of(table.name, aftermath.terms)
    reading = f"reads all of {table.name}" + (f", about {size.rows:,} rows" if size else "")
    columns = ", ".join(there.columns)
    what = f"{table.name} ({columns})" if len(there.columns) > 1 else f"{table.name}.{columns}"
    quoted = ", ".join(spelled(Name(None, column)) for column in there.columns)
    return aftermath.finding(
        RULE,
        f"{what} refers to {there.references}, and no index begins with it",
        seen,
        at=key.offset,
        about=table.name,
        effect=f"Every DELETE in {there.references} {reading}; so does a join from there",
        remedy=f"create index on {spelled(table.name)} ({quoted})",
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="No index begins with the columns of a foreign key",
    effect="Every DELETE in the referenced table reads all of the referring one; so does a join from there",
    remedy="create index on … (…)",
    check=check,
)
