"""What objects live in or lean on: schemas, extensions, foreign servers, settings of the database."""

from typing import Final

from orchestrator.catalog.draft.columns import option_changes
from orchestrator.catalog.draft.identity import in_this_database, literal
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, differs, owned
from orchestrator.domain.identity import split

#: how a value begins that may be a secret, and that only its digest is known of
_DIGEST: Final = "sha256:"

#: settings that are lists of names: the server keeps them as it takes them
_LISTS: Final = (
    "search_path",
    "temp_tablespaces",
    "session_preload_libraries",
    "shared_preload_libraries",
    "local_preload_libraries",
    "unix_socket_directories",
)


def _create_schema(schema: str, world: World) -> Way:
    return (f"create schema {schema}", *owned("schema", ("schema", schema), world))


def _drop_schema(schema: str, _world: World) -> Way:
    return (f"drop schema {schema}",)


def _alter_schema(schema: str, world: World) -> Way:
    return owned("schema", ("schema", schema), world)


def _create_extension(extension: str, world: World) -> Way:
    parts = world.old["extension", extension]
    return (
        f"create extension {extension} with schema {parts['schema']} version {literal(parts['version'])}",
    )


def _drop_extension(extension: str, _world: World) -> Way:
    return (f"drop extension {extension}",)


def _alter_extension(extension: str, world: World) -> Way:
    old, new = world.old["extension", extension], world.new["extension", extension]
    found = []
    if differs(old, new, "version"):
        found.append(f"alter extension {extension} update to {literal(old['version'])}")
    if differs(old, new, "schema"):
        found.append(f"alter extension {extension} set schema {old['schema']}")
    return tuple(found)


def _create_server(server: str, world: World) -> Way:
    parts = world.old["server", server]
    if _DIGEST in parts.get("options", ""):
        return Cannot.AT_ALL
    kind = f" type {literal(parts['type'])}" if "type" in parts else ""
    version = f" version {literal(parts['version'])}" if "version" in parts else ""
    options = f" options ({parts['options']})" if "options" in parts else ""
    return (
        f"create server {server}{kind}{version} foreign data wrapper {parts['wrapper']}{options}",
        *owned("server", ("server", server), world),
    )


def _drop_server(server: str, _world: World) -> Way:
    return (f"drop server {server}",)


def _alter_server(server: str, world: World) -> Way:
    old, new = world.old["server", server], world.new["server", server]
    if differs(old, new, "wrapper", "type"):
        return Cannot.IN_PLACE
    found = []
    if differs(old, new, "version"):
        found.append(
            f"alter server {server} version {literal(old['version']) if 'version' in old else 'null'}"
        )
    if differs(old, new, "options"):
        changes = option_changes(old.get("options"), new.get("options"))
        if _DIGEST in changes:
            return Cannot.AT_ALL
        found.append(f"alter server {server} options ({changes})")
    if differs(old, new, "owner"):
        found += owned("server", ("server", server), world)
    return tuple(found)


def _drop_mapping(mapping: str, _world: World) -> Way:
    server, role = split(mapping, "/")
    return (f"drop user mapping for {role} server {server}",)


def _set(setting: str, world: World) -> Way:
    """Set it again. A custom one is known by its digest only."""
    value = world.old["setting", setting]["value"]
    role, own = split(setting, "/")
    if value.startswith(_DIGEST) and "." in own:
        return Cannot.AT_ALL
    written = value.replace("%", "%%") if own in _LISTS else literal(value).replace("%", "%%")
    return _of_the_database(role, f"set {own} to {written}")


def _reset(setting: str, _world: World) -> Way:
    role, own = split(setting, "/")
    return _of_the_database(role, f"reset {own}")


def _of_the_database(role: str, change: str) -> Way:
    if role == "*":
        return (in_this_database(f"alter database %I {change}"),)
    return (in_this_database(f"alter role {role.replace('%', '%%')} in database %I {change}"),)


SCHEMA: Final = Kind(create=_create_schema, drop=_drop_schema, alter=_alter_schema, created=200, dropped=590)
EXTENSION: Final = Kind(
    create=_create_extension, drop=_drop_extension, alter=_alter_extension, created=210, dropped=580
)
SERVER: Final = Kind(create=_create_server, drop=_drop_server, alter=_alter_server, created=250, dropped=550)
#: its options may hold a password, so the facts do not
USER_MAPPING: Final = Kind(
    create=lambda _identity, _world: Cannot.AT_ALL,
    drop=_drop_mapping,
    alter=lambda _identity, _world: Cannot.AT_ALL,
    created=255,
    dropped=545,
)
SETTING: Final = Kind(create=_set, drop=_reset, alter=_set, created=800, dropped=800)
