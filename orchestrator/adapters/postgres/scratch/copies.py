"""Scratch copies of targets: made from a dump, brought closer by drafted SQL, kept while the facts stay."""

import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch import note, rights
from orchestrator.adapters.postgres.scratch.dump import DumpFailed, DumpLimits, dump_schema
from orchestrator.adapters.postgres.scratch.dump_program import find_pg_dump
from orchestrator.adapters.postgres.scratch.elsewhere import require_elsewhere
from orchestrator.adapters.postgres.scratch.filling import fill
from orchestrator.adapters.postgres.scratch.note import Note
from orchestrator.adapters.postgres.scratch.roles import (
    Roles,
    as_if_ordinary,
    bring,
    lacking,
    otherwise,
    read_roles,
    runner,
)
from orchestrator.adapters.postgres.scratch.server import SUPERUSER, Server
from orchestrator.adapters.postgres.scratch.turn import TURN_SECONDS, connected, turn
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.adapters.postgres.target.read import OpenDatabase, Reader
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.facts import Facts
from orchestrator.domain.platform import MANAGED_SCHEMAS
from orchestrator.domain.rehearsal import CannotCopy, CopyOrigin, ScratchCopy

_SQL = queries.load("sql/scratch/copies.sql")

#: raised whenever copies are made in another way
_FORM: Final = 2
#: copies that are kept on one server
KEPT: Final = 6
#: so often in all pg_dump is tried
_DUMPS: Final = 3
#: the name of our own schema in a target, which no fact speaks of and which the copy gets anew
_HISTORY_SCHEMA: Final = "supabase_migrations"


