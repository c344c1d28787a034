"""Both ways of playing: what they show, how they come back to a moment, that they leave nothing behind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.apart import ApartPlay
from orchestrator.adapters.postgres.scratch.playing import OWNER, address_of
from orchestrator.adapters.postgres.scratch.together import TogetherPlay
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.adoption import Adoption
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.adapters.postgres.target.lock import TargetLock
from orchestrator.catalog import facts
from orchestrator.domain.errors import TargetError
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.rehearsal import HeldLock, NotInOneTransaction
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from orchestrator.ports import Play
from tests.support.servers import TestDatabase

BEFORE = """
create table public.orders (id int primary key, total int);
create table public.notes (id int);
create type public.mood as enum ('good');
"""


def migration(version: str) -> Migration:
    file = SqlFile(path=f"supabase/migrations/{version}_x.sql", sha256="0" * 64)
    return Migration(version=version, name="x", file=file)


def nothing() -> None:
    """Look at nothing."""


@pytest.fixture
def address(target_database: TestDatabase) -> TargetAddress:
    address = address_of(target_database.url, TargetAddress(name="staging", url=""))
    session = open_session(address)
    session.connection.execute(BEFORE.encode(), prepare=False)
    Adoption(session.connection, "staging").place(OWNER)
    session.connection.close()
    return address


@contextmanager
def together(address: TargetAddress) -> Iterator[TogetherPlay]:
    lock = TargetLock(address, owner=OWNER)
    lock.take()
    session = open_session(address)
    try:
        yield TogetherPlay(session, lock, address)
    finally:
        session.connection.close()
        lock.release()


@pytest.fixture
def apart(
    address: TargetAddress, postgres: Postgres, target_database: TestDatabase
) -> Iterator[Callable[[], ApartPlay]]:
    """A play on a clone; the fixture's database is the copy."""
    clone = f"{target_database.name}_clone"
    maintenance = psycopg.connect(postgres.url("postgres", SUPERUSER), autocommit=True)

    def fresh() -> TargetAddress:
        databases.drop_database(postgres, clone)
        maintenance.execute(f"create database {clone} owner postgres template {target_database.name}")
        return address_of(postgres.url(clone, "postgres"), address)

    play = ApartPlay(fresh)
    yield play
    play.close()
    databases.drop_database(postgres, clone)
    maintenance.close()


@pytest.fixture(params=["together", "apart"])
def play(request: pytest.FixtureRequest, address: TargetAddress) -> Iterator[Play]:
    if request.param == "apart":
        yield request.getfixturevalue("apart")
        return
    with together(address) as it:
        yield it


def fingerprint(play: Play) -> str:
    with play.asking() as database:
        return facts.read(database).fingerprint


def test_up_and_down_again_leaves_equal_facts(play: Play) -> None:
    before = fingerprint(play)
    play.apply(
        migration("1"), "alter table public.orders add column note text; create table public.more (id int);"
    )
    assert fingerprint(play) != before
    play.revert(migration("1"), "alter table public.orders drop column note; drop table public.more;")
    assert fingerprint(play) == before


def test_a_play_comes_back_to_a_moment_and_looks_again_where_that_is_made_anew(play: Play) -> None:
    seen: list[str] = []
    play.mark(lambda: seen.append(fingerprint(play)))
    play.apply(migration("1"), "create table public.more (id int)")
    play.mark(lambda: seen.append(fingerprint(play)))
    play.apply(migration("2"), "create table public.most (id int)")
    play.back_to(1)
    assert fingerprint(play) == seen[1]
    play.back_to(0)
    assert fingerprint(play) == seen[0]
    play.apply(migration("1"), "create table public.more (id int)")


def test_what_was_repeated_is_not_told_of_the_next_migration(play: Play) -> None:
    play.mark(nothing)
    play.apply(migration("1"), "create table public.more (id int); create table public.most (id int)")
    play.mark(nothing)
    play.apply(migration("2"), "create table public.last (id int)")
    play.back_to(1)
    (only,) = play.apply(migration("3"), "alter table public.notes add column more int")
    assert {lock.relation for lock in only.locks} == {"public.notes"}


def test_what_is_repeated_on_the_way_back_to_a_moment_is_not_told_again(play: Play) -> None:
    play.apply(migration("1"), "create table public.more (id int); create table public.most (id int)")
    play.mark(nothing)
    play.apply(migration("2"), "drop table public.most")
    play.back_to(0)
    (told,) = play.apply(migration("2"), "\n\ndrop table public.notes")
    assert (told.version, told.line) == ("2", 3)
    assert {lock.relation for lock in told.locks} == {"public.notes"}


def test_a_statement_that_fails_while_trying_leaves_nothing(play: Play) -> None:
    before = fingerprint(play)
    assert not play.works("alter table public.orders add column more text, drop column none")
    assert fingerprint(play) == before
    assert play.works("alter table public.orders add column more text")
    assert fingerprint(play) != before


