"""What CASCADE takes along. What may be taken along, but need not be, is certain no longer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from orchestrator.domain.shape import Name, Table, TableKind
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.world.certainty import RELATIONS
from orchestrator.validation.world.world import World

_TABLES: Final = frozenset({"table", "foreign table"})


def cascade(change: Change, world: World) -> None:
    """Take along what depends on what is about to be dropped; partitions and sequences go without CASCADE."""
    if isinstance(change, changes.Drop) and change.kind in _TABLES:
        _drop_belongings(world.named(change.name), world, cascade=change.cascade)
    if isinstance(change, changes.DropColumn | changes.Drop):
        _doubt_sequences(change, world)
    along = _ALONG.get(type(change))
    if along is not None and change.cascade:  # type: ignore[attr-defined]  # all of these have it
        along(change, world)


def _drop(change: changes.Drop, world: World) -> None:
    name = change.name.name
    match change.kind:
        case "function":
            _doubt((each for each in world.tables.values() if _calls(each, name)), world)
        case "type" | "domain":
            _doubt((each for each in world.tables.values() if _has_type(each, name)), world)
        case kind if kind in RELATIONS:
            _drop_relation(world.named(change.name), world)


def _drop_relation(name: Name, world: World) -> None:
    _drop_views(tuple(world.views_on(name)), world)
    for table in world.users(name):
        keys = {key.name for key in table.foreign_keys if key.references == name}
        if keys:
            kept = tuple(key for key in table.foreign_keys if key.references != name)
            constraints = frozenset(each for each in table.constraints if each not in keys)
            world.put(replace(table, foreign_keys=kept, constraints=constraints))
        if any(name in policy.reads for policy in table.policies):
            world.sure.discard(table.name)


def _drop_views(views: Iterable[Table], world: World) -> None:
    waiting = list(views)
    while waiting:  # no recursion: a chain of views may be long
        view = waiting.pop()
        if world.take(view.name) is not None:
            world.sure.discard(view.name)
            waiting.extend(world.views_on(view.name))


def _drop_belongings(name: Name, world: World, *, cascade: bool) -> None:
    table = world.tables.get(name)
    if table is None or not (cascade or table.kind is TableKind.PARTITIONED):
        return
    for child in tuple(world.children(name)):
        if cascade:
            _drop_relation(child.name, world)
        world.take(child.name)
        world.sure.discard(child.name)
        world.gone.add(child.name)


def _doubt_sequences(change: changes.Drop | changes.DropColumn, world: World) -> None:
    """Let sequences go that belong to the table or column; nobody knows whose those of the target are."""
    if isinstance(change, changes.Drop) and change.kind not in _TABLES:
        return
    written = change.name if isinstance(change, changes.Drop) else change.table
    table = world.table(written)
    if table is None:
        return
    for each in tuple(world.sequences):
        owner = world.owners.get(each, table.name)
        if owner == table.name:
            world.sure.discard(each)
        if owner == table.name and each in world.owners and isinstance(change, changes.Drop):
            world.sequences.discard(each)


def _drop_column(change: changes.DropColumn, world: World) -> None:
    table = world.table(change.table)
    if table is None:
        return
    gone = change.column
    _drop_views(tuple(each for each in world.views_on(table.name) if gone in each.reads_columns), world)
    _doubt(_referring_to(table.name, world), world)
    if any(gone in policy.columns for policy in table.policies):
        world.sure.discard(table.name)


def _drop_constraint(change: changes.DropConstraint, world: World) -> None:
    table = world.table(change.table)
    if table is not None:
        _doubt(_referring_to(table.name, world), world)


def _referring_to(name: Name, world: World) -> Iterable[Table]:
    return (table for table in world.users(name) if any(key.references == name for key in table.foreign_keys))


def _doubt(tables: Iterable[Table], world: World) -> None:
    world.sure -= {table.name for table in tables}


def _calls(table: Table, function: str) -> bool:
    return any(trigger.function.name == function for trigger in table.triggers) or any(
        call.name == function for policy in table.policies for call in policy.calls
    )


def _has_type(table: Table, name: str) -> bool:
    return any(column.type.removesuffix("[]").endswith(name) for column in table.columns.values())


_ALONG: Final[dict[type, Callable[[Any, World], None]]] = {
    changes.Drop: _drop,
    changes.DropColumn: _drop_column,
    changes.DropConstraint: _drop_constraint,
}