class Copies:
    """The copies on one scratch server."""

    def __init__(
        self,
        server: Server,
        *,
        pg_dump_of_wheel: Path | None = None,
        limits: DumpLimits = DumpLimits(),  # noqa: B008  # frozen
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        """Nothing is connected yet. The wheel's pg_dump is taken where no other is new enough."""
        self._server = server
        self._wheel = pg_dump_of_wheel
        self._limits = limits
        self._turn_seconds = turn_seconds

    def copy_of(self, address: TargetAddress, wanted: Facts) -> ScratchCopy:
        """Return a copy of a target whose facts are these; one that was kept, if it still fits.

        Raises CannotCopy where the target cannot be dumped from here; Unavailable, ConfigurationError.
        """
        roles = roles_of(address)
        name = self.key(wanted, roles)
        if not self._server.is_ours:
            require_elsewhere(self._server, address)
        with turn(self._server, seconds=self._turn_seconds) as maintenance:
            kept = note.find(maintenance, name)
            found = kept or self._made(maintenance, name, address, wanted, roles)
            there = self._bring_roles(maintenance, roles)
            self._server.login(roles.connected)
            note.remember(maintenance, name, replace(found, used=time.time()))
        crash_point("rehearse: copy made")
        then = rights.in_a_play(roles, there, server_major=self._server.major)
        return ScratchCopy(
            database=name,
            origin=CopyOrigin.TARGET,
            role=roles.connected,
            server_major=self._server.major,
            target_major=wanted.server_major,
            kept=kept is not None,
            missing=(*found.missing, *otherwise(roles, then, wanted)),
            stand_ins=tuple(sorted(self._server.stand_ins.intersection(_names(wanted, "extension")))),
        )

    def find(self, key: str) -> str | None:
        """Return the name of a copy that was kept; None: there is none, or it is not complete."""
        with connected(self._server) as maintenance:
            return key if note.find(maintenance, key) else None

    def key(self, wanted: Facts, roles: Roles) -> str:
        """Name the copy after all that decides what is in it."""
        parts = (
            wanted.fingerprint,
            str(wanted.server_major),
            roles.digest(),
            self._server.digest,
            str(_FORM),
        )
        return f"copy_{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:24]}"

    def _made(
        self,
        maintenance: psycopg.Connection,
        name: str,
        address: TargetAddress,
        wanted: Facts,
        roles: Roles,
    ) -> Note:
        """Make a copy under another name first: a crash in between leaves nothing that is taken for one."""
        supabase = looks_like_supabase(wanted)
        # first of all: it brings the platform's roles, as they should be
        template = self._server.template() if supabase else self._server.plain_template()
        there = self._bring_roles(maintenance, roles)
        if there.is_superuser(roles.connected):
            raise CannotCopy(
                f"the user {roles.connected} of target {address.name} is the scratch server's superuser; "
                "name another user in the target's URL"
            )
        dump = dump_target(address, wanted, wheel=self._wheel, limits=self._limits)
        for (unfinished,) in maintenance.execute(_SQL["unfinished"]).fetchall():
            _drop(maintenance, unfinished)
        unfinished = f"{name}_new"
        owner = SUPERUSER if there.is_superuser(roles.database_owner) else roles.database_owner
        _create(maintenance, unfinished, owner=owner, template=template)
        crash_point("rehearse: before a scratch copy is filled")
        with connected(self._server, unfinished) as inside:
            missing = fill(inside, dump, wanted, role=roles.connected)
        made = Note(missing=missing, used=time.time(), roles=roles)
        note.remember(maintenance, unfinished, made)
        crash_point("rehearse: before a scratch copy gets its name")
        maintenance.execute(_statement("alter database {} rename to {}", unfinished, name))
        self._forget_oldest(maintenance, spare=name)
        return made

    def _bring_roles(self, maintenance: psycopg.Connection, wanted: Roles) -> Roles:
        """Make the roles that are lacking, and return those that are there."""
        database = OpenDatabase(maintenance, "scratch")
        there = read_roles(database.rows)
        if not lacking(wanted, there):
            return there
        bring(wanted, there, runner(maintenance), server_major=self._server.major)
        return read_roles(database.rows)

    def _forget_oldest(self, maintenance: psycopg.Connection, *, spare: str) -> None:
        """Drop what was not used for longest; the copy that was made just now stays."""
        used: dict[str, float] = {}
        for name, text in maintenance.execute(_SQL["kept"]).fetchall():
            found = note.read(text)
            used[name] = found.used if found else 0.0
        others = sorted((name for name in used if name != spare), key=used.__getitem__)
        for name in others[: max(0, len(used) - KEPT)]:
            _drop(maintenance, name)


def roles_of(address: TargetAddress) -> Roles:
    """Ask a target for its roles, every time: they are the server's, and no fact of its databases."""
    session = open_session(address)
    try:
        with Reader(session.connection, address.name).asking() as database:
            return as_if_ordinary(read_roles(database.rows))
    finally:
        session.connection.close()


def dump_target(
    address: TargetAddress,
    wanted: Facts,
    *,
    wheel: Path | None,
    limits: DumpLimits = DumpLimits(),  # noqa: B008  # frozen
) -> str:
    """Dump what people have in a target: no schema of the platform's, and not our own.

    Raises CannotCopy, and Unavailable when the target is away. pg_dump has one exit code for everything: its
    session may have been ended, or it waited for a lock. So it is tried again, since what is made without a
    dump may lack what the target has.
    """
    left_out = {*MANAGED_SCHEMAS, _HISTORY_SCHEMA} if looks_like_supabase(wanted) else {_HISTORY_SCHEMA}
    program = find_pg_dump(wanted.server_major, wheel=wheel)
    for tries_left in reversed(range(_DUMPS)):
        try:
            return dump_schema(program, address, leave_out=left_out, limits=limits)
        except CannotCopy as error:
            # a target that is away says so itself
            open_session(address).connection.close()
            if not tries_left or not isinstance(error, DumpFailed):
                raise
    raise AssertionError("unreachable")


def looks_like_supabase(facts: Facts) -> bool:
    """Tell whether the platform looks after schemas of this database."""
    return any(
        fact.kind == "schema"
        and fact.identity == "auth"
        and fact.parts.get("owner", "").startswith("supabase_")
        for fact in facts.all
    )


def _names(facts: Facts, kind: str) -> set[str]:
    return {fact.identity.strip('"') for fact in facts.all if fact.kind == kind}


def _create(maintenance: psycopg.Connection, name: str, *, owner: str, template: str) -> None:
    statement = "create database {} with owner {} template {} strategy file_copy"
    maintenance.execute(_statement(statement, name, owner, template))


def _drop(maintenance: psycopg.Connection, name: str) -> None:
    maintenance.execute(_statement("drop database if exists {} with (force)", name))


def _statement(statement: str, *identifiers: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, identifiers))
