"""Makes the throw-away cluster, starts its server, and makes it anew when anything is wrong with it."""

import os
import signal
from typing import ClassVar

import psycopg

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import lock, programs
from orchestrator.embedded.databases import connect, script
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from orchestrator.embedded.programs import Source
from orchestrator.embedded.scratch.faults import explained
from orchestrator.embedded.scratch.place import ORDINARY, Announcement, Record, ScratchPlace
from orchestrator.embedded.scratch.server import MAINTENANCE


class ScratchPostgres(Postgres):
    """A PostgreSQL that is quick and forgetful."""

    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    configuration: ClassVar[tuple[str, ...]] = ("postgresql.conf", "scratch.conf")
    founding_options: ClassVar[tuple[str, ...]] = ("--no-sync",)

    def password(self, role: str) -> str:
        """Return the superuser's password, or the one that all others share."""
        return self.state.secrets[SUPERUSER if role == SUPERUSER else ORDINARY]


def bring_up(
    place: ScratchPlace, source: Source, *, unwanted: str = ""
) -> tuple[ScratchPostgres, Announcement]:
    """Start the server of a place that is locked; a cluster that is unfit or unwanted is made anew.

    `unwanted` is the token of a cluster that must not be used any more. What does not start, or does not
    answer, is made anew once. Raises ConfigurationError when that did not help. Main thread only.
    """
    try:
        return _start(place, source, unwanted)
    except (ConfigurationError, psycopg.Error):
        place.clear(programs=True)
    with explained(f"its log is {place.logs / 'postgres.log'}"):
        return _start(place, source, unwanted)


def stand_ins(connection: psycopg.Connection) -> tuple[str, ...]:
    """Ask a server which extensions it only acts."""
    return tuple(sorted(name for (name,) in connection.execute(script("stand_ins.sql"))))


def _start(place: ScratchPlace, source: Source, unwanted: str) -> tuple[ScratchPostgres, Announcement]:
    installed = programs.install(source, place.programs, alone=True)
    server = ScratchPostgres(place, installed)
    new = Record.of_new(installed.home.name, place.account.uid)
    record = _fitting(place, new, unwanted) or _make(place, server, new)
    place.secrets = record.passwords
    try:
        server.start()
        announcement = _announcement(server, record)
        place.announce(announcement)
    except BaseException:
        server.stop()
        raise
    return server, announcement


def _fitting(place: ScratchPlace, wanted: Record, unwanted: str) -> Record | None:
    """Return which cluster lies there, if it can be used."""
    there = place.record()
    fits = there is not None and there.token != unwanted and there.is_like(wanted) and place.postgres.is_dir()
    return there if fits else None


def _make(place: ScratchPlace, server: ScratchPostgres, record: Record) -> Record:
    place.clear(programs=False)
    place.secrets = record.passwords
    try:
        server.begin_founding()
        server.end_founding()
    finally:
        server.stop()
    place.keep(record)
    return record


def _announcement(server: ScratchPostgres, record: Record) -> Announcement:
    assert server.child is not None
    with connect(server, MAINTENANCE) as connection:
        acted = stand_ins(connection)
    return Announcement(
        token=record.token,
        port=server.port,
        owner=lock.stamp(str(os.getpid())),
        server=lock.stamp(str(server.child.pid)),
        programs=record.programs,
        stand_ins=acted,
        passwords=record.passwords,
    )
