"""Who may do what with an object: lists of privileges, and those that new objects get by default."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from orchestrator.catalog.draft.identity import in_this_database
from orchestrator.catalog.draft.moment import RELATIONS, Key, Moment
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World
from orchestrator.domain.identity import schema_of, split, within

#: what ALTER DEFAULT PRIVILEGES calls the type of pg_default_acl
_DEFAULTS: Final = {
    "r": "tables",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
    "L": "large objects",
}
#: a kind of fact -> the type of pg_default_acl that decides about a new one
_TYPE_OF: Final = {
    **dict.fromkeys(RELATIONS, "r"),
    "sequence": "S",
    **dict.fromkeys(("function", "procedure", "aggregate"), "f"),
    "type": "T",
    "schema": "n",
}
_ALL_OF: Final = {
    "r": ("INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"),
    "S": ("SELECT", "UPDATE", "USAGE"),
    "f": ("EXECUTE",),
    "T": ("USAGE",),
    "n": ("CREATE", "USAGE"),
}
#: what everybody may do with a new one
_FOR_ALL: Final = {"f": "EXECUTE", "T": "USAGE"}
#: since this version the owner of a table may also MAINTAIN it
_MAINTAIN_SINCE: Final = 17

#: what is said of these only when it is not the built-in default
_SILENT: Final = ("database", "language", "foreign server", "foreign data wrapper")
_OF_DATABASE_OWNER: Final = ("CONNECT", "CREATE", "TEMPORARY")

#: role and privilege -> whether it may be passed on
Grants = Mapping[tuple[str, str], bool]


def _entries(moment: Moment, identity: str) -> Grants:
    """Read "anon SELECT*"."""
    parts = moment.parts.get(("grant", identity), {})
    found = {}
    for word, value in parts.items():
        role, _, privilege = (f"{word}={value}" if value else word).rpartition(" ")
        found[role, privilege.removesuffix("*")] = privilege.endswith("*")
    return found


def _create(identity: str, world: World) -> Way:
    """Grant what a list says, where there is none or its object was just made."""
    if _is_default(identity):
        return tuple(_default_changes(identity, world))
    return tuple(_of_a_new_object(identity, world))


def _of_a_new_object(identity: str, world: World) -> list[str]:
    """Lead a new object's privileges to the old ones.

    Nobody knows here as whom the draft will run. Where each role whose defaults could apply would bring the
    very list, nothing has to be said; else everything is taken from all of them first.
    """
    wanted = _entries(world.old, identity)
    about = world.old.granted(identity)
    of_type = _TYPE_OF.get(about[0]) if about else None
    if about is None or of_type is None:
        return _changes(identity, world, {}, wanted)
    owner = world.old[about].get("owner", "")
    candidates = [
        _renamed(_of_new(creator, of_type, about, world.old), creator, owner)
        for creator in _creators(of_type, about, world.old) or [owner]
    ]
    if all(candidate == wanted for candidate in candidates):
        return []
    roles = sorted({role for candidate in candidates for role, _ in candidate} - {owner})
    emptied = [f"revoke all on {_place(identity, world)} from {', '.join(roles)}"] if roles else []
    own = dict.fromkeys(((owner, privilege) for privilege in _whole(of_type, world.old)), False)
    return [*emptied, *_changes(identity, world, own, wanted)]


def _creators(of_type: str, about: Key, moment: Moment) -> list[str]:
    """Return the roles that have defaults for such an object."""
    found = []
    for identity, _ in moment.of_kind("grant"):
        if _is_default(identity):
            role, schema, said_type = _default_of(identity)
            if said_type == of_type and schema in ("*", schema_of(about[1])):
                found.append(role)
    return sorted(set(found))


def _of_new(creator: str, of_type: str, about: Key, moment: Moment) -> Grants:
    """Return what a new object of this role would have."""
    everywhere = _entries(moment, f"default privilege {creator}/*/{of_type}")
    here = _entries(moment, f"default privilege {creator}/{schema_of(about[1])}/{of_type}")
    return {**(everywhere or _built_in(creator, of_type, moment)), **here}


def _whole(of_type: str, moment: Moment) -> tuple[str, ...]:
    maintain = ("MAINTAIN",) if of_type == "r" and moment.server_major >= _MAINTAIN_SINCE else ()
    return (*_ALL_OF.get(of_type, ()), *maintain)


def _built_in(owner: str, of_type: str, moment: Moment) -> Grants:
    everybody = {("public", _FOR_ALL[of_type]): False} if of_type in _FOR_ALL else {}
    return {**{(owner, privilege): False for privilege in _whole(of_type, moment)}, **everybody}


def _renamed(grants: Grants, was: str, now: str) -> Grants:
    """Return what a change of the owner makes of a list."""
    found: dict[tuple[str, str], bool] = {}
    for (role, privilege), to_grant in grants.items():
        key = (now if role == was else role, privilege)
        found[key] = to_grant or found.get(key, False)
    return found


def _drop(identity: str, world: World) -> Way:
    """Take back a list that was not there: some were the built-in default then."""
    if identity.startswith(_SILENT):
        return _silenced(identity, world)
    return _alter(identity, world)


def _silenced(identity: str, world: World) -> Way:
    now = _entries(world.new, identity)
    if identity.startswith("database "):
        # whose it is no fact says; it is taken to be whoever may do everything
        owners = {role for role, _ in now if all((role, word) in now for word in _OF_DATABASE_OWNER)} - {
            "public"
        }
        wanted = {("public", "CONNECT"): False, ("public", "TEMPORARY"): False}
        wanted |= {(role, word): False for role in owners for word in _OF_DATABASE_OWNER}
        return tuple(_changes(identity, world, now, wanted))
    about = world.old.granted(identity)
    if about is None or about[0] != "server":
        return Cannot.AT_ALL
    return tuple(_changes(identity, world, now, {(world.old[about]["owner"], "USAGE"): False}))


def _alter(identity: str, world: World) -> Way:
    if _is_default(identity):
        return tuple(_default_changes(identity, world))
    now, about = _entries(world.new, identity), world.old.granted(identity)
    if about is not None and about in world.new:
        owners = world.new[about].get("owner", ""), world.old[about].get("owner", "")
        now = _renamed(now, *owners) if owners[0] != owners[1] else now
    return tuple(_changes(identity, world, now, _entries(world.old, identity)))


def _changes(identity: str, world: World, now: Grants, wanted: Grants) -> list[str]:
    place, columns = _place(identity, world), _columns(identity)
    found = _statements(now, wanted, lambda listed: f"{_listed(listed, columns)} on {place}")
    return [in_this_database(statement) for statement in found] if place == "database %I" else found


def _statements(now: Grants, wanted: Grants, what: Callable[[list[str]], str]) -> list[str]:
    """Write how one list becomes another."""
    gone = [key for key in now if key not in wanted]
    kept_back = [key for key in now if now[key] and not wanted.get(key, True)]
    came = [key for key in wanted if key not in now and not wanted[key]]
    passed_on = [key for key in wanted if wanted[key] and not now.get(key, False)]
    return [
        *(f"revoke {what(listed)} from {role}" for role, listed in _by_role(gone)),
        *(f"revoke grant option for {what(listed)} from {role}" for role, listed in _by_role(kept_back)),
        *(f"grant {what(listed)} to {role}" for role, listed in _by_role(came)),
        *(f"grant {what(listed)} to {role} with grant option" for role, listed in _by_role(passed_on)),
    ]


def _by_role(keys: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for role, privilege in sorted(keys):
        found.setdefault(role, []).append(privilege)
    return list(found.items())


def _listed(privileges: list[str], columns: str) -> str:
    return ", ".join(f"{privilege.lower()}{columns}" for privilege in privileges)


def _place(identity: str, world: World) -> str:
    """Write what GRANT calls it."""
    called, _, named = identity.partition(" ")
    if called == "column":
        return f"table {within(named)[0]}"
    if called == "relation":
        return f"{'sequence' if ('sequence', named) in world.old else 'table'} {named}"
    if called == "function":
        return f"{'procedure' if ('procedure', named) in world.old else 'function'} {named}"
    return "database %I" if called == "database" else identity


def _columns(identity: str) -> str:
    called, _, named = identity.partition(" ")
    return f" ({within(named)[1]})" if called == "column" else ""


def _is_default(identity: str) -> bool:
    return identity.startswith("default privilege ")


def _default_of(identity: str) -> tuple[str, str, str]:
    """Return role, schema and type."""
    role, schema, of_type = split(identity.removeprefix("default privilege "), "/")
    return role, schema, of_type


def _default_changes(identity: str, world: World) -> list[str]:
    role, schema, of_type = _default_of(identity)
    entries = []
    for moment in (world.new, world.old):
        found = _entries(moment, identity)
        # no list for all schemas: what is built in
        entries.append(found or (_built_in(role, of_type, moment) if schema == "*" else {}))
    place = "" if schema == "*" else f" in schema {schema}"
    return [
        f"alter default privileges for role {role}{place} {statement}"
        for statement in _statements(
            entries[0], entries[1], lambda listed: f"{_listed(listed, '')} on {_DEFAULTS[of_type]}"
        )
    ]


GRANT: Final = Kind(create=_create, drop=_drop, alter=_alter, created=600, dropped=610)
