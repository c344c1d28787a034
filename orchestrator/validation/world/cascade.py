"""What CASCADE takes along. What may be taken along, but need not be, is certain no longer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from orchestrator.domain.shape import Name, Table
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.world.certainty import RELATIONS
from orchestrator.validation.world.world import World


def cascade(change: Change, world: World) -> None:
    """Take along what depends on what is about to be dropped."""
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
    for table in tuple(world.tables.values()):
        keys = {key.name for key in table.foreign_keys if key.references == name}
        if keys:
            kept = tuple(key for key in table.foreign_keys if key.references != name)
            constraints = frozenset(each for each in table.constraints if each not in keys)
            world.put(replace(table, foreign_keys=kept, constraints=constraints))
        if any(name in policy.reads for policy in table.policies):
            world.sure.discard(table.name)


def _drop_views(views: Iterable[Table], world: World) -> None:
    for view in views:
        if world.take(view.name) is not None:
            world.sure.discard(view.name)
            _drop_views(tuple(world.views_on(view.name)), world)


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
    return (
        table for table in world.tables.values() if any(key.references == name for key in table.foreign_keys)
    )


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
