"""The roles of a target, and as much of them on the scratch server as is safe there.

What is there already stays as it is, for other copies live beside this one; nobody becomes a superuser, and
nobody gets a password or may connect but the role that runs migrations.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.domain.facts import PART_SEPARATOR, Change, Facts

_SQL = queries.load("sql/scratch/roles.sql")

#: before it, whoever may create roles may become nearly any of them
_CREATEROLE_IS_BOUNDED: Final = 16
#: before it, a grant had no options but one
_GRANT_OPTIONS: Final = 16
#: with these one runs programs, reads files and reaches other servers; nobody is given them here
_WITHHELD: Final = frozenset(
    {
        "pg_execute_server_program",
        "pg_read_server_files",
        "pg_write_server_files",
        "pg_create_subscription",
        "pg_database_owner",  # has its member by itself
    }
)
#: settings whose value is a list of names, which no literal can hold
_LISTS_OF_NAMES: Final = ("search_path", "temp_tablespaces")
#: the platform's own, which nobody's migrations speak for
_PLATFORM: Final = ("dashboard_user", "pgbouncer", "authenticator", "pgsodium_keymaker")

#: what ALTER ROLE can say of a role here, but for what nobody becomes
FLAGS: Final = ("inherit", "createrole", "createdb", "replication", "bypassrls")

Run = Callable[[sql.Composed], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """What a role may do by itself."""

    superuser: bool
    inherit: bool
    createrole: bool
    createdb: bool
    replication: bool
    bypassrls: bool
    #: "name=value", for all databases
    settings: tuple[str, ...]

    def said(self) -> str:
        """Write it as the definition of a fact."""
        return PART_SEPARATOR.join(flag for flag in ("superuser", *FLAGS) if getattr(self, flag))


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """One role being a member of another; None where the server knows no such option."""

    member: str
    granted: str
    admin: bool
    inherit: bool | None
    set: bool | None


class Parameter(NamedTuple):
    """The right of a role to a setting that is not everybody's."""

    role: str
    name: str
    privilege: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Roles:
    """The roles of one server, as seen from one database."""

    #: who is connected: on a target, who runs migrations
    connected: str
    database: str
    database_owner: str
    all: Mapping[str, Role]
    memberships: tuple[Membership, ...]
    #: the server's own, such as pg_monitor
    predefined: frozenset[str]
    parameters: frozenset[Parameter]
    #: whether a module of the server's may let them do more than that; True also where nobody may know
    helped: bool

    def digest(self) -> str:
        """Return what changes whenever a copy would have to have other roles."""
        parts = [self.connected, self.database, self.database_owner, repr(self.helped)]
        parts += map(repr, sorted(map(tuple, self.parameters)))
        parts += [repr((name, astuple(role))) for name, role in sorted(self.all.items())]
        parts += [repr(astuple(each)) for each in self.memberships]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def is_superuser(self, name: str) -> bool:
        """Tell whether there is such a role and nothing is forbidden to it."""
        return name in self.all and self.all[name].superuser


def read_roles(rows: Callable[[str], list[tuple[Any, ...]]]) -> Roles:
    """Read the roles of a server; `rows` asks it. Needs no right."""
    [(connected, database, owner, parameters, helped)] = rows(_SQL["who"])
    return Roles(
        connected=connected,
        database=database,
        database_owner=owner,
        all={name: _role(*rest) for name, *rest in rows(_SQL["roles"])},
        memberships=tuple(
            Membership(member=member, granted=granted, admin=admin, inherit=inherit, set=may_set)
            for member, granted, admin, inherit, may_set in rows(_SQL["memberships"])
        ),
        predefined=frozenset(name for (name,) in rows(_SQL["predefined"])),
        parameters=frozenset(Parameter(*each) for each in parameters),
        helped=helped,
    )


def as_if_ordinary(roles: Roles) -> Roles:
    """Add what a superuser may do by itself, where one runs migrations: act as every other role.

    On the scratch server it is none; as a member of the others it still owns what they own.
    """
    if not roles.is_superuser(roles.connected):
        return roles
    known = {each.granted for each in roles.memberships if each.member == roles.connected}
    more = (
        Membership(member=roles.connected, granted=name, admin=False, inherit=True, set=True)
        for name, role in roles.all.items()
        if not role.superuser and name not in known and not _reaches(name, roles.connected, roles)
    )
    return replace(roles, memberships=(*roles.memberships, *more))


def _reaches(member: str, granted: str, roles: Roles) -> bool:
    """Tell whether a role is a member of another, however far: the other way round would be a circle."""
    seen, ahead = {member}, [member]
    while ahead:
        here = ahead.pop()
        above = {each.granted for each in roles.memberships if each.member == here} - seen
        seen |= above
        ahead += above
    return granted in seen


def bring(wanted: Roles, there: Roles, run: Run, *, server_major: int) -> None:
    """Make the roles that the scratch server lacks; who is a member of whom is a play's business.

    `run` carries a statement out, or says that it cannot be.
    """
    absent = {name: role for name, role in wanted.all.items() if name not in there.all}
    for name, role in absent.items():
        run(_create(name, role, server_major=server_major))
        for setting in role.settings:
            _set(name, setting, run)


