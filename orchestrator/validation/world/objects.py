"""What is dropped, renamed, moved, commented, on paper."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from orchestrator.domain.shape import Name, Table
from orchestrator.validation import changes
from orchestrator.validation.world.tables import without
from orchestrator.validation.world.world import SEARCH_PATH, World

_RELATIONS: Final = frozenset({"table", "foreign table", "view", "materialized view"})
#: where the names of parts stand in a table
_NAMED_BY: Final[dict[str, tuple[str, ...]]] = {
    "constraint": ("foreign_keys", "indexes"),
    "index": ("indexes",),
    "policy": ("policies",),
    "rule": ("rules",),
    "trigger": ("triggers",),
}


def _drop_function(change: changes.Drop, world: World) -> None:
    """Drop one of its name, by its arguments; where none is known by them, the only one."""
    found = world.function(change.name)
    others = tuple(each for each in found if change.arguments not in {None, each.arguments})
    if found and (len(others) < len(found) or len(found) == 1):
        name = found[0].name
        world.functions[name] = others if len(found) > 1 else ()
        if not world.functions[name]:
            del world.functions[name]
            world.closed_functions.discard(name)
            world.fresh_others.discard(("function", name))


def _drop(change: changes.Drop, world: World) -> None:
    if change.kind != "function":
        world.fresh_others.discard((change.kind, change.name))
        world.fresh_others.discard((change.kind, world.would_be(change.name)))
    match change.kind:
        case "table" | "foreign table" | "view" | "materialized view":
            world.take(world.named(change.name))
        case "function":
            _drop_function(change, world)
        case "type" | "domain":
            enum = world.enum(change.name)
            world.enums.pop(enum.name if enum else change.name, None)
            world.other_types.discard(world.would_be(change.name))
        case "schema":
            _drop_schema(change.name.name, world)
        case "index":
            _drop_index(change.name, world)
        case "policy" | "rule" | "trigger":
            _drop_part(change, world)
        case "extension":
            world.extensions.discard(change.name.name)
        case "sequence":
            world.sequences.discard(world.would_be(change.name))
            world.owners.pop(world.would_be(change.name), None)


def _drop_schema(schema: str, world: World) -> None:
    world.schemas.discard(schema)
    for name in [name for name in world.tables if name.schema == schema]:
        world.take(name)


def _drop_index(written: Name, world: World) -> None:
    table = world.table_of_index(written)
    if table is not None:
        world.put(replace(table, indexes=without(table.indexes, written.name)))


def _drop_part(change: changes.Drop, world: World) -> None:
    table = world.table(change.name)
    if table is not None and change.part is not None:
        world.put(
            replace(
                table,
                policies=without(table.policies, change.part) if change.kind == "policy" else table.policies,
                triggers=without(table.triggers, change.part) if change.kind == "trigger" else table.triggers,
                rules=without(table.rules, change.part) if change.kind == "rule" else table.rules,
            )
        )


def _set_comment(change: changes.SetComment, world: World) -> None:
    table = world.table(change.name)
    if table is None or change.kind not in {"table", "view", "materialized view", "foreign table", "column"}:
        return
    if change.column is None:
        world.put(replace(table, commented=change.text is not None))
    elif change.column in table.columns:
        column = replace(table.columns[change.column], commented=change.text is not None)
        world.put(replace(table, columns={**table.columns, change.column: column}))


def _set_setting(change: changes.SetSetting, world: World) -> None:
    if change.reset and change.name in {"search_path", "all"}:
        world.search_path = SEARCH_PATH
    elif change.name == "search_path" and change.value is not None:
        parts = [part.strip().strip('"') for part in change.value.split(",")]
        world.search_path = tuple(part for part in parts if part and part != "$user")


def _own_sequence(change: changes.OwnSequence, world: World) -> None:
    name = world.would_be(change.sequence)
    if name in world.owners:
        world.owners[name] = world.named(change.table) if change.table else None


def _move(change: changes.SetSchema, world: World) -> None:
    table = world.table(change.name)
    if change.kind in _RELATIONS and table is not None:
        _rename_relation(table.name, Name(change.schema, table.name.name), world)
    old = world.would_be(change.name)
    _rename_other(change.kind, old, Name(change.schema, old.name), world)


def _rename_other(kind: str, old: Name, new: Name, world: World) -> None:
    """Give a sequence or a type another name."""
    if kind in {"sequence", "table"} and old in world.sequences:
        world.sequences.discard(old)
        world.sequences.add(new)
        world.owners[new] = world.owners.pop(old, None)
    if kind in {"type", "domain"}:
        enum = world.enums.pop(old, None)
        if enum is not None:
            world.enums[new] = replace(enum, name=new)
        elif old in world.other_types:
            world.other_types.discard(old)
            world.other_types.add(new)


def _rename(change: changes.Rename, world: World) -> None:
    match change.kind:
        case "table" | "foreign table" | "view" | "materialized view":
            name = world.named(change.name)
            _rename_relation(name, Name(name.schema, change.new), world)
            _rename_other(change.kind, name, Name(name.schema, change.new), world)
        case "sequence" | "type" | "domain":
            old = world.would_be(change.name)
            _rename_other(change.kind, old, Name(old.schema, change.new), world)
        case "column":
            _rename_column(change, world)
        case "constraint" | "policy" | "rule" | "trigger":
            _rename_part(change, world.table(change.name), change.part, world)
        case "index":
            _rename_part(change, world.table_of_index(change.name), change.name.name, world)
        case "value":
            enum = world.enum(change.name)
            if enum is not None:
                labels = tuple(change.new if label == change.part else label for label in enum.labels)
                world.enums[enum.name] = replace(enum, labels=labels)


def _rename_relation(old: Name, new: Name, world: World) -> None:
    """Give a relation another name, and tell all who read it or refer to it."""
    fresh = old in world.fresh
    table = world.take(old)
    if table is None:
        return
    world.put(replace(table, name=new), fresh=fresh)
    world.owners = {name: new if owner == old else owner for name, owner in world.owners.items()}
    for each in tuple(world.users(old)):
        if old in each.reads:
            world.put(replace(each, reads=(each.reads - {old}) | {new}))
        if any(key.references == old for key in each.foreign_keys):
            keys = tuple(
                replace(key, references=new) if key.references == old else key for key in each.foreign_keys
            )
            world.put(replace(world.tables[each.name], foreign_keys=keys))
        if any(old in policy.reads for policy in each.policies):
            policies = tuple(
                replace(policy, reads=(policy.reads - {old}) | {new}) if old in policy.reads else policy
                for policy in each.policies
            )
            world.put(replace(world.tables[each.name], policies=policies))
        if old in each.parents:
            parents = tuple(new if name == old else name for name in each.parents)
            world.put(replace(world.tables[each.name], parents=parents))


def _rename_part(change: changes.Rename, table: Table | None, old: str | None, world: World) -> None:
    """Give an index, a constraint, a policy or a trigger another name; a key and its index share theirs."""
    if table is None:
        return
    for field in _NAMED_BY[change.kind]:
        parts = tuple(
            replace(each, name=change.new) if each.name == old else each for each in getattr(table, field)
        )
        table = replace(table, **{field: parts})  # type: ignore[arg-type]  # its parts, whichever they are
    if old in table.constraints and "indexes" in _NAMED_BY[change.kind]:
        table = replace(table, constraints=(table.constraints - {old}) | {change.new})
    world.put(table)


def _rename_column(change: changes.Rename, world: World) -> None:
    table = world.table(change.name)
    if table is None or change.part is None or change.part not in table.columns:
        return
    renamed = partial(_renamed, old=change.part, new=change.new)
    columns = {renamed(name): replace(column, name=renamed(name)) for name, column in table.columns.items()}
    world.put(
        replace(
            table,
            columns=columns,
            primary_key=tuple(map(renamed, table.primary_key)),
            indexes=tuple(
                replace(each, columns=tuple(name and renamed(name) for name in each.columns))
                for each in table.indexes
            ),
            foreign_keys=tuple(
                replace(each, columns=tuple(map(renamed, each.columns))) for each in table.foreign_keys
            ),
            policies=tuple(
                replace(each, columns=frozenset(map(renamed, each.columns))) for each in table.policies
            ),
        )
    )


def _renamed(name: str, *, old: str, new: str) -> str:
    return new if name == old else name


EFFECTS: Final[dict[type, Callable[[Any, World], None]]] = {
    changes.Drop: _drop,
    changes.Rename: _rename,
    changes.SetSchema: _move,
    changes.SetComment: _set_comment,
    changes.SetSetting: _set_setting,
    changes.OwnSequence: _own_sequence,
}