def test_each_statement_tells_its_locks_rewrites_and_scans(play: Play) -> None:
    add, fill, new, hidden = play.apply(
        migration("1"),
        """alter table public.orders alter column total type bigint;

           alter table public.notes alter column id set not null;
           create table public.more (id int);
           do $$ begin
             execute 'alter table public.notes add column code uuid default gen_random_uuid()';
           end $$;""",
    )
    assert (add.line, fill.line, new.line, hidden.line) == (1, 3, 4, 5)
    assert HeldLock(relation="public.orders", mode="AccessExclusiveLock") in add.locks
    assert add.rewrites == ("public.orders",)
    assert fill.scans == ("public.notes",)
    assert fill.rewrites == ()
    assert new.locks == ()
    assert hidden.rewrites == ("public.notes",)
    assert all(each.seconds >= 0 for each in (add, fill, new, hidden))


def test_what_the_first_migration_held_is_not_the_second_one_s(play: Play) -> None:
    play.apply(migration("1"), "alter table public.orders alter column total type bigint")
    (second,) = play.apply(migration("2"), "alter table public.notes add column more int")
    assert {lock.relation for lock in second.locks} == {"public.notes"}
    assert second.rewrites == ()


def test_a_setting_of_one_migration_does_not_reach_the_next(play: Play) -> None:
    play.apply(migration("1"), "set search_path = auth; create temporary table t (id int)")
    play.apply(migration("2"), "create table here (id int); create temporary table t (id int)")
    with play.asking() as database:
        assert database.rows("select to_regclass('public.here') is not null") == [(True,)]


def test_asking_changes_nothing(play: Play) -> None:
    with play.asking() as database, pytest.raises(TargetError):
        database.rows("create table public.more (id int)")
    play.apply(migration("1"), "create table public.more (id int)")


def test_what_fails_together_is_to_be_played_apart(address: TargetAddress, apart: ApartPlay) -> None:
    with together(address) as held:
        held.apply(migration("2"), "alter type public.mood add value 'bad'")
        with pytest.raises(NotInOneTransaction) as reason:
            held.apply(migration("3"), "create table public.more (mood public.mood default 'bad')")
        assert reason.value.failure is not None
        assert [reason.value.failure.nouns[key] for key in ("version", "sqlstate")] == ["3", "55P04"]
    apart.apply(migration("2"), "alter type public.mood add value 'bad'")
    apart.apply(migration("3"), "create table public.more (mood public.mood default 'bad')")
    with pytest.raises(TargetError) as failed:
        apart.apply(migration("4"), "create table public.orders (id int)")
    assert failed.value.nouns["sqlstate"] == "42P07"


def test_a_way_back_that_fails_together_says_nothing_of_the_way_up(address: TargetAddress) -> None:
    with together(address) as held:
        held.apply(migration("1"), "create index i on public.orders (id)")
        with pytest.raises(NotInOneTransaction) as reason:
            held.revert(migration("1"), "drop index concurrently public.i")
        assert reason.value.failure is None


def test_a_play_held_together_leaves_the_copy_as_it_was(address: TargetAddress) -> None:
    with together(address) as held:
        before = fingerprint(held)
        held.apply(migration("1"), "create role somebody; create table public.more (id int)")
        held.works("drop table public.notes")
    with together(address) as held:
        assert fingerprint(held) == before
        with held.asking() as database:
            assert database.rows("select from pg_roles where rolname = 'somebody'") == []
            assert database.rows("select from supabase_migrations.schema_migrations") == []


def test_files_that_are_repeated_before_one_that_runs_alone_are_not_told_of_it(apart: ApartPlay) -> None:
    files = [
        "create table public.more (id int)",
        "create table public.most (id int); alter table public.notes add column more int",
        "create index concurrently i on public.orders (total)",
        "alter table public.orders drop column total",
    ]
    told = []
    for number, sql in enumerate(files):
        apart.mark(nothing)
        apart.apply(migration(str(number)), sql)
        apart.back_to(number)
        told.append(apart.apply(migration(str(number)), sql))
    assert [[each.version for each in traces] for traces in told] == [["0"], ["1", "1"], ["2"], ["3"]]
    (last,) = told[-1]
    assert {lock.relation for lock in last.locks} == {"public.orders"}


@pytest.mark.parametrize(
    "forgets", ["deallocate all", "prepare bascule_guard_not as select 1; deallocate bascule_guard_not"]
)
def test_a_file_that_forgets_what_is_prepared_is_played_in_one_transaction(address, forgets):
    with together(address) as play:
        seen = []
        for number in range(3):
            [made, _, *_] = play.apply(
                migration(f"2026010100000{number}"), f"create table public.t{number} (); {forgets}"
            )
            seen.append(made.line)
            play.mark(nothing)
            with play.asking() as database:
                assert {"public.t0", "public.orders"} <= {
                    fact.identity for fact in facts.read(database).all if fact.kind == "table"
                }
        assert seen == [1, 1, 1]


def test_what_one_file_prepares_is_not_there_for_the_next(address):
    with together(address) as play:
        play.apply(migration("20260101000000"), 'prepare "a b" as select 1')
        play.apply(migration("20260101000001"), 'prepare "a b" as select 2')


def test_a_file_that_forgets_in_secret_is_played_apart(address):
    with together(address) as play, pytest.raises(NotInOneTransaction):
        play.apply(migration("20260101000000"), "do $$ begin execute 'deallo' || 'cate all'; end $$")
