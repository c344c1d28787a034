"""What ALTER TABLE and the constraints of CREATE TABLE do to a table on paper."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from orchestrator.domain.shape import Column, ForeignKey, Index, Name, Table
from orchestrator.validation import changes
from orchestrator.validation.changes import ColumnDefinition, Constraint, ConstraintKind
from orchestrator.validation.expression import Expression
from orchestrator.validation.world.world import World

_SERIALS: Final = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
#: what PostgreSQL puts behind the names that it chooses
_ENDINGS: Final = {
    ConstraintKind.PRIMARY_KEY: "pkey",
    ConstraintKind.UNIQUE: "key",
    ConstraintKind.FOREIGN_KEY: "fkey",
    ConstraintKind.CHECK: "check",
    ConstraintKind.EXCLUDE: "excl",
    ConstraintKind.NOT_NULL: "not_null",
}


def called_in(expression: Expression | None, world: World) -> frozenset[Name]:
    """Return what an expression calls; functions that are known by their whole names."""
    calls = (call.name for call in (expression.calls if expression else ()))
    return frozenset(own[0].name if (own := world.function(name)) else name for name in calls)


def column_of(definition: ColumnDefinition) -> Column:
    """Turn a definition into the column that it makes."""
    serial = definition.type in _SERIALS
    not_null = definition.has(ConstraintKind.NOT_NULL) or definition.has(ConstraintKind.PRIMARY_KEY)
    return Column(
        name=definition.name,
        type=_SERIALS.get(definition.type, definition.type),
        not_null=not_null or serial or definition.identity,
        has_default=definition.default is not None or serial or definition.identity,
    )


def column_in(definition: ColumnDefinition, world: World) -> Column:
    """Turn a definition into the column that it makes, with what its default calls."""
    return replace(column_of(definition), calls=called_in(definition.default, world))


def index_of(change: changes.CreateIndex, table: Table) -> Index:
    """Turn a CREATE INDEX into the index that it makes, with the name that PostgreSQL would choose."""
    words = [column or "expr" for column in change.columns]
    return Index(
        name=change.name or "_".join((table.name.name, *words, "idx")),
        columns=change.columns,
        unique=change.unique,
        partial=change.partial,
    )


def add_constraint(table: Table, constraint: Constraint, world: World) -> Table:
    """Return the table with a constraint more; before PostgreSQL 18, NOT NULL was none and had no name."""
    if constraint.kind is ConstraintKind.NOT_NULL and constraint.name is None:
        return table
    name = constraint.name or _chosen_name(table, constraint)
    table = replace(table, constraints=table.constraints | {name})
    match constraint.kind:
        case ConstraintKind.PRIMARY_KEY | ConstraintKind.UNIQUE:
            return _with_key(table, constraint, name)
        case ConstraintKind.FOREIGN_KEY if constraint.references is not None:
            key = ForeignKey(
                name=name,
                columns=constraint.columns,
                references=world.named(constraint.references),
                referenced_columns=constraint.referenced_columns,
            )
            return replace(table, foreign_keys=(*table.foreign_keys, key))
        case ConstraintKind.CHECK:
            return replace(table, calls=(table.calls or frozenset()) | called_in(constraint.condition, world))
        case _:
            return table


def _chosen_name(table: Table, constraint: Constraint) -> str:
    columns = () if constraint.kind is ConstraintKind.PRIMARY_KEY else constraint.columns
    return "_".join((table.name.name, *columns, _ENDINGS[constraint.kind]))


def _with_key(table: Table, constraint: Constraint, name: str) -> Table:
    """Add a primary key or unique constraint with its index; one that takes an index over renames it."""
    columns: tuple[str | None, ...] = constraint.columns
    indexes = table.indexes
    if constraint.using_index is not None:
        taken = next((each for each in indexes if each.name == constraint.using_index), None)
        columns = taken.columns if taken else ()
        indexes = tuple(each for each in indexes if each is not taken)
    index = Index(name=name, columns=columns, unique=True)
    is_primary = constraint.kind is ConstraintKind.PRIMARY_KEY
    primary = tuple(column for column in columns if column)
    return replace(table, indexes=(*indexes, index), primary_key=primary if is_primary else table.primary_key)


def without(named: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """Return all but those of a name."""
    return tuple(each for each in named if each.name != name)


def _add_column(change: changes.AddColumn, world: World) -> None:
    table = world.table(change.table)
    if table is None or change.column.name in table.columns:
        return
    table = replace(table, columns={**table.columns, change.column.name: column_in(change.column, world)})
    for constraint in change.column.constraints:
        table = add_constraint(table, constraint, world)
    world.put(table)


def _drop_column(change: changes.DropColumn, world: World) -> None:
    table = world.table(change.table)
    if table is None:
        return
    gone = change.column
    indexes = tuple(each for each in table.indexes if gone not in each.columns)
    foreign_keys = tuple(each for each in table.foreign_keys if gone not in each.columns)
    # a check may have gone along: nobody knows
    kept = {index.name for index in indexes} | {key.name for key in foreign_keys}
    world.put(
        replace(
            table,
            columns={name: column for name, column in table.columns.items() if name != gone},
            indexes=indexes,
            foreign_keys=foreign_keys,
            constraints=table.constraints & kept,
            primary_key=() if gone in table.primary_key else table.primary_key,
        )
    )


def _alter_type(change: changes.AlterColumnType, world: World) -> None:
    _change_column(change.table, change.column, world, type=change.type)


def _set_not_null(change: changes.SetNotNull, world: World) -> None:
    _change_column(change.table, change.column, world, not_null=change.not_null)


def _set_default(change: changes.SetDefault, world: World) -> None:
    has_default, calls = change.default is not None, called_in(change.default, world)
    _change_column(change.table, change.column, world, has_default=has_default, calls=calls)


def _change_column(written: Any, name: str, world: World, **what: Any) -> None:  # noqa: ANN401  # its fields
    table = world.table(written)
    if table is not None and name in table.columns:
        column = replace(table.columns[name], **what)
        world.put(replace(table, columns={**table.columns, name: column}))


def _add_constraint(change: changes.AddConstraint, world: World) -> None:
    table = world.table(change.table)
    if table is not None:
        world.put(add_constraint(table, change.constraint, world))


def _drop_constraint(change: changes.DropConstraint, world: World) -> None:
    table = world.table(change.table)
    if table is None:
        return
    primary = f"{table.name.name}_pkey" == change.name
    world.put(
        replace(
            table,
            constraints=table.constraints - {change.name},
            foreign_keys=tuple(each for each in table.foreign_keys if each.name != change.name),
            indexes=tuple(each for each in table.indexes if each.name != change.name),
            primary_key=() if primary else table.primary_key,
        )
    )


def _row_security(change: changes.SetRowSecurity, world: World) -> None:
    world.change(change.table, row_security=change.enabled)


def _options(change: changes.SetOptions, world: World) -> None:
    for name, value in change.options:
        if name == "security_invoker":
            invoker = (value or "off").lower() in {"true", "on", "yes", "1"}
            world.change(change.table, security_invoker=invoker)


def _attach(change: changes.AttachPartition, world: World) -> None:
    partition = world.table(change.partition)
    if partition is not None:
        world.put(replace(partition, parents=(*partition.parents, world.named(change.table))))


def _other(change: changes.AlterTable, world: World) -> None:
    """Part a partition from its table; of INHERIT only the child is known, and then nothing for certain."""
    table = world.table(change.table)
    if table is None:
        return
    if change.command == "DETACH PARTITION":
        for child in tuple(world.children(table.name)):
            if child.name.name == change.what:
                parents = tuple(each for each in child.parents if each != table.name)
                world.put(replace(child, parents=parents))
    elif change.command in {"INHERIT", "NO INHERIT"}:
        world.sure.discard(table.name)


EFFECTS: Final[dict[type, Callable[[Any, World], None]]] = {
    changes.AddColumn: _add_column,
    changes.DropColumn: _drop_column,
    changes.AlterColumnType: _alter_type,
    changes.SetNotNull: _set_not_null,
    changes.SetDefault: _set_default,
    changes.AddConstraint: _add_constraint,
    changes.DropConstraint: _drop_constraint,
    changes.SetRowSecurity: _row_security,
    changes.SetOptions: _options,
    changes.AttachPartition: _attach,
    changes.AlterTable: _other,
}
