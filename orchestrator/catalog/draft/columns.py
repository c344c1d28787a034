"""Columns of tables, foreign tables, views and composite types."""

from typing import Final

from orchestrator.catalog.draft.identity import options, parameters, settings
from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.sequences import parameters_of
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, differs, new_parts, old_parts
from orchestrator.domain.identity import within

_STORAGE: Final = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
_COMPRESSION: Final = {"p": "pglz", "l": "lz4"}
_WORDS: Final = {
    "table": "table",
    "foreign table": "foreign table",
    "view": "view",
    "materialized view": "materialized view",
}


def clause(column: str, world: World) -> str:
    """Write a column of the old moment as CREATE TABLE and ADD COLUMN take it."""
    parts = world.old["column", column]
    return " ".join([within(column)[1], parts["type"], *_clauses(column, parts, world)])


def _clauses(column: str, parts: Parts, world: World) -> list[str]:
    found = []
    if "foreign options" in parts:
        found.append(f"options ({parts['foreign options']})")
    if "collate" in parts:
        found.append(f"collate {parts['collate']}")
    if "default" in parts:
        found.append(f"default {parts['default']}")
    if "generated" in parts:
        found.append(f"generated always as ({parts['generated']}) stored")
    if "generated virtual" in parts:
        found.append(f"generated always as ({parts['generated virtual']}) virtual")
    if "identity" in parts:
        found.append(f"generated {parts['identity']} as identity{_identity_sequence(column, world)}")
    return found + _required(column, parts, world)


def _identity_sequence(column: str, world: World) -> str:
    for sequence, parts in world.old.of_kind("sequence"):
        if parts.get("identity of") == column:
            return f" (sequence name {sequence} {parameters_of(parts)})"
    return ""


def _required(column: str, parts: Parts, world: World) -> list[str]:
    """Write NOT NULL, by its name where it has one."""
    if "not null" not in parts:
        return []
    named = named_not_null(column, world)
    if named is None:
        return ["not null"]
    constraint, definition = named
    if definition != f"NOT NULL {within(column)[1]}":
        return []  # not inherited or not checked: as a constraint of its own
    return [f"constraint {within(constraint)[1]} not null"]


def named_not_null(column: str, world: World) -> tuple[str, str] | None:
    """Return the constraint that says NOT NULL for a column, and its definition: servers since 18 have it."""
    table, own = within(column)
    relation = world.old.relation(table)
    for kind, identity in world.old.children(relation) if relation else ():
        if kind == "constraint":
            definition = world.old[kind, identity]["definition"]
            if definition == f"NOT NULL {own}" or definition.startswith(f"NOT NULL {own} "):
                return identity, definition
    return None


def attributes(column: str, world: World) -> tuple[str, ...]:
    """Write what neither CREATE TABLE nor ADD COLUMN of every server takes."""
    parts = world.old["column", column]
    alter = _alter(column, world)
    found = []
    if "storage" in parts:
        found.append(f"{alter} set storage {_STORAGE[parts['storage']]}")
    if "compression" in parts:
        found.append(f"{alter} set compression {_COMPRESSION[parts['compression']]}")
    if "statistics" in parts:
        found.append(f"{alter} set statistics {parts['statistics']}")
    if "options" in parts:
        found.append(f"{alter} set ({settings(parts['options'])})")
    return tuple(found)


def _alter(column: str, world: World) -> str:
    table, own = within(column)
    relation = world.old.relation(table) or ("table", table)
    return f"alter {relation[0]} {table} alter column {own}"


def _create(column: str, world: World) -> Way:
    table, _ = within(column)
    relation = world.old.relation(table)
    parts = world.old["column", column]
    if relation is None or "inherited" in parts:
        return ()  # an attribute of a composite type comes with its type
    if relation[0] in ("view", "materialized view"):
        default = parts.get("default")
        return (f"{_alter(column, world)} set default {default}",) if default else ()
    return (
        f"alter {relation[0]} {table} add column {clause(column, world)}",
        *attributes(column, world),
    )


def _drop(column: str, world: World) -> Way:
    table, own = within(column)
    relation = world.new.relation(table)
    if (
        relation is None
        or relation[0] in ("view", "materialized view")
        or "inherited" in world.new["column", column]
    ):
        return ()
    return (f"alter {relation[0]} {table} drop column {own}",)


def _change(column: str, world: World) -> Way:
    old, new = world.old["column", column], world.new["column", column]
    relation = world.old.relation(within(column)[0])
    if relation is None or _follows_its_parent(column, world):
        return ()
    if relation[0] in ("view", "materialized view"):
        return (*_defaulted(column, old, new, world), *_stored(column, old, new, world))
    if "inherited" in old and "inherited" not in new and "bound" not in world.old[relation]:
        return Cannot.AT_ALL  # once its own, a column stays so beside the parent's
    if differs(old, new, "generated", "generated virtual"):
        return _computed(column, old, new, world)
    return (
        *_valued(column, old, new, world),
        *_identified(column, old, new, world),
        *_nullable(column, old, new, world),
        *_stored(column, old, new, world),
    )


def _computed(column: str, old: Parts, new: Parts, world: World) -> Way:
    """Write how an expression goes. How one comes or changes, older servers cannot say."""
    if "generated" in old or "generated virtual" in old or "generated" not in new:
        return Cannot.IN_PLACE
    return (f"{_alter(column, world)} drop expression", *_valued(column, old, new, world))


