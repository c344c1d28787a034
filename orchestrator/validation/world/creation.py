"""Tables, views, functions, types and what else is made, on paper."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from orchestrator.domain.shape import (
    EnumType,
    Function,
    Name,
    RewriteRule,
    Table,
    TableKind,
    Trigger,
)
from orchestrator.validation import changes
from orchestrator.validation.world.tables import add_constraint, called_in, column_in, index_of, without
from orchestrator.validation.world.world import World


def _create_table(change: changes.CreateTable, world: World) -> None:
    name = world.would_be(change.table)
    if change.temporary:
        world.temporary.add(change.table.name)
        return
    if name in world.tables:
        return
    origins = [table for each in (*change.parents, *change.like) if (table := world.table(each))]
    columns = {one.name: one for table in origins for one in table.columns.values()}
    columns |= {one.name: column_in(one, world) for one in change.columns}
    kind = TableKind.PARTITIONED if change.partitioned else TableKind.TABLE
    table = Table(
        name=name,
        kind=TableKind.FOREIGN if change.foreign else kind,
        columns=columns,
        parents=tuple(map(world.named, change.parents)),
        grants=_given_by_default(name, world),
    )
    for constraint in change.all_constraints():
        table = add_constraint(table, constraint, world)
    world.put(table, fresh=True)


def _given_by_default(name: Name, world: World) -> frozenset[Any]:
    return frozenset(
        default.grant for default in world.default_grants if default.schema in {None, name.schema}
    )


def _create_index(change: changes.CreateIndex, world: World) -> None:
    table = world.table(change.table)
    if table is None or (change.name and world.table_of_index(Name(table.name.schema, change.name))):
        return
    world.put(replace(table, indexes=(*table.indexes, index_of(change, table))))


def _create_view(change: changes.CreateView, world: World) -> None:
    name = world.would_be(change.view)
    if change.temporary:
        world.temporary.add(change.view.name)
        return
    before = world.tables.get(name)
    if before is not None and not (change.or_replace and before.kind is TableKind.VIEW):
        return
    view = Table(
        name=name,
        kind=TableKind.MATERIALIZED_VIEW if change.materialized else TableKind.VIEW,
        reads=frozenset(map(world.named, change.query.reads)),
        reads_columns=frozenset(use.name for use in change.query.columns),
        calls=called_in(change.query, world),
        security_invoker=change.security_invoker,
        grants=before.grants if before else _given_by_default(name, world),
        commented=before.commented if before else False,
    )
    world.put(view, fresh=before is None)


def _create_function(change: changes.CreateFunction, world: World) -> None:
    name = world.would_be(change.name)
    function = Function(
        name=name,
        arguments=change.arguments,
        returns=change.returns,
        security_definer=change.security_definer,
        pins_search_path="search_path" in change.settings,
        body=change.body,
    )
    if world.closes_new_functions and name not in world.functions:
        world.closed_functions.add(name)
    if name not in world.functions:
        world.fresh_others.add(("function", name))
    others = (each for each in world.functions.get(name, ()) if each.arguments != change.arguments)
    world.functions[name] = (*others, function)
    world.note_function(name)


def _alter_function(change: changes.AlterFunction, world: World) -> None:
    found = world.function(change.name)
    if not found:
        return
    definer = change.security_definer
    world.functions[found[0].name] = tuple(
        replace(
            each,
            security_definer=each.security_definer if definer is None else definer,
            pins_search_path=each.pins_search_path or "search_path" in change.settings,
        )
        for each in found
    )


def _create_trigger(change: changes.CreateTrigger, world: World) -> None:
    table = world.table(change.table)
    if table is not None:
        trigger = Trigger(
            name=change.name, timing=change.timing, events=change.events, function=change.function
        )
        world.put(replace(table, triggers=(*without(table.triggers, change.name), trigger)))


def _create_rule(change: changes.CreateRule, world: World) -> None:
    table = world.table(change.table)
    if table is not None:
        rule = RewriteRule(name=change.name, event=change.event)
        world.put(replace(table, rules=(*without(table.rules, change.name), rule)))


def _create_enum(change: changes.CreateEnum, world: World) -> None:
    name = world.would_be(change.type)
    if name in world.enums:
        return
    world.enums[name] = EnumType(name=name, labels=change.labels)
    world.fresh[name] = None


def _add_enum_value(change: changes.AddEnumValue, world: World) -> None:
    enum = world.enum(change.type)
    if enum is not None and change.value not in enum.labels:
        world.enums[enum.name] = replace(enum, labels=(*enum.labels, change.value))


def _create_object(change: changes.CreateObject, world: World) -> None:
    match change.kind:
        case "schema":
            _put(change, change.name.name, world.schemas, world)
        case "extension":
            _put(change, change.name.name, world.extensions, world)
        case "sequence":
            world.owners.setdefault(world.would_be(change.name), None)
            _put(change, world.would_be(change.name), world.sequences, world)
        case "type" | "domain":
            _put(change, world.would_be(change.name), world.other_types, world)


def _put(change: changes.CreateObject, what: Any, among: set[Any], world: World) -> None:  # noqa: ANN401  # its name
    if what not in among:
        among.add(what)
        world.fresh_others.add((change.kind, what if isinstance(what, Name) else Name(None, what)))


EFFECTS: Final[dict[type, Callable[[Any, World], None]]] = {
    changes.CreateTable: _create_table,
    changes.CreateIndex: _create_index,
    changes.CreateView: _create_view,
    changes.CreateFunction: _create_function,
    changes.AlterFunction: _alter_function,
    changes.CreateTrigger: _create_trigger,
    changes.CreateRule: _create_rule,
    changes.CreateEnum: _create_enum,
    changes.AddEnumValue: _add_enum_value,
    changes.CreateObject: _create_object,
}
