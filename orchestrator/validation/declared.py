"""What authors declare: the columns and foreign keys of a change, the tables that are theirs to shape."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.shape import Table, TableKind
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    Change,
    ColumnDefinition,
    Constraint,
    ConstraintKind,
    CreateTable,
)
from orchestrator.validation.moment import Aftermath, Seen

_ORDINARY = frozenset({TableKind.TABLE, TableKind.PARTITIONED})
#: what people call the column that says when a row was made, without underscores
_CREATED = frozenset({"createdat", "createdon", "created", "insertedat"})
_UPDATED = frozenset({"updatedat", "updatedon", "updated", "modifiedat"})


def declared_columns(change: CreateTable | AddColumn) -> Sequence[ColumnDefinition]:
    """Return the columns that a change brings; none for a temporary table."""
    if isinstance(change, AddColumn):
        return (change.column,)
    return () if change.temporary else change.columns


def declared_keys(change: Change) -> Iterator[Constraint]:
    """Yield the foreign keys that a change brings, however they are written; none for a temporary table."""
    match change:
        case CreateTable(temporary=False):
            constraints: Sequence[Constraint] = change.all_constraints()
        case AddColumn():
            constraints = change.column.constraints
        case AddConstraint():
            constraints = (change.constraint,)
        case _:
            constraints = ()
    return (each for each in constraints if each.kind is ConstraintKind.FOREIGN_KEY)


def new_ordinary_tables(aftermath: Aftermath) -> Iterator[tuple[Table, Seen[Change]]]:
    """Yield new tables whose columns are known; partitions and children have what their parents have."""
    for table, seen in aftermath.new_tables():
        known = bool(table.columns) and table.name not in aftermath.world.opaque
        if known and table.kind in _ORDINARY and not table.parents:
            yield table, seen


def column_created(table: Table) -> str | None:
    """Return the column that says when a row was made."""
    return _first(table, _CREATED)


def column_updated(table: Table) -> str | None:
    """Return the column that says when a row was changed last."""
    return _first(table, _UPDATED)


def _first(table: Table, names: frozenset[str]) -> str | None:
    return next((name for name in table.columns if name.lower().replace("_", "") in names), None)
