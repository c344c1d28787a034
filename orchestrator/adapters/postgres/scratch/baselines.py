"""Write a target's schema down as SQL that a checkout can begin with.

What people have is taken from a dump; what they hung into the platform's schemas is drafted from the
difference of facts. Each statement is tried in its turn on an empty Supabase-like database, as the role that
runs migrations there; those that worked are the baseline. All of it is then carried out once more, as
`bascule check` will do it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres.scratch import likeness
from orchestrator.adapters.postgres.scratch.copies import dump_target, roles_of
from orchestrator.adapters.postgres.scratch.filling import refreshes
from orchestrator.adapters.postgres.scratch.playing import address_of
from orchestrator.adapters.postgres.scratch.restore import statements_of
from orchestrator.adapters.postgres.scratch.roles import Roles, is_platform, named_in
from orchestrator.adapters.postgres.scratch.scratch import MIGRATOR, PostgresScratch
from orchestrator.adapters.postgres.scratch.server import Server
from orchestrator.adapters.postgres.scratch.turn import connected, wait_for_turn
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.catalog.draft import arranged, written
from orchestrator.catalog.draft.identity import quoted
from orchestrator.domain.baseline import WrittenBaseline
from orchestrator.domain.facts import PART_SEPARATOR, Fact, Facts, difference
from orchestrator.domain.identity import schema_of, split
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.platform import MANAGED_SCHEMAS
from orchestrator.validation.rules import hardcoded_secret
from orchestrator.validation.sql_text import SqlText

_DRAFT: Final = "baseline_new"
#: as names in dumps are: always quoted
_NAME: Final = r'"(?:[^"]|"")+"'
#: what a dump says to its session, and of extensions, which are as the platform has them
_LEFT_OUT: Final = re.compile(r"(SET|RESET|SELECT pg_catalog\.set_config|COMMENT ON EXTENSION)\b")
_EXTENSION: Final = re.compile(rf"CREATE EXTENSION IF NOT EXISTS (?P<name>{_NAME})")
_TO_AN_OWNER: Final = re.compile(rf"ALTER .* OWNER TO (?P<owner>{_NAME})", re.DOTALL)
_ABOUT_ROLES: Final = ("GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES ", "CREATE POLICY ")
#: options of servers and foreign tables that hold more than an address
_SECRET_OPTION: Final = re.compile(
    r"OPTIONS\s*\(.*(?:password|secret|token|key)\"?\s+E?'", re.DOTALL | re.IGNORECASE
)
#: what a statement is about, without its arguments
_FIRST_WORDS: Final = re.compile(rf"(?:\w+ )+(?:{_NAME}(?:\.{_NAME})?|[\w.]+)?")

#: no name is looked up but as it is written, and no body is looked into before all is there
_BEFORE: Final = ("set search_path = ''", "set check_function_bodies = off")
_AFTER: Final = ("reset search_path", "reset check_function_bodies")


class WholeBaselines:
    """The port Baselines."""

    def __init__(
        self,
        scratch: PostgresScratch,
        server_of: Callable[[int | None], Server],
        addresses: Iterable[TargetAddress],
        *,
        pg_dump_of_wheel: Path | None = None,
    ) -> None:
        """Connect nowhere yet. No role should be on that server that a fresh one does not have."""
        self._scratch = scratch
        self._server_of = server_of
        self._addresses = {address.name: address for address in addresses}
        self._wheel = pg_dump_of_wheel

    def baseline_of(self, target: str, facts: Facts) -> WrittenBaseline:
        """Write the SQL that makes what people have in this target; no row of theirs."""
        address = self._addresses[target]
        roles = roles_of(address)
        dump = dump_target(address, facts, wheel=self._wheel)
        server = self._server_of(facts.server_major)
        as_ours = _as_migrator(facts, roles.connected)
        with _empty(server) as inside:
            there = likeness.facts_as(inside, MIGRATOR)
            expected = _expected(as_ours, there)
            trial = _Trial(inside)
            trial.bring(_absent(roles, facts, inside), roles)
            trial.all_of(_nothing_by_default(expected, there))
            trial.all_of(_dumped(dump, roles.connected, there))
            trial.all_of(refreshes(facts))
            likeness.close(expected, partial(likeness.facts_as, inside, MIGRATOR), trial.works)
        body = written((*_BEFORE, *trial.done, *_AFTER))
        made = self._made_of(body, server)
        return WrittenBaseline(
            sql=body,
            target_major=facts.server_major,
            server_major=server.major,
            lacking=likeness.lacks(expected, made),
            secret=tuple(dict.fromkeys(map(_named, trial.secret))),
            platform=len(difference(as_ours.all, expected.all)),
        )

    def _made_of(self, body: str, server: Server) -> Facts:
        """Carry it out as a check does, and return what there is then."""
        file = SqlFile(path="baseline.sql", sha256=checksum(body.encode()))
        copy = self._scratch.build(
            [(Migration(version="0", name="baseline", file=file), body)], target_major=server.major
        )
        with connected(server, copy.database) as inside:
            return likeness.facts_as(inside, copy.role)


class _Trial:
    """Statements that are carried out one by one; those that worked are kept in their order."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._works = likeness.trying(connection)
        self.done: list[str] = []
        #: not carried out, for a secret stands in them
        self.secret: list[str] = []

    def all_of(self, statements: Iterable[str]) -> None:
        """Carry out what can be, in the order in which it can be."""
        arranged(tuple(statements), self.works)

    def bring(self, names: Iterable[str], roles: Roles) -> None:
        """Make roles, as far as who runs migrations may; nobody logs in as them."""
        for name in names:
            role = sql.Identifier(name).as_string()
            words = f"create role {role} nologin{'' if roles.all[name].inherit else ' noinherit'}"
            # whoever makes something for a role has to be able to act as that role
            then = f"grant {role} to {MIGRATOR}"
            if not (roles.all[name].bypassrls and self.works(_unless_there(f"{words} bypassrls", then))):
                self.works(_unless_there(words, then))

    def works(self, statement: str) -> bool:
        """Carry one out, if it can be."""
        if _holds_a_secret(statement):
            self.secret.append(statement)
            return False
        worked = self._works(statement)
        if worked:
            self.done.append(statement)
        return worked


