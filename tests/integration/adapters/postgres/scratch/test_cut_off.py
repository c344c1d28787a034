"""A play that loses its sessions or its database: it is tried again, and nothing is said of the migration."""

import hashlib
from collections.abc import Callable, Iterator

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from orchestrator.ports import Play
from tests.support.scratch import TestServer

SQL = "create table public.t (id int)"
OF_A_PLAY = "^(play_)?built_[0-9a-f]{24}$"
TERMINATED = """
select pg_terminate_backend(a.pid, 5000)
  from pg_stat_activity a
 where a.application_name = 'bascule rehearsal'
"""


def migration(version: str) -> Migration:
    digest = hashlib.sha256(SQL.encode()).hexdigest()
    return Migration(version=version, name="x", file=SqlFile(path=f"{version}_x.sql", sha256=digest))


@pytest.fixture
def superuser(postgres: Postgres) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.url("postgres", SUPERUSER), autocommit=True) as connection:
        yield connection
        for name in of_plays(connection):
            databases.drop_database(postgres, name)


@pytest.fixture
def scratch(postgres: Postgres, superuser: psycopg.Connection) -> PostgresScratch:
    server = TestServer(postgres)
    return PostgresScratch(lambda _: server, (), Copies)


def of_plays(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("select datname from pg_database where datname ~ %s", [OF_A_PLAY])
    return [name for (name,) in found.fetchall()]


def ended(superuser: psycopg.Connection) -> None:
    assert superuser.execute(TERMINATED).fetchall(), "nobody was playing"


def dropped(superuser: psycopg.Connection) -> None:
    playing = "select datname from pg_stat_activity where application_name = 'bascule rehearsal' limit 1"
    found = superuser.execute(playing).fetchone()
    assert found, "nobody was playing"
    superuser.execute(f'drop database "{found[0]}" with (force)'.encode())


def ask(play: Play) -> None:
    with play.asking() as database:
        database.rows("select 1")


def probe(play: Play) -> None:
    with play.probing() as database:
        database.rows("insert into public.t values (1)")


DOINGS: dict[str, Callable[[Play], object]] = {
    "applies": lambda play: play.apply(migration("2"), "create table public.u (id int)"),
    "applies_again": lambda play: play.apply_again(migration("2"), "create table public.u (id int)"),
    "reverts": lambda play: play.revert(migration("1"), "drop table public.t"),
    "tries_a_statement": lambda play: play.works("create table public.u (id int)"),
    "asks": ask,
    "probes": probe,
    "goes_back": lambda play: play.back_to(0),
}


@pytest.mark.parametrize("doing", list(DOINGS))
@pytest.mark.parametrize("fault", [ended, dropped])
@pytest.mark.parametrize("way", ["together", "apart"])
def test_whatever_a_play_does_when_it_is_cut_off_it_is_tried_again(
    scratch: PostgresScratch,
    superuser: psycopg.Connection,
    way: str,
    fault: Callable[[psycopg.Connection], None],
    doing: str,
) -> None:
    def play_and_lose() -> None:
        with scratch.playing(scratch.build([]), together=together) as play:
            play.mark(lambda: None)
            play.apply(migration("1"), SQL)
            fault(superuser)
            DOINGS[doing](play)
            reached.append(doing)

    together = way == "together"
    reached: list[str] = []
    if not together and (doing == "goes_back" or (doing, fault) == ("tries_a_statement", ended)):
        # apart, who goes back takes a fresh clone anyway, and who tries a statement a session of its own
        play_and_lose()
        assert reached
    else:
        with pytest.raises(Unavailable):
            play_and_lose()
        assert not reached
    # and the next one finds all as it should be
    with scratch.playing(scratch.build([]), together=together) as play:
        play.mark(lambda: None)
        play.apply(migration("1"), SQL)
        ask(play)
        play.revert(migration("1"), "drop table public.t")


@pytest.mark.parametrize("way", ["together", "apart"])
@pytest.mark.parametrize("state", ["53100", "53200", "53300"])
def test_a_scratch_server_without_room_says_nothing_of_a_statement(
    scratch: PostgresScratch, way: str, state: str
) -> None:
    statement = f"do $$ begin raise sqlstate '{state}'; end $$"
    with scratch.playing(scratch.build([]), together=way == "together") as play, pytest.raises(Unavailable):
        play.works(statement)
