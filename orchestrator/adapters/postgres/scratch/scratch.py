"""The throw-away server: copies of targets on it, and plays on the copies."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch import shared
from orchestrator.adapters.postgres.scratch.apart import ApartPlay
from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.playing import OWNER, address_of
from orchestrator.adapters.postgres.scratch.server import Server
from orchestrator.adapters.postgres.scratch.together import TogetherPlay
from orchestrator.adapters.postgres.scratch.turn import connected, wait_for_turn
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.adoption import Adoption
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.adapters.postgres.target.lock import TargetLock
from orchestrator.adapters.postgres.target.write import Writer
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.facts import Facts
from orchestrator.domain.migration import Migration
from orchestrator.domain.rehearsal import CopyOrigin, ScratchCopy

_SQL = queries.load("sql/scratch/databases.sql")

#: who runs migrations where no target says it: as on a hosted project
MIGRATOR: Final = "postgres"
#: databases made from files that are kept on one server
KEPT_BUILT: Final = 6


class PostgresScratch:
    """The port Scratch."""

    def __init__(
        self,
        server_of: Callable[[int | None], Server],
        addresses: Iterable[TargetAddress],
        copies_on: Callable[[Server], Copies],
    ) -> None:
        """Start nothing yet; `server_of` finds a server for a target's major version, or the next best."""
        self._server_of = server_of
        self._addresses = {address.name: address for address in addresses}
        self._copies_on = copies_on

    def copy_of(self, target: str, facts: Facts) -> ScratchCopy:
        """Return a copy of a target whose facts are these."""
        server = self._server_of(facts.server_major)
        return self._copies_on(server).copy_of(self._addresses[target], facts)

    def build(
        self, base: Sequence[tuple[Migration, str]], *, target_major: int | None = None, why: str = ""
    ) -> ScratchCopy:
        """Make a Supabase-like database and carry these files out in it, unless that one was kept."""
        server = self._server_of(target_major)
        name = f"built_{_digest(server, base)}"
        with _turn(server) as maintenance:
            kept = bool(maintenance.execute(_SQL["exists"], {"name": name}).fetchall())
            if not kept:
                _make(server, maintenance, name, base)
            _use(maintenance, name)
            _forget_oldest(maintenance, spare=name)
        return ScratchCopy(
            database=name,
            origin=CopyOrigin.FILES,
            role=MIGRATOR,
            server_major=server.major,
            target_major=target_major,
            kept=kept,
            why_files=why,
            stand_ins=tuple(sorted(server.stand_ins)),
        )

    @contextmanager
    def playing(
        self, copy: ScratchCopy, *, together: bool, target: str = ""
    ) -> Iterator[TogetherPlay | ApartPlay]:
        """Open a copy for a rehearsal."""
        server = self._server_of(copy.server_major)
        like = self._addresses.get(target) or TargetAddress(name="scratch", url="")
        with _turn(server) as maintenance:
            if together:
                with _together(address_of(server.url(copy.database, copy.role), like)) as play:
                    yield play
            else:
                with _apart(server, maintenance, copy, like) as play:
                    yield play


@contextmanager
def _together(address: TargetAddress) -> Iterator[TogetherPlay]:
    lock = TargetLock(address, owner=OWNER)
    try:
        lock.take()
        session = open_session(address)
        try:
            yield TogetherPlay(session, lock, address)
        finally:
            session.connection.close()
    finally:
        lock.release()


@contextmanager
def _apart(
    server: Server, maintenance: psycopg.Connection, copy: ScratchCopy, like: TargetAddress
) -> Iterator[ApartPlay]:
    clone = f"play_{copy.database}"

    def renew() -> None:
        _drop(maintenance, clone)
        if not shared.put_back(maintenance):
            server.discard()
            raise _spoilt()
        _create(maintenance, clone, owner=copy.role, template=copy.database)

    _drop(maintenance, clone)
    shared.write_down(maintenance, clone)
    try:
        renew()
        play = ApartPlay(address_of(server.url(clone, copy.role), like), renew=renew)
        try:
            yield play
        finally:
            play.close()
    finally:
        _end(server, maintenance, clone)


