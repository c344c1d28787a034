import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest

from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.domain.errors import TargetError, Unavailable
from tests.integration.adapters.postgres.target.conftest import LEDGER, migration
from tests.support.delay_proxy import DelayProxy, delay_proxy


@pytest.fixture
def proxy(target_database):
    with delay_proxy(target_database.url) as proxy:
        yield proxy


@pytest.fixture
def through(proxy: DelayProxy, address, targets) -> PostgresTargets:
    return PostgresTargets([replace(address, url=proxy.url(address.url), lock_timeout_seconds=3)])


def when(condition: Callable[[], bool], act: Callable[[], None]) -> threading.Thread:
    def watch() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and not condition():
            time.sleep(0.02)
        act()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def running(target_database, text: str) -> Callable[[], bool]:
    def look() -> bool:
        with psycopg.connect(target_database.superuser_url) as db:
            sql = (
                "select exists (select from pg_stat_activity"
                " where state = 'active' and query like %s and pid <> pg_backend_pid())"
            )
            return bool(db.execute(sql, [f"%{text}%"]).fetchone()[0])

    return look


def test_a_line_cut_in_mid_statement_leaves_nothing_and_can_be_tried_again(
    through, proxy, db, target_database
):
    thread = when(running(target_database, "pg_sleep(4"), proxy.cut)
    with (
        pytest.raises(Unavailable) as raised,
        through.writing("staging", ledger_id=LEDGER) as writer,
    ):
        writer.apply(migration("1"), "create table public.a(); select pg_sleep(4)")
    thread.join()
    assert raised.value.code == "connection-lost"
    assert db.execute("select to_regclass('public.a') is null").fetchone()[0]
    with through.writing("staging", ledger_id=LEDGER) as writer:
        assert writer.history() == ()
        writer.apply(migration("1"), "create table public.a()")


def test_a_commit_whose_answer_is_lost_counts_once(through, proxy, db):
    def committed() -> bool:
        return bool(db.execute("select from supabase_migrations.schema_migrations").fetchall())

    def cut() -> None:
        proxy.deaf = False
        proxy.cut()

    with through.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("0"), "select 1")
        db.execute("delete from supabase_migrations.schema_migrations")
        proxy.deaf = True
        thread = when(committed, cut)
        done = writer.apply(migration("1"), "create table public.a()")
        thread.join()
        assert done.migration.version == "1"
        assert [row.version for row in writer.history()] == ["1"]
        writer.apply(migration("2"), "create table public.b()")


def test_a_revert_whose_answer_is_lost_counts_once(through, proxy, db):
    one = migration("1", rollback=True)
    with through.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(one, "create table public.a()")
        proxy.deaf = True

        def gone() -> bool:
            return not db.execute("select from supabase_migrations.schema_migrations").fetchall()

        def cut() -> None:
            proxy.deaf = False
            proxy.cut()

        thread = when(gone, cut)
        writer.revert(one, "drop table public.a")
        thread.join()
    assert db.execute("select to_regclass('public.a') is null").fetchone()[0]


def test_an_unreachable_server_after_a_cut_is_unavailable(through, proxy, target_database):
    def cut() -> None:
        proxy.closed = True
        proxy.cut()

    thread = when(running(target_database, "pg_sleep(4"), cut)
    with pytest.raises(Unavailable), through.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("1"), "select pg_sleep(4)")
    thread.join()


def test_a_session_that_an_administrator_ends_is_a_lost_connection(targets, db, target_database):
    def end() -> None:
        db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query like '%pg_sleep(4%' and pid <> pg_backend_pid()"
        )

    thread = when(running(target_database, "pg_sleep(4"), end)
    with pytest.raises(Unavailable) as raised, targets.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("1"), "create table public.a(); select pg_sleep(4)")
    thread.join()
    assert raised.value.code == "connection-lost"
    assert db.execute("select to_regclass('public.a') is null").fetchone()[0]


@pytest.mark.parametrize("state", ["08006", "57P01"])
def test_what_sql_itself_calls_a_lost_connection_is_the_migrations_fault(targets, db, state):
    text = f"create table public.a(); do $$ begin raise exception 'x' using errcode = '{state}'; end $$"
    with pytest.raises(TargetError) as raised, targets.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("1"), text)
    assert raised.value.nouns["sqlstate"] == state
    assert db.execute("select to_regclass('public.a') is null").fetchone()[0]


def test_a_silent_server_is_given_up(make_targets, targets, proxy, address):
    deaf = make_targets(url=proxy.url(address.url), migration_timeout_seconds=1)
    with deaf.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("0"), "select 1")
        proxy.deaf = True
        started = time.monotonic()
        thread = when(lambda: time.monotonic() > started + 2, lambda: setattr(proxy, "deaf", False))
        with suppress(Unavailable):
            writer.apply(migration("1"), "select 1")
        thread.join()
        assert time.monotonic() - started < 15


def test_a_file_costs_one_round_trip(through, proxy):
    with through.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("0"), "select 1")
        before = proxy.turns
        statements = "; ".join(f"create table public.t{n} (id int)" for n in range(8))
        writer.apply(migration("1"), statements)
        assert proxy.turns - before <= 2


def test_fifty_milliseconds_of_network_cost_little_more_than_one_round_trip_a_file(
    address, targets, target_database
):
    with delay_proxy(target_database.url, delay_seconds=0.025) as proxy:
        far = PostgresTargets([replace(address, url=proxy.url(address.url))])
        with far.writing("staging", ledger_id=LEDGER) as writer:
            writer.apply(migration("0"), "select 1")
            started = time.monotonic()
            for number in range(1, 6):
                writer.apply(migration(str(number)), f"create table public.t{number} (id int); select 1")
            assert (time.monotonic() - started) / 5 < 0.05 * 2.5