@contextmanager
def _empty(server: Server) -> Iterator[psycopg.Connection]:
    """Open a new Supabase-like database as who runs migrations there; dropped at the end."""
    with connected(server) as maintenance:
        wait_for_turn(maintenance)
        template = server.template()
        server.login(MIGRATOR)
        drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(_DRAFT))
        maintenance.execute(drop)
        maintenance.execute(
            sql.SQL("create database {} with owner {} template {} strategy file_copy").format(
                *map(sql.Identifier, (_DRAFT, MIGRATOR, template))
            )
        )
        address = address_of(server.url(_DRAFT, MIGRATOR), TargetAddress(name="scratch", url=""))
        session = open_session(address)
        try:
            for statement in _BEFORE:
                session.connection.execute(statement)
            yield session.connection
        finally:
            session.connection.close()
            maintenance.execute(drop)


def _expected(wanted: Facts, there: Facts) -> Facts:
    """Return what is to be made: what people have in the target, beside the platform's own as it is here."""
    here = {fact[:2]: fact for fact in there.all if _is_platforms(fact)}
    own = [fact for fact in wanted.all if fact[:2] not in here and not _is_platforms(fact)]
    more = [fact for fact in wanted.all if fact.kind == "extension" and fact[:2] not in here]
    return replace(wanted, all=tuple(sorted({*here.values(), *own, *more})))


