"""The throw-away server: copies of targets on it, and plays on the copies."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch import names, note
from orchestrator.adapters.postgres.scratch.apart import ApartPlay
from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.note import Note
from orchestrator.adapters.postgres.scratch.playing import OWNER, address_of
from orchestrator.adapters.postgres.scratch.scene import USUAL_NAME, Scene
from orchestrator.adapters.postgres.scratch.server import Server
from orchestrator.adapters.postgres.scratch.together import TogetherPlay
from orchestrator.adapters.postgres.scratch.turn import turn
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.adoption import Adoption
from orchestrator.adapters.postgres.target.connect import UNKNOWN_DATABASE, open_session
from orchestrator.adapters.postgres.target.lock import TargetLock
from orchestrator.adapters.postgres.target.write import Writer
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.errors import ConfigurationError, Unavailable
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
        with turn(server) as maintenance:
            kept = bool(maintenance.execute(_SQL["exists"], {"name": name}).fetchall())
            if not kept:
                _make(server, maintenance, name, base)
            note.remember(maintenance, name, Note(used=time.time()))
            _forget_oldest(maintenance, spare=name)
        crash_point("rehearse: copy made")
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
        with turn(server) as maintenance:
            scene = Scene(server, maintenance, copy.database)
            if together:
                with (
                    scene.copy_itself() as name,
                    _together(address_of(server.url(name, copy.role), like)) as play,
                ):
                    crash_point("rehearse: play begun")
                    yield play
            else:
                with scene.clones(), _apart(server, scene, copy.role, like) as play:
                    crash_point("rehearse: play begun")
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
def _apart(server: Server, scene: Scene, role: str, like: TargetAddress) -> Iterator[ApartPlay]:
    play = ApartPlay(lambda: address_of(server.url(scene.fresh_clone(), role), like))
    try:
        yield play
    except ConfigurationError as error:
        # the address is ours: nobody has to look after it
        if error.code == UNKNOWN_DATABASE:
            raise _gone() from error
        raise
    finally:
        play.close()


def _gone() -> Unavailable:
    return Unavailable(
        "somebody dropped the scratch copy while it was rehearsed on",
        code="scratch-anew",
        remedy="nothing to do: another copy is made, and it is tried again",
    )


def _make(
    server: Server, maintenance: psycopg.Connection, name: str, base: Sequence[tuple[Migration, str]]
) -> None:
    """Build under another name first: a crash in between leaves nothing that is taken for a copy."""
    unfinished = f"{name}_new"
    _drop(maintenance, unfinished)
    _create(maintenance, unfinished, owner=MIGRATOR, template=server.template())
    server.login(MIGRATOR)
    try:
        with names.borne(maintenance, unfinished, USUAL_NAME) as borne:
            address = address_of(server.url(borne, MIGRATOR), TargetAddress(name="scratch", url=""))
            _place(address)
            with _writing(address) as writer:
                for migration, text in base:
                    writer.apply(migration, text)
    except BaseException:
        _drop(maintenance, unfinished)
        raise
    maintenance.execute(_sql("alter database {} rename to {}", unfinished, name))


def _forget_oldest(maintenance: psycopg.Connection, *, spare: str) -> None:
    """Drop what was not used for longest; the one that is wanted now stays."""
    notes = {name: note.read(text) for name, text in maintenance.execute(_SQL["built"]).fetchall()}
    used = {name: found.used if found else 0.0 for name, found in notes.items()}
    others = sorted((name for name in used if name != spare), key=used.__getitem__)
    for name in others[: max(0, len(used) - KEPT_BUILT)]:
        _drop(maintenance, name)


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
