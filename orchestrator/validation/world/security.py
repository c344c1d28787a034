"""Policies and rights, on paper."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from orchestrator.domain.shape import (
    DefaultGrant,
    Policy,
    Table,
)
from orchestrator.validation import changes
from orchestrator.validation.expression import Expression
from orchestrator.validation.world.tables import without
from orchestrator.validation.world.world import World


def _create_policy(change: changes.CreatePolicy, world: World) -> None:
    table = world.table(change.table)
    if table is None:
        return
    policy = Policy(
        name=change.name,
        command=change.command,
        roles=change.roles,
        permissive=change.permissive,
        **_used(change.expressions(), table, world),
    )
    world.put(replace(table, policies=(*without(table.policies, change.name), policy)))


def _alter_policy(change: changes.AlterPolicy, world: World) -> None:
    table = world.table(change.table)
    if table is None:
        return
    given = [each for each in (change.using, change.check) if each]
    used = _used(given, table, world) if given else {}
    policies = tuple(
        replace(each, roles=change.roles or each.roles, **used) if each.name == change.name else each
        for each in table.policies
    )
    world.put(replace(table, policies=policies))


def _used(expressions: Iterable[Expression], table: Table, world: World) -> dict[str, Any]:
    """Tell what a policy uses; a column inside a sub-select is its table's own only when it says so."""
    several = list(expressions)
    return {
        "columns": frozenset(
            use.name
            for each in several
            for use in each.columns
            if use.name in table.columns and (use.table == table.name.name or not use.inner)
        ),
        "reads": frozenset(world.named(name) for each in several for name in each.reads),
        "calls": frozenset(call.name for each in several for call in each.calls),
    }


def _change_grants(change: changes.ChangeGrants, world: World) -> None:
    if change.kind != "table":
        return
    several = set(change.in_schemas)
    tables = [table for table in world.tables.values() if table.name.schema in several] or [
        table for each in change.objects if (table := world.table(each))
    ]
    for table in tables:
        world.put(replace(table, grants=_with_grants(table.grants, change)))


def _with_grants(grants: frozenset[Any], change: changes.ChangeGrants) -> frozenset[Any]:
    if change.given:
        return grants | frozenset(change.grants)
    taken = {(each.role, each.privilege) for each in change.grants}
    return frozenset(
        each
        for each in grants
        if (each.role, each.privilege) not in taken and (each.role, "ALL") not in taken
    )


def _change_default_grants(change: changes.ChangeDefaultGrants, world: World) -> None:
    if change.kind != "table":
        return
    schemas: Iterable[str | None] = change.in_schemas or (None,)
    changed = {DefaultGrant(schema=schema, grant=grant) for schema in schemas for grant in change.grants}
    if change.given:
        world.default_grants |= changed
        return
    taken = {(each.schema, each.grant.role, each.grant.privilege) for each in changed}
    world.default_grants = {
        each
        for each in world.default_grants
        if (each.schema, each.grant.role, each.grant.privilege) not in taken
        and (each.schema, each.grant.role, "ALL") not in taken
    }


EFFECTS: Final[dict[type, Callable[[Any, World], None]]] = {
    changes.CreatePolicy: _create_policy,
    changes.AlterPolicy: _alter_policy,
    changes.ChangeGrants: _change_grants,
    changes.ChangeDefaultGrants: _change_default_grants,
}