def _end(server: Server, maintenance: psycopg.Connection, clone: str) -> None:
    """Leave the server as the play found it; where the connection is gone, the next turn does that."""
    with suppress(psycopg.Error):
        if maintenance.closed:
            return
        _drop(maintenance, clone)
        if shared.put_back(maintenance):
            shared.strike_out(maintenance)
            return
        server.discard()


def _spoilt() -> Unavailable:
    return Unavailable(
        "a rehearsal changed what the scratch server's databases share, and it could not be put back",
        code="scratch-anew",
        remedy="nothing to do: the server is made anew, and it is tried again",
    )


def _make(
    server: Server, maintenance: psycopg.Connection, name: str, base: Sequence[tuple[Migration, str]]
) -> None:
    """Build under another name first: a crash in between leaves nothing that is taken for a copy."""
    unfinished = f"{name}_new"
    _drop(maintenance, unfinished)
    _create(maintenance, unfinished, owner=MIGRATOR, template=server.template())
    server.login(MIGRATOR)
    address = address_of(server.url(unfinished, MIGRATOR), TargetAddress(name="scratch", url=""))
    try:
        _place(address)
        with _writing(address) as writer:
            for migration, text in base:
                writer.apply(migration, text)
    except BaseException:
        _drop(maintenance, unfinished)
        raise
    maintenance.execute(_sql("alter database {} rename to {}", unfinished, name))


def _use(maintenance: psycopg.Connection, name: str) -> None:
    note = sql.Literal(json.dumps({"used": time.time()}))
    maintenance.execute(sql.SQL("comment on database {} is {}").format(sql.Identifier(name), note))


def _forget_oldest(maintenance: psycopg.Connection, *, spare: str) -> None:
    """Drop what was not used for longest; the one that is wanted now stays."""
    used = {name: _used(note) for name, note in maintenance.execute(_SQL["built"]).fetchall()}
    others = sorted((name for name in used if name != spare), key=used.__getitem__)
    for name in others[: max(0, len(used) - KEPT_BUILT)]:
        _drop(maintenance, name)


def _used(note: str) -> float:
    try:
        return float(json.loads(note)["used"])
    except (ValueError, KeyError, TypeError):
        return 0.0


def _place(address: TargetAddress) -> None:
    session = open_session(address)
    try:
        Adoption(session.connection, address.name).place(OWNER)
    finally:
        session.connection.close()


@contextmanager
def _writing(address: TargetAddress) -> Iterator[Writer]:
    lock = TargetLock(address, owner=OWNER)
    try:
        lock.take()
        writer = Writer(address, lock, owner=OWNER)
        try:
            yield writer
        finally:
            writer.close()
    finally:
        lock.release()


@contextmanager
def _turn(server: Server) -> Iterator[psycopg.Connection]:
    """One rehearsal at a time on a server: roles are the server's, and a template must have no visitors."""
    with connected(server) as connection:
        wait_for_turn(connection)
        if shared.is_spoilt(connection):
            server.discard()
            raise _spoilt()
        yield connection


def _digest(server: Server, base: Sequence[tuple[Migration, str]]) -> str:
    parts = [server.digest, *(f"{migration.version}\0{migration.file.sha256}" for migration, _ in base)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _create(maintenance: psycopg.Connection, name: str, *, owner: str, template: str) -> None:
    statement = "create database {} with owner {} template {} strategy file_copy"
    maintenance.execute(_sql(statement, name, owner, template))


def _drop(maintenance: psycopg.Connection, name: str) -> None:
    maintenance.execute(_sql("drop database if exists {} with (force)", name))


def _sql(statement: str, *identifiers: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, identifiers))