def lacking(wanted: Roles, there: Roles) -> bool:
    """Tell whether `bring` would have anything to do."""
    return not wanted.all.keys() <= there.all.keys()


def otherwise(wanted: Roles, there: Roles, facts: Facts) -> Iterator[Change]:
    """Say which roles are not on the scratch server what they are on the target, and what they may not be.

    Only of roles that the target's database knows: a server has those of other databases, too.
    """
    named = named_in(facts)
    concerned = {
        name
        for name in wanted.all
        if not is_platform(name) and ({name, f'"{name}"'} & named or _reaches(wanted.connected, name, wanted))
    }
    for name, role in sorted(wanted.all.items()):
        found = there.all.get(name)
        if name in concerned and (found is None or found.said() != role.said()):
            yield Change(
                kind="role", identity=name, before=role.said(), after=None if found is None else found.said()
            )
    known = {(each.member, each.granted) for each in there.memberships}
    for each in wanted.memberships:
        if each.member in concerned and (each.member, each.granted) not in known:
            identity = f"{each.member} of {each.granted}"
            yield Change(kind="membership", identity=identity, before="", after=None)


def named_in(facts: Facts) -> set[str]:
    """Return the roles that own something, are granted something, or have a policy."""
    named = {fact.parts["owner"] for fact in facts.all if "owner" in fact.parts}
    for fact in facts.all:
        if fact.kind == "grant":
            named |= {part.rpartition(" ")[0] for part in fact.definition.split(PART_SEPARATOR)}
        elif fact.kind == "policy":
            named |= set(fact.parts.get("to", "").split(", "))
    return named


def _role(*columns: Any) -> Role:  # noqa: ANN401
    superuser, inherit, createrole, createdb, replication, bypassrls, settings = columns
    return Role(
        superuser=superuser,
        inherit=inherit,
        createrole=createrole,
        createdb=createdb,
        replication=replication,
        bypassrls=bypassrls,
        settings=tuple(settings),
    )


def bounded(role: Role, *, server_major: int, there: Role | None = None) -> Role:
    """Return what a role may be on a scratch server at most; `there` is what it is now."""
    may_make_roles = server_major >= _CREATEROLE_IS_BOUNDED or (there is not None and there.createrole)
    return replace(role, superuser=False, createrole=role.createrole and may_make_roles)


def _create(name: str, role: Role, *, server_major: int) -> sql.Composed:
    may = bounded(role, server_major=server_major)
    words = sql.SQL(" ").join(sql.SQL(word if getattr(may, word) else f"no{word}") for word in FLAGS)
    return sql.SQL("create role {} nologin nosuperuser {}").format(sql.Identifier(name), words)


def _set(role: str, setting: str, run: Run) -> None:
    name, _, value = setting.partition("=")
    set_for(sql.SQL("alter role {}").format(sql.Identifier(role)), name, value, run)


def set_for(whom: sql.Composed, name: str, value: str, run: Run) -> None:
    """Set a setting for a role or a database, exactly as a catalog holds it."""
    if name in _LISTS_OF_NAMES:
        run(sql.SQL("select pg_catalog.set_config({}, {}, false)").format(name, value))
        run(sql.SQL("{} set {} from current").format(whom, sql.Identifier(name)))
        run(sql.SQL("reset {}").format(sql.Identifier(name)))
    else:
        run(sql.SQL("{} set {} = {}").format(whom, sql.Identifier(name), sql.Literal(value)))


def may_be_granted(membership: Membership, wanted: Roles, there: Roles) -> bool:
    """Tell whether both roles are there, or about to be, and the one gets no more than is safe."""
    granted = membership.granted
    return (
        granted not in _WITHHELD
        and not there.is_superuser(granted)
        and (granted in there.all or granted in wanted.all or granted in there.predefined)
    )


def grant(membership: Membership, *, server_major: int) -> sql.Composed:
    """Return the statement that makes a role a member."""
    options = {"admin": membership.admin}
    if server_major >= _GRANT_OPTIONS and membership.inherit is not None and membership.set is not None:
        options |= {"inherit": membership.inherit, "set": membership.set}
        said = ", ".join(f"{option} {str(value).lower()}" for option, value in options.items())
    else:
        said = "admin option" if membership.admin else ""
    return sql.SQL("grant {} to {}{}").format(
        sql.Identifier(membership.granted),
        sql.Identifier(membership.member),
        sql.SQL(f" with {said}" if said else ""),
    )


def is_platform(name: str) -> bool:
    """Tell whether a role is the platform's own, which nobody's migrations speak for."""
    return name.startswith("supabase_") or name in _PLATFORM


def runner(connection: psycopg.Connection) -> Run:
    """Carry statements out on a connection in autocommit; what the server refuses is passed over."""

    def run(statement: sql.Composed) -> bool:
        try:
            connection.execute(statement)
        except psycopg.DatabaseError as error:
            if error.sqlstate is None:
                raise
            return False
        return True

    return run