def _is_platforms(fact: Fact) -> bool:
    """Tell whether the platform decides about it: its version differs from project to project."""
    match fact.kind:
        case "extension":
            return True
        case "schema":
            return fact.identity in MANAGED_SCHEMAS
        case "grant" if fact.identity.startswith("default privilege "):
            return is_platform(split(fact.identity.removeprefix("default privilege "), "/")[0])
        case "grant":
            return schema_of(split(fact.identity, " ")[-1]) in MANAGED_SCHEMAS
    return False


def _as_migrator(facts: Facts, role: str) -> Facts:
    """Put who runs migrations in a checkout's check in the place of who runs them on the target."""
    name = sql.Identifier(role).as_string() if not re.fullmatch("[a-z_][a-z0-9_]*", role) else role
    if name == MIGRATOR:
        return facts

    def part(text: str) -> str:
        if text == f"owner={name}":
            return f"owner={MIGRATOR}"
        return f"{MIGRATOR} {text.removeprefix(f'{name} ')}" if text.startswith(f"{name} ") else text

    def ours(fact: Fact) -> Fact:
        parts = list(dict.fromkeys(map(part, fact.definition.split(PART_SEPARATOR))))
        identity = fact.identity.replace(f"default privilege {name}/", f"default privilege {MIGRATOR}/")
        if fact.kind == "grant":
            parts.sort()
        return Fact(fact.kind, identity, PART_SEPARATOR.join(parts))

    return replace(facts, all=tuple(sorted(map(ours, facts.all))))


def _absent(roles: Roles, facts: Facts, inside: psycopg.Connection) -> Iterator[str]:
    """Return the roles that the target's schema names and a new database server does not have."""
    there = {name for (name,) in inside.execute("select rolname::text from pg_catalog.pg_roles").fetchall()}
    named = named_in(facts)
    for name in sorted(roles.all):
        if {name, f'"{name}"'} & named and name not in there and name != roles.connected:
            yield name


def _nothing_by_default(expected: Facts, there: Facts) -> Iterator[str]:
    """Take what new tables give away by themselves, where the target's do not: a dump says what was given."""
    about = f"default privilege {MIGRATOR}/public/"
    now, then = (
        {fact.identity: fact.definition for fact in facts.all if fact.identity.startswith(about)}
        for facts in (there, expected)
    )
    if now == then:
        return
    for kind in ("tables", "sequences", "functions"):
        yield (
            f"alter default privileges for role {MIGRATOR} in schema public revoke all on {kind} "
            f"from {MIGRATOR}, anon, authenticated, service_role"
        )


def _dumped(dump: str, role: str, there: Facts) -> Iterator[str]:
    """Return what a dump does; whatever belongs to who runs migrations does so by itself."""
    theirs, ours = (sql.Identifier(name).as_string() for name in (role, MIGRATOR))
    known = {
        sql.Identifier(fact.identity.strip('"')).as_string() for fact in there.all if fact.kind == "extension"
    }
    for text in statements_of(dump):
        owned, extension = _TO_AN_OWNER.fullmatch(text), _EXTENSION.match(text)
        if _LEFT_OUT.match(text) or (extension and extension["name"] in known):
            continue
        if owned and owned["owner"] in (theirs, ours):
            continue
        yield text.replace(theirs, ours) if text.startswith(_ABOUT_ROLES) else text


def _unless_there(*statements: str) -> str:
    """Carry statements out where what the first one makes is not there yet: roles are the server's."""
    lines = "".join(f"  {statement};\n" for statement in statements)
    body = f"begin\n{lines}exception when duplicate_object then null;\nend"
    return f"do {quoted(body)}"


def _holds_a_secret(statement: str) -> bool:
    if _SECRET_OPTION.search(statement):
        return True
    return any(hardcoded_secret.check(SqlText(path="", content=f"{statement};".encode())))


def _named(statement: str) -> str:
    """Say what a statement makes, without anything that could be a secret."""
    found = _FIRST_WORDS.match(statement)
    return found[0].strip() if found else "a statement"