def _follows_its_parent(column: str, world: World) -> bool:
    """Tell whether the same column of what the table inherits from changes, which changes this one too."""
    table, own = within(column)
    if "inherited" not in old_parts(world, "column", column) or "inherited" not in new_parts(
        world, "column", column
    ):
        return False
    above = world.old["table", table].get("inherits", "").split(", ")
    keys = [("column", f"{parent}.{own}") for parent in above]
    return any(world.old.definitions.get(key) != world.new.definitions.get(key) for key in keys)


def retyped(column: str, world: World) -> bool:
    """Tell whether a column changes its type, which its table cannot do under views and policies."""
    old, new = old_parts(world, "column", column), new_parts(world, "column", column)
    return bool(old and new) and differs(old, new, "type", "collate")


def _valued(column: str, old: Parts, new: Parts, world: World) -> tuple[str, ...]:
    """Write type and default: a default of the one type may have no meaning in the other."""
    if not retyped(column, world):
        return _defaulted(column, old, new, world)
    table, own = within(column)
    collation = f" collate {old['collate']}" if "collate" in old else ""
    using = "" if "generated" in old or "generated virtual" in old else f" using {_converted(own, old, new)}"
    changes = [f"alter column {own} type {old['type']}{collation}{using}"]
    if "default" in new:
        changes.insert(0, f"alter column {own} drop default")
    if "default" in old:
        changes.append(f"alter column {own} set default {old['default']}")
    relation = world.old.relation(table) or ("table", table)
    return (f"alter {relation[0]} {table} {', '.join(changes)}",)


def _converted(own: str, old: Parts, new: Parts) -> str:
    """Write a conversion. Types that people made have no other way than through text."""
    through = "::text[]" if old["type"].endswith("[]") else "::text"
    people = any("." in side["type"] for side in (old, new))
    return f"{own}{through if people else ''}::{old['type']}"


def _defaulted(column: str, old: Parts, new: Parts, world: World) -> tuple[str, ...]:
    if not differs(old, new, "default"):
        return ()
    alter = _alter(column, world)
    return (f"{alter} set default {old['default']}" if "default" in old else f"{alter} drop default",)


def _identified(column: str, old: Parts, new: Parts, world: World) -> tuple[str, ...]:
    alter = _alter(column, world)
    was, now = old.get("identity"), new.get("identity")
    if was == now:
        return ()
    if was is None:
        return (f"{alter} drop identity",)
    if now is None:
        required = _nullable(column, {"not null": ""}, new, world)
        return (*required, f"{alter} add generated {was} as identity{_identity_sequence(column, world)}")
    return (f"{alter} set generated {was}",)


def _nullable(column: str, old: Parts, new: Parts, world: World) -> tuple[str, ...]:
    """Write NOT NULL where it is not a constraint of its own: before PostgreSQL 18."""
    if not differs(old, new, "not null") or world.old.server_major >= 18:  # noqa: PLR2004
        return ()
    return (f"{_alter(column, world)} {'set' if 'not null' in old else 'drop'} not null",)


def _stored(column: str, old: Parts, new: Parts, world: World) -> tuple[str, ...]:
    alter = _alter(column, world)
    found = []
    if differs(old, new, "storage"):
        kept = _STORAGE[old["storage"]] if "storage" in old else _usual_storage(old["type"])
        found.append(f"{alter} set storage {kept}")
    if differs(old, new, "compression"):
        found.append(f"{alter} set compression {_COMPRESSION.get(old.get('compression', ''), 'default')}")
    if differs(old, new, "statistics"):
        found.append(f"{alter} set statistics {old.get('statistics', '-1')}")
    if differs(old, new, "options"):
        gone = parameters(new.get("options")).keys() - parameters(old.get("options")).keys()
        found += [f"{alter} reset ({', '.join(sorted(gone))})"] if gone else []
        found += [f"{alter} set ({settings(old['options'])})"] if "options" in old else []
    if differs(old, new, "foreign options"):
        found.append(
            f"{alter} options ({option_changes(old.get('foreign options'), new.get('foreign options'))})"
        )
    return tuple(found)


def _usual_storage(of_type: str) -> str:
    """Return what a type of changing length has by itself; older servers have no word for it."""
    return "main" if of_type.startswith(("numeric", "inet", "cidr")) else "extended"


def option_changes(old: str | None, new: str | None) -> str:
    """Write how options of foreign things change, as OPTIONS takes it."""
    was, now = options(old), options(new)
    return ", ".join(
        [f"drop {key}" for key in now if key not in was]
        + [f"add {key} {value}" for key, value in was.items() if key not in now]
        + [f"set {key} {value}" for key, value in was.items() if now.get(key, value) != value]
    )


def default_dropped(column: str, world: World) -> str:
    """Write that a column has no default, so that what it calls can be made again."""
    return f"{_alter(column, world)} drop default"


def default_restored(column: str, world: World) -> str:
    """Write a column's default again."""
    return f"{_alter(column, world)} set default {world.old['column', column]['default']}"


COLUMN: Final = Kind(create=_create, drop=_drop, alter=_change, created=290, dropped=500)
