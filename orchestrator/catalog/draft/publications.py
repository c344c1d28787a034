"""Publications, and the tables and schemas that they publish."""

from typing import Final

from orchestrator.catalog.draft.identity import literal
from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, differs, owned
from orchestrator.domain.identity import split


def _parameters(parts: Parts) -> str:
    found = [f"publish = {literal(parts.get('publish', ''))}"]
    found.append(f"publish_via_partition_root = {'true' if 'via root' in parts else 'false'}")
    if "generated columns" in parts:
        found.append("publish_generated_columns = stored")
    return ", ".join(found)


def _create(publication: str, world: World) -> Way:
    parts = world.old["publication", publication]
    everything = " for all tables" if "all tables" in parts else ""
    return (
        f"create publication {publication}{everything} with ({_parameters(parts)})",
        *owned("publication", ("publication", publication), world),
    )


def _drop(publication: str, _world: World) -> Way:
    return (f"drop publication {publication}",)


def _alter(publication: str, world: World) -> Way:
    old, new = world.old["publication", publication], world.new["publication", publication]
    if differs(old, new, "all tables"):
        return Cannot.IN_PLACE
    found = []
    if differs(old, new, "publish", "via root", "generated columns"):
        off = (
            ", publish_generated_columns = none"
            if "generated columns" in new and "generated columns" not in old
            else ""
        )
        found.append(f"alter publication {publication} set ({_parameters(old)}{off})")
    if differs(old, new, "owner"):
        found += owned("publication", ("publication", publication), world)
    return tuple(found)


def _create_table(published: str, world: World) -> Way:
    publication, table = split(published, "/")
    parts = world.old["published table", published]
    columns = f" ({parts['columns']})" if "columns" in parts else ""
    where = f" where ({parts['where']})" if "where" in parts else ""
    return (f"alter publication {publication} add table {table}{columns}{where}",)


def _drop_table(published: str, _world: World) -> Way:
    publication, table = split(published, "/")
    return (f"alter publication {publication} drop table {table}",)


def _alter_published(published: str, world: World) -> Way:
    old, new = world.old["published table", published], world.new["published table", published]
    return Cannot.IN_PLACE if differs(old, new, "columns", "where") else ()


def _create_schema(published: str, _world: World) -> Way:
    publication, schema = split(published, "/")
    return (f"alter publication {publication} add tables in schema {schema}",)


def _drop_schema(published: str, _world: World) -> Way:
    publication, schema = split(published, "/")
    return (f"alter publication {publication} drop tables in schema {schema}",)


def _alter_schema(_published: str, _world: World) -> Way:
    return ()


PUBLICATION: Final = Kind(create=_create, drop=_drop, alter=_alter, created=440, dropped=560)
PUBLISHED_TABLE: Final = Kind(
    create=_create_table, drop=_drop_table, alter=_alter_published, created=450, dropped=3
)
PUBLISHED_SCHEMA: Final = Kind(
    create=_create_schema, drop=_drop_schema, alter=_alter_schema, created=452, dropped=3
)
