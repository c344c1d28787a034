"""What plays leave on the server: nothing that its databases share, no databases, also after a crash."""

import hashlib
from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch import scratch as scratch_module
from orchestrator.adapters.postgres.scratch import shared
from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.rehearsal import ScratchCopy
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.support.scratch import TestServer

PLAYED = """
create role zed;
grant anon to zed;
grant zed to postgres;
alter role authenticator set search_path = 'a b', c;
alter role zed set statement_timeout = '3s';
alter role authenticated connection limit 7;
"""


class Breakable(TestServer):
    """Counts how often it should have been thrown away."""

    discarded = 0

    def discard(self) -> None:
        """Count."""
        self.discarded += 1


def migration(version: str, sql: str) -> Migration:
    digest = hashlib.sha256(sql.encode()).hexdigest()
    file = SqlFile(path=f"supabase/migrations/{version}_x.sql", sha256=digest)
    return Migration(version=version, name="x", file=file)


def nothing() -> None:
    """Look at nothing."""


@pytest.fixture
def breakable(postgres: Postgres) -> Breakable:
    return Breakable(postgres)


@pytest.fixture
def scratch(breakable: Breakable, maintenance: psycopg.Connection) -> PostgresScratch:
    return PostgresScratch(lambda _: breakable, (), Copies)


@pytest.fixture
def maintenance(postgres: Postgres) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.url("postgres", SUPERUSER), autocommit=True) as connection:
        yield connection
        for name in of_plays(connection):
            databases.drop_database(postgres, name)


@pytest.fixture
def copy(scratch: PostgresScratch) -> ScratchCopy:
    return scratch.build([])


def of_plays(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("select datname from pg_database where datname ~ '^(play|built)_'")
    return [name for (name,) in found.fetchall()]


def state(connection: psycopg.Connection) -> tuple[object, ...]:
    return (
        connection.execute(
            "select to_jsonb(r) - 'oid' from pg_authid r where rolname !~ '^pg_' order by rolname"
        ).fetchall(),
        connection.execute(
            "select roleid::regrole::text, member::regrole::text, admin_option from pg_auth_members"
            " order by 1, 2"
        ).fetchall(),
        connection.execute("select * from pg_db_role_setting order by 1, 2").fetchall(),
    )


def test_a_role_that_a_migration_makes_is_gone_when_it_is_repeated_and_in_the_end(
    scratch: PostgresScratch, copy: ScratchCopy, maintenance: psycopg.Connection, breakable: Breakable
) -> None:
    before = state(maintenance)
    one = migration("1", PLAYED)
    with scratch.playing(copy, together=False) as play:
        play.mark(nothing)
        play.apply(one, PLAYED)
        play.mark(nothing)
        play.apply(migration("2", ""), "grant zed to authenticated; create table public.t (id int)")
        play.back_to(1)
        play.back_to(0)
        play.apply(one, PLAYED)
        assert state(maintenance) != before
    assert state(maintenance) == before
    assert breakable.discarded == 0
    assert not shared.is_spoilt(maintenance)


def test_what_a_crash_in_a_play_leaves_is_cleared_away_in_the_next_turn(
    scratch: PostgresScratch, copy: ScratchCopy, maintenance: psycopg.Connection, breakable: Breakable
) -> None:
    before = state(maintenance)
    clone, unfinished = f"play_{copy.database}", f"built_{'0' * 24}_new"
    shared.write_down(maintenance, clone)
    for name in (clone, unfinished):
        maintenance.execute(f"create database {name} template template0")
    maintenance.execute(PLAYED.encode())
    maintenance.execute("alter role service_role rename to servant")
    with scratch.playing(copy, together=True):
        assert state(maintenance) == before
    assert not {clone, unfinished}.intersection(of_plays(maintenance))
    assert breakable.discarded == 0


def test_a_server_that_cannot_be_put_back_is_thrown_away_and_it_is_tried_again(
    scratch: PostgresScratch, copy: ScratchCopy, maintenance: psycopg.Connection, breakable: Breakable
) -> None:
    def play_and_repeat() -> None:
        with scratch.playing(copy, together=False) as play:
            play.mark(nothing)
            play.apply(migration("1", ""), "create table public.t (id int)")
            maintenance.execute(f"alter database {copy.database} connection limit 3")
            play.back_to(0)

    try:
        with pytest.raises(Unavailable) as spoilt:
            play_and_repeat()
        assert spoilt.value.code == "scratch-anew"
        assert breakable.discarded
        with pytest.raises(Unavailable), scratch.playing(copy, together=True):
            pass
    finally:
        shared.strike_out(maintenance)


@pytest.mark.parametrize(
    "change",
    [
        "alter role authenticator set lock_timeout = '3s'",
        "alter database {} set lock_timeout = '3s'",
        "alter database {} allow_connections = false",
        "comment on role anon is 'somebody'",
    ],
)
def test_what_databases_share_is_seen_to_change(
    copy: ScratchCopy, maintenance: psycopg.Connection, change: str
) -> None:
    before = shared._shared(maintenance, "")
    with maintenance.transaction(force_rollback=True):
        maintenance.execute(change.format(copy.database).encode())
        assert shared._shared(maintenance, "") != before


def test_of_databases_made_from_files_the_least_recently_used_go(
    scratch: PostgresScratch, maintenance: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch_module, "KEPT_BUILT", 2)
    texts = [f"create table public.t{number} (id int)" for number in range(3)]
    first, second = (scratch.build([(migration("1", text), text)]) for text in texts[:2])
    again = scratch.build([(migration("1", texts[0]), texts[0])])
    assert (again.database, again.kept) == (first.database, True)
    third = scratch.build([(migration("1", texts[2]), texts[2])])
    assert set(of_plays(maintenance)) == {first.database, third.database}
    assert second.database not in of_plays(maintenance)
