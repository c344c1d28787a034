"""Scratch copies of targets: made from a dump, brought closer by drafted SQL, kept while the facts stay."""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch.dump import DumpLimits, dump_schema
from orchestrator.adapters.postgres.scratch.dump_program import find_pg_dump
from orchestrator.adapters.postgres.scratch.filling import fill
from orchestrator.adapters.postgres.scratch.roles import (
    Roles,
    as_if_ordinary,
    bring,
    lacking,
    otherwise,
    read_roles,
    runner,
)
from orchestrator.adapters.postgres.scratch.server import Server
from orchestrator.adapters.postgres.scratch.turn import TURN_SECONDS, connected, wait_for_turn
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.adapters.postgres.target.read import OpenDatabase, Reader
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.facts import Change, Facts
from orchestrator.domain.rehearsal import CannotCopy, CopyOrigin, ScratchCopy

_SQL = queries.load("sql/scratch/copies.sql")
_DATABASES = queries.load("sql/scratch/databases.sql")

#: raised whenever copies are made in another way
_FORM: Final = 1
#: copies that are kept on one server
KEPT: Final = 6
#: schemas that the platform looks after, as the facts have it; the copy gets them from the server's template
MANAGED_SCHEMAS: Final = (
    *("auth", "storage", "realtime", "_realtime", "_supavisor", "_analytics", "extensions", "graphql"),
    *("graphql_public", "vault", "pgsodium", "pgsodium_masks", "pgbouncer", "supabase_functions"),
    *("cron", "net", "pgmq", "pgtle"),
)
#: the name of our own schema in a target, which no fact speaks of and which the copy gets anew
_HISTORY_SCHEMA: Final = "supabase_migrations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What is remembered of a copy, as long as it is kept."""

    missing: tuple[Change, ...]
    #: seconds since 1970
    used: float

    def text(self) -> str:
        """Write it down."""
        missing = [[each.kind, each.identity, each.before, each.after] for each in self.missing]
        return json.dumps({"used": self.used, "missing": missing}, ensure_ascii=False)


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
        with connected(self._server) as maintenance:
            kept = self._note(maintenance, name)
            note = kept or self._made(maintenance, name, address, wanted, roles)
            there = self._bring_roles(maintenance, roles)
            self._server.login(roles.connected)
            _remember(maintenance, name, Note(missing=note.missing, used=time.time()))
        return ScratchCopy(
            database=name,
            origin=CopyOrigin.TARGET,
            role=roles.connected,
            server_major=self._server.major,
            target_major=wanted.server_major,
            kept=kept is not None,
            missing=(*note.missing, *otherwise(roles, there, wanted)),
            stand_ins=tuple(sorted(self._server.stand_ins.intersection(_names(wanted, "extension")))),
        )

    def find(self, key: str) -> str | None:
        """Return the name of a copy that was kept; None: there is none, or it is not complete."""
        with connected(self._server) as maintenance:
            return key if self._note(maintenance, key) else None

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

    def _note(self, maintenance: psycopg.Connection, name: str) -> Note | None:
        rows = maintenance.execute(_SQL["note"], {"name": name}).fetchall()
        return _read(rows[0][0]) if rows else None

    def _made(
        self,
        maintenance: psycopg.Connection,
        name: str,
        address: TargetAddress,
        wanted: Facts,
        roles: Roles,
    ) -> Note:
        """Make a copy under another name first: a crash in between leaves nothing that is taken for one."""
        wait_for_turn(maintenance, seconds=self._turn_seconds)
        if note := self._note(maintenance, name):
            return note  # somebody else made it while we waited
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
        owner = roles.connected if there.is_superuser(roles.database_owner) else roles.database_owner
        _create(maintenance, unfinished, owner=owner, template=template)
        crash_point("rehearse: before a scratch copy is filled")
        with connected(self._server, unfinished) as inside:
            note = Note(missing=fill(inside, dump, wanted, role=roles.connected), used=time.time())
        _remember(maintenance, unfinished, note)
        crash_point("rehearse: before a scratch copy gets its name")
        maintenance.execute(_statement("alter database {} rename to {}", unfinished, name))
        self._forget_oldest(maintenance, spare=name)
        return note

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
            note = _read(text)
            used[name] = note.used if note else 0.0
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
    """Dump what people have in a target: no schema of the platform's, and not our own. Raises CannotCopy."""
    left_out = {*MANAGED_SCHEMAS, _HISTORY_SCHEMA} if looks_like_supabase(wanted) else {_HISTORY_SCHEMA}
    program = find_pg_dump(wanted.server_major, wheel=wheel)
    try:
        return dump_schema(program, address, leave_out=left_out, limits=limits)
    except CannotCopy:
        # pg_dump has one exit code for everything: a target that is away says so itself
        open_session(address).connection.close()
        raise


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


def _read(text: str | None) -> Note | None:
    """Read what was remembered; None: this is no note, so the database is no copy of ours."""
    try:
        form: dict[str, Any] = json.loads(text or "")
        missing = tuple(
            Change(kind=kind, identity=identity, before=before, after=after)
            for kind, identity, before, after in form["missing"]
        )
        return Note(missing=missing, used=float(form["used"]))
    except (ValueError, KeyError, TypeError):
        return None


def _remember(maintenance: psycopg.Connection, name: str, note: Note) -> None:
    try:
        maintenance.execute(
            sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(note.text()))
        )
    except psycopg.errors.InvalidCatalogName as error:
        raise Unavailable(
            "the scratch copy was dropped meanwhile",
            code="scratch-busy",
            remedy="nothing to do: it is tried again",
        ) from error


def _create(maintenance: psycopg.Connection, name: str, *, owner: str, template: str) -> None:
    statement = "create database {} with owner {} template {} strategy file_copy"
    maintenance.execute(_statement(statement, name, owner, template))


def _drop(maintenance: psycopg.Connection, name: str) -> None:
    maintenance.execute(_statement("drop database if exists {} with (force)", name))


def _statement(statement: str, *identifiers: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, identifiers))
