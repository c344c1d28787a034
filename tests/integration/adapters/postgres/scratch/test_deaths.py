"""What dies in the middle of a play: its process, the server. The next play finds nothing of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch import shared
from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.domain.errors import Unavailable
from orchestrator.embedded import lock, programs, scratch
from orchestrator.embedded.postgres import SUPERUSER
from tests.integration.embedded.running import ROOT, eventually, everybody
from tests.support.folders import a_folder
from tests.support.servers import postgres_under_test
from tests.support.told_plays import migration

MAJOR = programs.major_of(postgres_under_test())
PROGRAM = Path(__file__).with_name("run_play.py")
MORE = "create table public.more (id int)"
MAKES_A_ROLE = "create role zed; alter role authenticator set work_mem = '9MB'" if MAJOR >= 16 else "select 1"


@pytest.fixture
def state() -> Iterator[Path]:
    with a_folder("tests") as folder:
        try:
            yield folder
        finally:
            scratch.release_all()


@pytest.fixture
def stage(state: Path) -> PostgresScratch:
    return PostgresScratch(lambda _: scratch.acquire(state, major=MAJOR), (), Copies)


def ask(state: Path, question: str) -> list[tuple[object, ...]]:
    server = scratch.acquire(state, major=MAJOR)
    with psycopg.connect(server.url("template1", SUPERUSER), autocommit=True) as connection:
        return connection.execute(question.encode()).fetchall()


def shared_in(state: Path) -> tuple[object, ...]:
    """Return what databases share, and which databases there are."""
    server = scratch.acquire(state, major=MAJOR)
    with psycopg.connect(server.url("template1", SUPERUSER), autocommit=True) as connection:
        return (
            shared._shared(connection, ""),
            ask(state, "select datname from pg_database order by 1"),
            ask(state, "select count(*) from pg_stat_activity where datname ~ '^(copy|built|play|postgres)'"),
        )


def plays(state: Path) -> "subprocess.Popen[str]":
    """Start a process that is in the middle of a play when this returns."""
    process = subprocess.Popen(
        [sys.executable, PROGRAM, state, str(MAJOR)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "playing\n"
    return process


def server_pid(state: Path) -> int:
    told = json.loads((state / f"scratch/{MAJOR}/server.json").read_text())
    return int(told["server"].partition(" ")[0])


def kill(server: int) -> None:
    """Kill a server, and wait until its sessions have noticed."""
    stamps = [lock.stamp(str(pid)) for pid in (server, *children_of(server))]
    os.kill(server, signal.SIGKILL)
    eventually(lambda: not any(map(lock.is_running, stamps)))


def children_of(server: int) -> list[int]:
    return [pid for pid, (parent, _, _) in everybody().items() if parent == server]


def test_a_play_apart_whose_process_is_killed_leaves_nothing_to_the_next(state, stage):
    copy = stage.build([])
    with stage.playing(copy, together=True):
        pass
    before = shared_in(state)
    process = plays(state)
    assert [name for (name,) in ask(state, "select datname from pg_database") if name.startswith("bascule_")]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with stage.playing(copy, together=True) as play, play.asking() as database:
        assert database.rows("select to_regclass('public.more') is null, current_database()::text") == [
            (True, "postgres")
        ]
    assert shared_in(state) == before


def test_who_wants_a_kept_copy_waits_until_a_play_in_another_process_has_ended(state, address, facts_of):
    wanted = facts_of()
    server = scratch.acquire(state, major=MAJOR)
    copies = Copies(server, pg_dump_of_wheel=programs.client("pg_dump"), turn_seconds=60)
    first = copies.copy_of(address, wanted)
    PostgresScratch(lambda _: server, (), Copies).build([])
    before = shared_in(state)
    process = plays(state)
    with pytest.raises(Unavailable) as busy:
        Copies(server, turn_seconds=0.2).copy_of(address, wanted)
    assert busy.value.code == "scratch-busy"
    out, _ = process.communicate()
    assert out == "done\n"
    again = copies.copy_of(address, wanted)
    assert (again.database, again.kept, again.missing) == (first.database, True, first.missing)
    after = shared_in(state)
    assert after[1:] == before[1:]
    assert ask(state, "select from pg_roles where rolname = 'zed'") == []


@pytest.mark.parametrize("together", [True, False], ids=["together", "apart"])
def test_a_server_that_is_killed_in_a_play_is_started_again_or_made_anew(state, stage, together):
    def play_until_it_is_killed() -> None:
        with stage.playing(stage.build([]), together=together) as play:
            play.apply(migration("1"), MAKES_A_ROLE)
            kill(server_pid(state))
            play.apply(migration("2"), MORE)

    with pytest.raises(Unavailable):
        play_until_it_is_killed()
    assert_nothing_is_left(state, stage, together=together)


@pytest.mark.parametrize("together", [True, False], ids=["together", "apart"])
def test_a_server_that_is_thrown_away_in_a_play_is_made_anew(state, stage, together):
    copy = stage.build([])

    def play_until_it_is_thrown_away() -> None:
        with stage.playing(copy, together=together) as play:
            play.apply(migration("1"), MAKES_A_ROLE)
            scratch.discard(state, MAJOR)
            play.apply(migration("2"), MORE)

    with pytest.raises(Unavailable):
        play_until_it_is_thrown_away()
    with pytest.raises(Unavailable), stage.playing(copy, together=together):
        pass
    assert_nothing_is_left(state, stage, together=together)


def test_a_server_whose_folder_is_removed_in_a_play_is_made_anew(state, stage):
    def play_until_it_is_removed() -> None:
        with stage.playing(stage.build([]), together=False) as play:
            shutil.rmtree(state / f"scratch/{MAJOR}/cluster")
            play.apply(migration("1"), MORE)

    with pytest.raises(Unavailable):
        play_until_it_is_removed()
    assert_nothing_is_left(state, stage, together=False)
    assert (state / f"scratch/{MAJOR}/cluster/PG_VERSION").exists()


def assert_nothing_is_left(state: Path, stage: PostgresScratch, *, together: bool) -> None:
    with stage.playing(stage.build([]), together=together) as play:
        play.apply(migration("1"), MAKES_A_ROLE)
        play.apply(migration("2"), MORE)
    assert ask(state, "select from pg_roles where rolname = 'zed'") == []
    assert ask(state, "select oid::int from pg_database where datname = 'postgres'") == [(5,)]
    assert ask(state, "select from pg_database where datname ~ '^(play|bascule)_|_new$'") == []
