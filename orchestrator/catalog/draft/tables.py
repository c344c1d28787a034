"""Tables, partitions and foreign tables."""

from typing import Final

from orchestrator.catalog.draft.columns import attributes, clause
from orchestrator.catalog.draft.identity import items, parameters, settings
from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, differs, owned

_REPLICA_IDENTITY: Final = {None: "default", "f": "full", "n": "nothing"}


def _create(table: str, world: World) -> Way:
    parts = world.old["table", table]
    return (_created("table", table, world), *_marks(table, {}, parts), *_of_columns("table", table, world))


def _create_foreign(table: str, world: World) -> Way:
    return (
        _created("foreign table", table, world),
        *owned("foreign table", ("foreign table", table), world),
        *_of_columns("foreign table", table, world),
    )


def _created(kind: str, table: str, world: World) -> str:
    """Write CREATE TABLE. A partition is made with all its columns, to be attached when it is complete."""
    parts = world.old[kind, table]
    partition = "bound" in parts
    columns = [
        clause(column, world)
        for column in _columns(kind, table, world)
        if partition or "inherited" not in world.old["column", column]
    ]
    inside = "".join(f"\n  {column}," for column in columns).removesuffix(",")
    statement = [f"create {'unlogged ' if 'unlogged' in parts else ''}{kind} {table} ({inside}\n)"]
    if "inherits" in parts and not partition:
        statement.append(f"inherits ({parts['inherits']})")
    if "partition by" in parts:
        statement.append(f"partition by {parts['partition by']}")
    if "method" in parts:
        statement.append(f"using {parts['method']}")
    if "with" in parts:
        statement.append(f"with ({settings(parts['with'])})")
    if "tablespace" in parts:
        statement.append(f"tablespace {parts['tablespace']}")
    if "server" in parts:
        statement.append(f"server {parts['server']}")
    if "options" in parts:
        statement.append(f"options ({parts['options']})")
    return " ".join(statement)


def _columns(kind: str, table: str, world: World) -> list[str]:
    return [identity for child, identity in world.old.children((kind, table)) if child == "column"]


def _of_columns(kind: str, table: str, world: World) -> list[str]:
    """Write what CREATE TABLE could not say about the columns."""
    found: list[str] = []
    for column in _columns(kind, table, world):
        parts = world.old["column", column]
        if "inherited" not in parts or "bound" in world.old[kind, table]:
            found += attributes(column, world)
    return found


def attached(table: str, world: World) -> tuple[str, ...]:
    """Write that a partition belongs to its parent."""
    parts = world.old["table", table]
    if "bound" not in parts:
        return ()
    return (f"alter table {parts['inherits']} attach partition {table} {parts['bound']}",)


def _marks(table: str, new: Parts, old: Parts) -> list[str]:
    """Write what ALTER TABLE says about a table as a whole."""
    alter = f"alter table {table}"
    found = []
    if differs(old, new, "owner"):
        found.append(f"{alter} owner to {old['owner']}")
    if differs(old, new, "row security"):
        found.append(f"{alter} {'enable' if 'row security' in old else 'disable'} row level security")
    if differs(old, new, "forced"):
        found.append(f"{alter} {'' if 'forced' in old else 'no '}force row level security")
    if differs(old, new, "replica identity") and old.get("replica identity") != "i":
        found.append(f"{alter} replica identity {_REPLICA_IDENTITY[old.get('replica identity')]}")
    return found


def _alter(table: str, world: World) -> Way:
    old, new = world.old["table", table], world.new["table", table]
    if differs(old, new, "partition by", "of"):
        return Cannot.IN_PLACE
    alter = f"alter table {table}"
    found = [*_descent(table, old, new), *_marks(table, new, old)]
    if differs(old, new, "unlogged"):
        found.append(f"{alter} set {'unlogged' if 'unlogged' in old else 'logged'}")
    if differs(old, new, "with"):
        found += with_changes(alter, old, new)
    if differs(old, new, "tablespace"):
        found.append(f"{alter} set tablespace {old.get('tablespace', 'pg_default')}")
    if differs(old, new, "method"):
        found.append(f"{alter} set access method {old.get('method', 'heap')}")
    return tuple(found)


def with_changes(alter: str, old: Parts, new: Parts) -> list[str]:
    """Write how storage parameters, or the options of a view, change."""
    gone = parameters(new.get("with")).keys() - parameters(old.get("with")).keys()
    found = [f"{alter} reset ({', '.join(sorted(gone))})"] if gone else []
    return found + ([f"{alter} set ({settings(old['with'])})"] if "with" in old else [])


def _descent(table: str, old: Parts, new: Parts) -> list[str]:
    """Write how it stands to what it inherits from or is a partition of."""
    if not differs(old, new, "bound", "inherits"):
        return []
    found = []
    if "bound" in new:
        found.append(f"alter table {new['inherits']} detach partition {table}")
    elif "bound" not in old:
        gone = [parent for parent in items(new.get("inherits")) if parent not in items(old.get("inherits"))]
        found += [f"alter table {table} no inherit {parent}" for parent in gone]
    if "bound" in old:
        found.append(f"alter table {old['inherits']} attach partition {table} {old['bound']}")
    elif "bound" not in new:
        came = [parent for parent in items(old.get("inherits")) if parent not in items(new.get("inherits"))]
        found += [f"alter table {table} inherit {parent}" for parent in came]
    return found


def _drop(table: str, _world: World) -> Way:
    return (f"drop table {table}",)


def _drop_foreign(table: str, _world: World) -> Way:
    return (f"drop foreign table {table}",)


def _alter_foreign(table: str, world: World) -> Way:
    old, new = world.old["foreign table", table], world.new["foreign table", table]
    if differs(old, new, "server", "options", "bound", "inherits"):
        return Cannot.IN_PLACE  # it holds no rows of its own
    return owned("foreign table", ("foreign table", table), world) if differs(old, new, "owner") else ()


TABLE: Final = Kind(create=_create, drop=_drop, alter=_alter, created=260, dropped=510)
FOREIGN_TABLE: Final = Kind(
    create=_create_foreign, drop=_drop_foreign, alter=_alter_foreign, created=270, dropped=505
)
