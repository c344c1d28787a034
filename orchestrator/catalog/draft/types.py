"""Types: enumerations, domains, composite types and ranges."""

from typing import Final

from orchestrator.catalog.draft.identity import items, literals
from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, differs, owned

#: part of a range -> its word in CREATE TYPE
_OF_RANGES: Final = {
    "subtype": "subtype",
    "operators": "subtype_opclass",
    "range collation": "collation",
    "subtype diff": "subtype_diff",
    "multirange": "multirange_type_name",
}


def _create(name: str, world: World) -> Way:
    parts = world.old["type", name]
    kind = parts["kind"]
    if kind == "multirange":
        return ()  # comes with its range
    if kind == "base" or "canonical" in parts:
        return Cannot.AT_ALL
    made = {"enum": _enum, "domain": _domain, "range": _range}.get(kind)
    statement = made(name, parts, world) if made else _composite(name, parts, world)
    return (statement, *owned(_word(parts), ("type", name), world))


def _word(parts: Parts) -> str:
    return "domain" if parts["kind"] == "domain" else "type"


def _enum(name: str, parts: Parts, _world: World) -> str:
    return f"create type {name} as enum ({parts.get('labels', '')})"


def _domain(name: str, parts: Parts, world: World) -> str:
    collation = f" collate {parts['collate']}" if "collate" in parts else ""
    default = f" default {parts['default']}" if "default" in parts else ""
    required = " not null" if "not null" in parts and not _named_not_null(name, world) else ""
    return f"create domain {name} as {parts['over']}{collation}{default}{required}"


def _named_not_null(name: str, world: World) -> bool:
    return any(
        world.old[child]["definition"].startswith("NOT NULL")
        for child in world.old.children(("type", name))
        if child[0] == "constraint"
    )


def _range(name: str, parts: Parts, _world: World) -> str:
    inside = [f"{word} = {parts[part]}" for part, word in _OF_RANGES.items() if part in parts]
    return f"create type {name} as range ({', '.join(inside)})"


def _composite(name: str, parts: Parts, world: World) -> str:
    inside = "".join(f"\n  {_attribute(name, own, world)}," for own in items(parts.get("attributes")))
    return f"create type {name} as ({inside.removesuffix(',')}\n)"


def _attribute(name: str, own: str, world: World) -> str:
    parts = world.old["column", f"{name}.{own}"]
    collation = f" collate {parts['collate']}" if "collate" in parts else ""
    return f"{own} {parts['type']}{collation}"


def _drop(name: str, world: World) -> Way:
    parts = world.new["type", name]
    return () if parts["kind"] == "multirange" else (f"drop {_word(parts)} {name}",)


def _alter(name: str, world: World) -> Way:
    old, new = world.old["type", name], world.new["type", name]
    if differs(
        old, new, "kind", "over", "collate", *_OF_RANGES, "canonical", "input", "output", "length", "align"
    ):
        return Cannot.IN_PLACE
    found: list[str] = []
    if differs(old, new, "labels"):
        labels = _labels(name, literals(old.get("labels", "")), literals(new.get("labels", "")))
        if labels is None:
            return Cannot.AT_ALL
        found += labels
    if old["kind"] == "composite":
        found += _attributes(name, old, new, world)
    if differs(old, new, "default"):
        found.append(f"alter domain {name} {_set_default(old)}")
    if differs(old, new, "not null") and not _constrained(name, world):
        found.append(f"alter domain {name} {'set' if 'not null' in old else 'drop'} not null")
    if differs(old, new, "owner") and old["kind"] != "multirange":
        found += owned(_word(old), ("type", name), world)
    return tuple(found)


def _set_default(old: Parts) -> str:
    return f"set default {old['default']}" if "default" in old else "drop default"


def _constrained(name: str, world: World) -> bool:
    """Tell whether NOT NULL is a constraint of the domain with a name, as newer servers have it."""
    return any(
        moment[child]["definition"].startswith("NOT NULL")
        for moment in (world.old, world.new)
        for child in moment.children(("type", name))
        if child[0] == "constraint"
    )


def _labels(name: str, old: list[str], new: list[str]) -> list[str] | None:
    """Write the labels that are missing; None when one would have to go or move."""
    if [label for label in old if label in new] != new:
        return None
    found = []
    for place, label in enumerate(old):
        if label not in new:
            where = f" after {old[place - 1]}" if place else f" before {new[0]}" if new else ""
            found.append(f"alter type {name} add value {label}{where}")
    return found


def _attributes(name: str, old: Parts, new: Parts, world: World) -> list[str]:
    """Write how attributes come back in their order: after the first that differs, all are made again."""
    was, now = items(old.get("attributes")), items(new.get("attributes"))
    same = next((place for place, pair in enumerate(zip(was, now, strict=False)) if pair[0] != pair[1]), None)
    kept = min(len(was), len(now)) if same is None else same
    changes = [f"drop attribute {own}" for own in now[kept:]]
    changes += [f"add attribute {_attribute(name, own, world)}" for own in was[kept:]]
    for own in was[:kept]:
        key = ("column", f"{name}.{own}")
        if differs(world.old[key], world.new[key], "type", "collate"):
            before, _, rest = _attribute(name, own, world).partition(" ")
            changes.append(f"alter attribute {before} type {rest}")
    return [f"alter type {name} {change}" for change in changes]


TYPE: Final = Kind(create=_create, drop=_drop, alter=_alter, created=220, dropped=540)
