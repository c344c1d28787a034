"""Sequences, and those behind identity columns."""

from typing import Final

from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.world import Kind, Way, World, differs

_PARAMETERS: Final = ("start", "by", "from", "to", "cache", "cycles")


def parameters_of(parts: Parts) -> str:
    """Write all parameters but the type."""
    return (
        f"start with {parts['start']} increment by {parts['by']} minvalue {parts['from']}"
        f" maxvalue {parts['to']} cache {parts['cache']}{' cycle' if 'cycles' in parts else ''}"
    )


def _create(sequence: str, world: World) -> Way:
    parts = world.old["sequence", sequence]
    if "identity of" in parts:
        return ()  # comes with its column
    unlogged = "unlogged " if "unlogged" in parts else ""
    return (
        f"create {unlogged}sequence {sequence} as {parts['type']} {parameters_of(parts)}",
        f"alter sequence {sequence} owner to {parts['owner']}",
    )


def belonging(sequence: str, world: World) -> tuple[str, ...]:
    """Write which column a sequence goes with: once the column is there."""
    column = world.old["sequence", sequence].get("owned by")
    return (f"alter sequence {sequence} owned by {column}",) if column else ()


def _drop(sequence: str, world: World) -> Way:
    return () if "identity of" in world.new["sequence", sequence] else (f"drop sequence {sequence}",)


def _alter(sequence: str, world: World) -> Way:
    old, new = world.old["sequence", sequence], world.new["sequence", sequence]
    found = []
    if differs(old, new, "owned by") and "identity of" not in old and "identity of" not in new:
        found.append(f"alter sequence {sequence} owned by {old.get('owned by', 'none')}")
    if differs(old, new, "type", *_PARAMETERS):
        kind = f" as {old['type']}" if differs(old, new, "type") else ""
        cycle = " no cycle" if "cycles" in new and "cycles" not in old else ""
        found.append(f"alter sequence {sequence}{kind} {parameters_of(old)}{cycle}")
    if differs(old, new, "owner") and "owned by" not in old and "identity of" not in old:
        found.append(f"alter sequence {sequence} owner to {old['owner']}")
    if differs(old, new, "unlogged"):
        found.append(f"alter sequence {sequence} set {'unlogged' if 'unlogged' in old else 'logged'}")
    return tuple(found)


SEQUENCE: Final = Kind(create=_create, drop=_drop, alter=_alter, created=240, dropped=520)
