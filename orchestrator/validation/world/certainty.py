"""What is known for certain while changes are carried out in thought.

A rule that calls something an error must not guess: a block that may or may not have run, SQL that is made up
while it runs, IF NOT EXISTS on a bare checkout. Here the sets `sure`, `gone`, `doubtful`, `opaque` and
`supposed` of a world are kept, and asked.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from orchestrator.domain.shape import Column, Name, Table
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.world.tables import index_of
from orchestrator.validation.world.world import World

RELATIONS: Final = frozenset({"table", "foreign table", "view", "materialized view"})
#: what keeps its certainty under another name, besides relations
_OTHERS: Final = frozenset({"sequence", "type", "domain"})
#: what a table has besides its own columns
_SYSTEM_COLUMNS: Final = frozenset({"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"})
#: words of a function that may make or take away; in vain found only costs certainty
_MAKING: Final = ("execute", "create ", "alter ", "drop ")


def certain_columns(table: Table, world: World) -> Mapping[str, Column] | None:
    """Return a table's columns if all of them are known for certain."""
    if table.name not in world.sure or table.name in world.opaque:
        return None
    return table.columns


def lacks_column(table: Table, column: str, world: World) -> bool:
    """Tell whether a table has no such column, for certain (or as far as IF NOT EXISTS lets one know)."""
    columns = certain_columns(table, world)
    return columns is not None and column not in columns and column not in _SYSTEM_COLUMNS


def follow(change: Change, world: World) -> None:
    """Keep the sets in step with a change that is about to happen."""
    if change.guarded:
        _doubt(change, world)
        return
    note = _NOTES.get(type(change))
    if note is not None:
        note(change, world)


def forget_all(world: World) -> None:
    """Be certain of nothing any more."""
    world.whole = False
    world.sure.clear()
    world.gone.clear()


def _doubt(change: Change, world: World) -> None:
    written = _subject(change)
    if written is None:
        return
    names = {world.named(written), world.would_be(written)}
    if isinstance(change, changes.Rename | changes.SetSchema):
        names |= {renamed(name, change) for name in names}
    world.sure -= names
    world.gone -= names
    world.doubtful |= names
    if isinstance(change, changes.Drop) and change.kind in {"schema", "extension"}:
        forget_all(world)


def _subject(change: Change) -> Name | None:
    match change:
        case changes.TableChange() | changes.CreateTable():
            return change.table
        case changes.CreateView():
            return change.view
        case changes.CreateEnum() | changes.AddEnumValue():
            return change.type
        case (
            changes.Drop()
            | changes.Rename()
            | changes.SetSchema()
            | changes.CreateFunction()
            | changes.CreateObject()
        ):
            return change.name
        case _:
            return None


def _appears(name: Name, world: World) -> None:
    world.sure.add(name)
    for each in (world.gone, world.doubtful, world.opaque, world.supposed):
        each.discard(name)


def _vanishes(name: Name, world: World) -> None:
    world.sure.discard(name)
    world.doubtful.discard(name)
    world.gone.add(name)


def _create_table(change: changes.CreateTable, world: World) -> None:
    name = world.would_be(change.table)
    if change.temporary or name in world.tables:
        return
    nobody_knows = change.if_not_exists and not world.whole and name not in world.gone
    _appears(name, world)
    if nobody_knows:
        world.supposed.add(name)
    origins = [world.table(each) for each in (*change.like, *change.parents)]
    if (
        change.of_type is not None
        or change.query is not None
        or any(each is None or certain_columns(each, world) is None for each in origins)
    ):
        world.opaque.add(name)


def _create_view(change: changes.CreateView, world: World) -> None:
    name = world.would_be(change.view)
    if change.temporary or (name in world.tables and not change.or_replace):
        return
    _appears(name, world)
    world.opaque.add(name)


def _create_enum(change: changes.CreateEnum, world: World) -> None:
    _appears(world.would_be(change.type), world)


def _create_function(change: changes.CreateFunction, world: World) -> None:
    _appears(world.would_be(change.name), world)


def _create_object(change: changes.CreateObject, world: World) -> None:
    whole_name = change.kind in {"schema", "extension"}
    _appears(change.name if whole_name else world.would_be(change.name), world)


def _create_index(change: changes.CreateIndex, world: World) -> None:
    table = world.table(change.table)
    if table is not None:
        world.gone.discard(Name(table.name.schema, index_of(change, table).name))


def _drop(change: changes.Drop, world: World) -> None:
    match change.kind:
        case "policy" | "trigger" | "rule":
            return
        case "schema":
            _forget_schema(change.name.name, world)
        case "extension" if change.cascade:
            forget_all(world)
        case "extension":
            world.sure.discard(change.name)
        case "index":
            table = world.table_of_index(change.name)
            schema = table.name.schema if table else world.would_be(change.name).schema
            world.gone.add(Name(schema, change.name.name))
        case "function":
            found = world.function(change.name)
            world.sure.discard(found[0].name if found else world.would_be(change.name))
        case "type" | "domain":
            enum = world.enum(change.name)
            _vanishes(enum.name if enum else world.would_be(change.name), world)
        case _:
            _vanishes(world.named(change.name), world)


def _forget_schema(schema: str, world: World) -> None:
    world.gone |= {name for name in world.tables if name.schema == schema}
    world.sure = {name for name in world.sure if schema != (name.schema or name.name)}


def _move(change: changes.Rename | changes.SetSchema, world: World) -> None:
    if change.kind == "schema":
        _forget_schema(change.name.name, world)
        return
    if isinstance(change, changes.Rename) and (change.part is not None or change.kind in {"value", "index"}):
        return
    old = world.named(change.name)
    new = renamed(old, change)
    is_sure = old in world.sure and (change.kind in RELATIONS or change.kind in _OTHERS)
    _vanishes(old, world)
    if not is_sure:
        world.gone.discard(new)
        return
    kept = [each for each in (world.opaque, world.supposed) if old in each]
    _appears(new, world)
    for each in kept:
        each.add(new)


def renamed(old: Name, change: changes.Rename | changes.SetSchema) -> Name:
    """Return what a relation is called afterwards."""
    if isinstance(change, changes.SetSchema):
        return Name(change.schema, old.name)
    return Name(old.schema, change.new)


def _unseen(_: changes.Unseen, world: World) -> None:
    forget_all(world)


def _call(change: changes.CallFunction, world: World) -> None:
    """Doubt everything after a function of the author's own that makes up SQL or changes the schema."""
    bodies = (each.body.lower() for each in world.function(change.name) if each.body)
    if any(word in body for body in bodies for word in _MAKING):
        forget_all(world)


_NOTES: Final[dict[type, Callable[[Any, World], None]]] = {
    changes.CreateTable: _create_table,
    changes.CreateView: _create_view,
    changes.CreateEnum: _create_enum,
    changes.CreateFunction: _create_function,
    changes.CreateObject: _create_object,
    changes.CreateIndex: _create_index,
    changes.Drop: _drop,
    changes.Rename: _move,
    changes.SetSchema: _move,
    changes.Unseen: _unseen,
    changes.CallFunction: _call,
}
