"""Policies and rights, on paper."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from orchestrator.domain.shape import (
    DefaultGrant,
    Grant,
    Policy,
    Table,
)
from orchestrator.validation import changes
from orchestrator.validation.expression import Expression
from orchestrator.validation.world.tables import without
from orchestrator.validation.world.world import World

#: what ALL stands for on a table or view
TABLE_PRIVILEGES: Final = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "TRUNCATE",
    "REFERENCES",
    "TRIGGER",
    "MAINTAIN",
)
#: whose default privileges count: what other roles make, they do not touch
_MIGRATING: Final = frozenset({"postgres", "current_user", "session_user"})


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
    if change.kind == "function":
        _change_callers(change, world)
    if change.kind != "table":
        return
    tables = [table for each in change.objects if (table := world.table(each))]
    if change.in_schemas:
        tables = [table for table in world.tables.values() if table.name.schema in change.in_schemas]
    changed = single_privileges(change.grants)
    for table in tables:
        grants = table.grants | changed if change.given else table.grants - changed
        world.put(replace(table, grants=grants))


@lru_cache(maxsize=256)  # the same few grants are written again and again
def single_privileges(grants: tuple[Grant, ...]) -> frozenset[Grant]:
    """Put each privilege of a table in the place of ALL."""
    return frozenset(
        Grant(role=each.role, privilege=privilege)
        for each in grants
        for privilege in (TABLE_PRIVILEGES if each.privilege == "ALL" else (each.privilege,))
    )


def _change_callers(change: changes.ChangeGrants, world: World) -> None:
    """Remember which functions not everybody may call any more."""
    if all(grant.role != "public" for grant in change.grants):
        return
    several = set(change.in_schemas)
    named = {name for name in world.functions if name.schema in several} if several else set()
    named |= {found[0].name for each in change.objects if (found := world.function(each))}
    if change.given:
        world.closed_functions -= named
    else:
        world.closed_functions |= named


def _change_default_grants(change: changes.ChangeDefaultGrants, world: World) -> None:
    if change.for_roles and _MIGRATING.isdisjoint(change.for_roles):
        return
    schemas: Iterable[str | None] = change.in_schemas or (None,)
    if change.kind == "table":
        changed = {
            DefaultGrant(schema=schema, grant=grant)
            for schema in schemas
            for grant in single_privileges(change.grants)
        }
        world.default_grants = (
            world.default_grants | changed if change.given else world.default_grants - changed
        )
    # what everybody gets by itself can only be taken back for all schemas at once
    everybody = any(grant.role == "public" for grant in change.grants)
    if change.kind == "function" and everybody and not change.in_schemas:
        world.closes_new_functions = not change.given


EFFECTS: Final[dict[type, Callable[[Any, World], None]]] = {
    changes.CreatePolicy: _create_policy,
    changes.AlterPolicy: _alter_policy,
    changes.ChangeGrants: _change_grants,
    changes.ChangeDefaultGrants: _change_default_grants,
}
