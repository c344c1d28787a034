"""Views and materialized views."""

from typing import Final

from orchestrator.catalog.draft.identity import items, settings
from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.tables import with_changes
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, definition_of, differs, owned


def _options(parts: Parts) -> str:
    return f" with ({settings(parts['with'])})" if "with" in parts else ""


def _create(view: str, world: World) -> Way:
    parts = world.old["view", view]
    return (
        f"create view {view}{_options(parts)} as\n{definition_of(parts)}",
        *owned("view", ("view", view), world),
    )


def _drop(view: str, _world: World) -> Way:
    return (f"drop view {view}",)


def _alter(view: str, world: World) -> Way:
    old, new = world.old["view", view], world.new["view", view]
    found = owned("view", ("view", view), world) if differs(old, new, "owner") else ()
    if differs(old, new, "definition"):
        if not _may_replace(view, old, new, world):
            return Cannot.IN_PLACE
        return (f"create or replace view {view}{_options(old)} as\n{definition_of(old)}", *found)
    if differs(old, new, "with"):
        return (*with_changes(f"alter view {view}", old, new), *found)
    return found


def _may_replace(view: str, old: Parts, new: Parts, world: World) -> bool:
    """Tell whether OR REPLACE leads back: it only appends columns."""
    was, now = items(old["columns"]), items(new["columns"])
    columns = [("column", f"{view}.{column}") for column in now]
    return was[: len(now)] == now and not any(
        differs(world.old[column], world.new[column], "type", "collate") for column in columns
    )


def _create_materialized(view: str, world: World) -> Way:
    parts = world.old["materialized view", view]
    method = f" using {parts['method']}" if "method" in parts else ""
    space = f" tablespace {parts['tablespace']}" if "tablespace" in parts else ""
    rows = "\nwith no data" if "not populated" in parts else ""
    return (
        f"create materialized view {view}{method}{_options(parts)}{space} as\n{definition_of(parts)}{rows}",
        *owned("materialized view", ("materialized view", view), world),
    )


def _drop_materialized(view: str, _world: World) -> Way:
    return (f"drop materialized view {view}",)


def _alter_materialized(view: str, world: World) -> Way:
    old, new = world.old["materialized view", view], world.new["materialized view", view]
    alter = f"alter materialized view {view}"
    if differs(old, new, "definition", "columns"):
        return Cannot.IN_PLACE
    found = (
        list(owned("materialized view", ("materialized view", view), world))
        if differs(old, new, "owner")
        else []
    )
    if differs(old, new, "with"):
        found += with_changes(alter, old, new)
    if differs(old, new, "tablespace"):
        found.append(f"{alter} set tablespace {old.get('tablespace', 'pg_default')}")
    if differs(old, new, "not populated"):
        found.append(f"refresh materialized view {view}{' with no data' if 'not populated' in old else ''}")
    return tuple(found)


VIEW: Final = Kind(create=_create, drop=_drop, alter=_alter, created=370, dropped=50)
MATERIALIZED_VIEW: Final = Kind(
    create=_create_materialized, drop=_drop_materialized, alter=_alter_materialized, created=372, dropped=50
)
