"""Constraints, indexes, and statistics of several columns."""

from typing import Final

from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, definition_of, differs, owned
from orchestrator.domain.identity import within


def is_key(parts: Parts) -> bool:
    """Tell whether a foreign key may lean on it."""
    return parts["definition"].startswith(("PRIMARY KEY", "UNIQUE"))


def is_link(parts: Parts) -> bool:
    """Tell a foreign key."""
    return parts["definition"].startswith("FOREIGN KEY")


def rank(parts: Parts) -> int:
    """Return where it stands among constraints that are made; dropping goes the other way round."""
    if parts["definition"].startswith("NOT NULL"):
        return -5
    return 0 if is_key(parts) else 15 if is_link(parts) else 5


def _place(identity: str, *, domain: bool) -> str:
    return f"alter {'domain' if domain else 'table'} {within(identity)[0]}"


def _create(constraint: str, world: World) -> Way:
    parts = world.old["constraint", constraint]
    place, own = within(constraint)
    domain = world.old.relation(place) is None
    if "inherited" in parts and not _stands_alone(place, world):
        return ()
    return (f"{_place(constraint, domain=domain)} add constraint {own} {parts['definition']}",)


def _stands_alone(table: str, world: World) -> bool:
    """Tell whether it is a partition that has to be made before it can be attached."""
    return ("table", table) not in world.new and "bound" in world.old.parts.get(("table", table), {})


def _drop(constraint: str, world: World) -> Way:
    place, own = within(constraint)
    if "inherited" in world.new["constraint", constraint]:
        return ()
    return (f"{_place(constraint, domain=world.new.relation(place) is None)} drop constraint {own}",)


def _alter(constraint: str, world: World) -> Way:
    old, new = world.old["constraint", constraint], world.new["constraint", constraint]
    if "inherited" in old and "inherited" in new:
        return ()
    if not differs(old, new, "definition", "local only", "unchecked"):
        return ()  # became its own, or its parent's: by attaching or detaching
    if (
        "unchecked" in new
        and "unchecked" not in old
        and f"{old['definition']} NOT VALID" == new["definition"]
    ):
        place, own = within(constraint)
        domain = world.old.relation(place) is None
        return (f"{_place(constraint, domain=domain)} validate constraint {own}",)
    return Cannot.IN_PLACE


def _create_index(index: str, world: World) -> Way:
    parts = world.old["index", index]
    if "invalid" in parts and "part of" not in parts and " ON ONLY " not in parts["definition"]:
        return Cannot.AT_ALL
    # of the index of a partitioned table: for the partitions too; those that have it already keep theirs
    made = definition_of(parts).replace(f" ON ONLY {parts['on']} ", f" ON {parts['on']} ", 1)
    found = [] if "of a constraint" in parts else [made]
    if "tablespace" in parts:
        found.append(f"alter index {index} set tablespace {parts['tablespace']}")
    return (*found, *_index_marks(index, {}, parts))


def _index_marks(index: str, new: Parts, old: Parts) -> list[str]:
    found = []
    own = within(index)[1]
    if "clustered" in old and "clustered" not in new:
        found.append(f"alter table {old['on']} cluster on {own}")
    if "replica identity" in old and "replica identity" not in new:
        found.append(f"alter table {old['on']} replica identity using index {own}")
    return found


def _drop_index(index: str, world: World) -> Way:
    return () if "of a constraint" in world.new["index", index] else (f"drop index {index}",)


def _alter_index(index: str, world: World) -> Way:
    old, new = world.old["index", index], world.new["index", index]
    if differs(old, new, "definition", "of a constraint") or ("invalid" in new and "invalid" not in old):
        return Cannot.IN_PLACE
    found = _index_marks(index, new, old)
    if "clustered" in new and "clustered" not in old and not _another_is_clustered(old["on"], world):
        found.append(f"alter table {old['on']} set without cluster")
    if differs(old, new, "tablespace"):
        found.append(f"alter index {index} set tablespace {old.get('tablespace', 'pg_default')}")
    return tuple(found)


def _another_is_clustered(table: str, world: World) -> bool:
    return any(parts["on"] == table and "clustered" in parts for _, parts in world.old.of_kind("index"))


def _create_statistics(statistics: str, world: World) -> Way:
    parts = world.old["statistics", statistics]
    target = parts.get("target")
    return (
        definition_of(parts),
        *owned("statistics", ("statistics", statistics), world),
        *([f"alter statistics {statistics} set statistics {target}"] if target else []),
    )


def _drop_statistics(statistics: str, _world: World) -> Way:
    return (f"drop statistics {statistics}",)


def _alter_statistics(statistics: str, world: World) -> Way:
    old, new = world.old["statistics", statistics], world.new["statistics", statistics]
    if differs(old, new, "definition"):
        return Cannot.IN_PLACE
    found = list(owned("statistics", ("statistics", statistics), world)) if differs(old, new, "owner") else []
    if differs(old, new, "target"):
        found.append(f"alter statistics {statistics} set statistics {old.get('target', '-1')}")
    return tuple(found)


CONSTRAINT: Final = Kind(create=_create, drop=_drop, alter=_alter, created=330, dropped=70)
INDEX: Final = Kind(create=_create_index, drop=_drop_index, alter=_alter_index, created=340, dropped=90)
STATISTICS: Final = Kind(
    create=_create_statistics, drop=_drop_statistics, alter=_alter_statistics, created=430, dropped=100
)
