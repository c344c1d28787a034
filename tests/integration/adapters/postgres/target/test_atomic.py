"""All migrations in one transaction: committed as separate ones would be, or nothing is."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest

from orchestrator.adapters.postgres.target import atomic
from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.domain.errors import Contention, Stale, TargetError, Unavailable
from orchestrator.probes.matrix import ask
from tests.integration.adapters.postgres.target.conftest import LEDGER, migration
from tests.integration.adapters.postgres.target.test_lost_connection import when
from tests.support.delay_proxy import DelayProxy, delay_proxy

#: tables whose rows refer to each other, looked at when a transaction ends
FAMILY = """
    create table public.parents (id int primary key);
    create table public.children (parent int references public.parents deferrable initially deferred);
"""


def pairs(*sqls: str):
    return [(migration(f"2026010100000{number}"), sql) for number, sql in enumerate(sqls)]


def yes(_) -> bool:
    return True


def apply_all(targets, *sqls: str, check=yes):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        return writer.apply_all(pairs(*sqls), check)


def refusal(targets, *sqls: str) -> TargetError:
    with pytest.raises(TargetError) as raised:
        apply_all(targets, *sqls)
    return raised.value


def history(db):
    return db.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by 1"
    ).fetchall()


def exists(db, relation):
    return db.execute("select to_regclass(%s) is not null", [relation]).fetchone()[0]


def test_all_are_committed_by_one_transaction_with_the_history_rows_of_separate_ones(targets, db):
    sqls = [
        "create table public.a (id int);\n-- why\nselect 1",
        "begin;\nalter table public.a add b int;\ncommit",
    ]
    done = apply_all(targets, *sqls)
    together = history(db)
    assert [each.migration.version[-1] for each in done] == ["0", "1"]
    assert all(each.took_seconds > 0 for each in done)
    with targets.reading("staging") as reader:
        assert reader.ours() == {version for version, *_ in together}
        assert len(reader.transactions([version for version, *_ in together])) == 1
    db.execute("drop table public.a; delete from supabase_migrations.schema_migrations")
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        for each, sql in pairs(*sqls):
            writer.apply(each, sql)
    assert history(db) == together


def test_what_is_asked_sees_all_that_is_about_to_be_committed(targets, db):
    seen = []

    def check(database) -> bool:
        seen.extend(each.name for each in ask(database, ["public"]).relations)
        return True

    apply_all(targets, "create table public.a (id int)", "create table public.b (id int)", check=check)
    assert seen == ["public.a", "public.b"]


def test_where_the_check_says_no_nothing_is_left_and_the_writer_goes_on(targets, db):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        assert writer.apply_all(pairs("create table public.a (id int)"), lambda _: False) == ()
        assert not exists(db, "public.a")
        assert history(db) == []
        # no lock is left, either
        db.execute("update supabase_migrations.bascule_fence set epoch = epoch")
        writer.apply(migration("1"), "create table public.a (id int)")
    assert exists(db, "public.a")


def test_the_check_cannot_write_and_leaves_no_settings_and_no_role_behind(targets, db):
    refused = []

    def check(database) -> bool:
        database.rows("set local search_path = auth; set local role anon")
        with pytest.raises(TargetError) as raised:
            database.rows("create table public.by_the_check (id int)")
        refused.append(raised.value.nouns["sqlstate"])
        return True

    apply_all(targets, "set search_path = storage; select 1", check=check)
    assert refused == ["25006"]
    assert len(history(db)) == 1
    assert not exists(db, "public.by_the_check")


def test_a_failure_in_the_middle_names_its_file_and_leaves_nothing(targets, db):
    error = refusal(targets, "create table public.a (id int)", "select 1;\nselect nope", "select 2")
    assert error.nouns["version"] == "20260101000001"
    assert error.nouns["file"] == "supabase/migrations/20260101000001_some.sql"
    assert (error.nouns["line"], error.nouns["sqlstate"]) == (2, "42703")
    assert history(db) == []
    assert not exists(db, "public.a")


def test_what_would_be_checked_at_a_files_commit_is_checked_behind_it_and_names_it(targets, db):
    error = refusal(
        targets, FAMILY, "insert into public.children values (1)", "insert into public.parents values (1)"
    )
    assert (error.nouns["version"], error.nouns["sqlstate"]) == ("20260101000001", "23503")
    assert "at commit" in error.message
    assert history(db) == []


def test_every_file_begins_with_the_constraints_as_they_are_by_themselves(targets, db):
    backwards = "insert into public.children values ({0}); insert into public.parents values ({0})"
    late = FAMILY.replace("children", "grandchildren").replace(
        "create table public.parents (id int primary key);", ""
    )
    apply_all(
        targets,
        FAMILY,
        backwards.format(1),
        # what is due is done: a table with open checks could not be altered
        "alter table public.children add column name text",
        # one that a later file makes
        late + backwards.format(2).replace("children", "grandchildren"),
    )
    assert db.execute("select parent from public.children").fetchall() == [(1,)]
    assert len(history(db)) == 4


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("do $$ begin commit; end $$", "sql-failed"),
        ("do $$ begin execute 'rollback'; end $$", "sql-failed"),
        ("create table public.b (); commit", "transaction-control"),
        ("set role anon", "changed-session"),
        ("drop table supabase_migrations.bascule_fence", "changed-session"),
        ("-- bascule: transaction=false because it commits\ndo $$ begin commit; end $$", "runs-alone"),
        ("create index concurrently i on public.a (id)", "runs-alone"),
    ],
)
def test_what_ends_or_leaves_the_transaction_undoes_all_of_it(targets, db, sql, code):
    with targets.writing("staging", ledger_id=LEDGER) as writer, pytest.raises(TargetError) as raised:
        writer.apply_all(pairs("create table public.a (id int)", sql, "create table public.c ()"), yes)
    assert (raised.value.code, raised.value.nouns["version"]) == (code, "20260101000001")
    assert history(db) == []
    assert not exists(db, "public.a")


def test_a_file_begins_in_a_fresh_session_and_what_is_asked_does_too(targets, db):
    asked = []

    def check(database) -> bool:
        asked.extend(database.rows("select current_setting('row_security'), current_setting('search_path')"))
        return True

    apply_all(
        targets,
        "set row_security = off; set search_path = storage;"
        " create temporary table t (id int); deallocate all",
        "create table public.seen as select current_setting('search_path') as path;"
        " create temporary table t (id int); set row_security = off",
        check=check,
    )
    assert "storage" not in db.execute("select path from public.seen").fetchone()[0]
    assert asked[0][0] == "on"


def test_a_lock_that_stays_held_ends_all_of_it_and_is_nobodys_fault(targets, db, target_database):
    db.execute("create table public.busy (id int); alter table public.busy owner to postgres")
    with psycopg.connect(target_database.url, application_name="reporting") as holder:
        holder.execute("select * from public.busy")
        error = refusal(targets, "create table public.a ()", "alter table public.busy add b int")
    assert isinstance(error, Contention)
    assert (error.nouns["version"], error.nouns["tries"]) == ("20260101000001", 2)
    assert "reporting" in error.message
    assert not exists(db, "public.a")


def test_all_of_it_is_tried_again_until_the_lock_is_free(make_targets, targets, db, target_database):
    db.execute("create table public.busy (id int); alter table public.busy owner to postgres")
    db.execute("create sequence public.tries; alter sequence public.tries owner to postgres")
    holder = psycopg.connect(target_database.url)
    holder.execute("select * from public.busy")
    timer = threading.Timer(0.8, holder.close)
    timer.start()
    first = "select nextval('public.tries'); create table public.a ()"
    done = apply_all(make_targets(lock_tries=10), first, "alter table public.busy add b int")
    timer.join()
    assert len(done) == len(history(db)) == 2
    assert db.execute("select last_value > 1 from public.tries").fetchone()[0]


def test_the_time_for_one_migration_is_the_time_for_all(make_targets, targets, db):
    slow = ["select pg_sleep(0.4)"] * 8
    error = refusal(make_targets(migration_timeout_seconds=1), "create table public.a ()", *slow)
    assert error.code == "migration-timeout"
    assert history(db) == []
    assert not exists(db, "public.a")


def test_whoever_was_overtaken_commits_nothing(targets, db):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        db.execute("update supabase_migrations.bascule_fence set epoch = epoch + 1")
        with pytest.raises(Stale):
            writer.apply_all(pairs("create table public.a ()"), yes)
    assert not exists(db, "public.a")


def test_a_check_that_raises_leaves_nothing(targets, db):
    class BrokenError(Exception):
        pass

    def check(_) -> bool:
        raise BrokenError

    with targets.writing("staging", ledger_id=LEDGER) as writer:
        with pytest.raises(BrokenError):
            writer.apply_all(pairs("create table public.a ()"), check)
        assert not exists(db, "public.a")
        writer.apply_all(pairs("create table public.a ()"), yes)
    assert exists(db, "public.a")


@contextmanager
def at_a_distance(address) -> Iterator[tuple[DelayProxy, PostgresTargets]]:
    with delay_proxy(address.url) as proxy:
        yield proxy, PostgresTargets([replace(address, url=proxy.url(address.url), lock_timeout_seconds=3)])


def test_a_commit_whose_answer_is_lost_counts_once(address, targets, db, monkeypatch):
    threads: list[threading.Thread] = []

    def committed() -> bool:
        return len(history(db)) == 2

    with at_a_distance(address) as (proxy, far), far.writing("staging", ledger_id=LEDGER) as writer:

        def reached(place: str) -> None:
            if place == "apply: before the commit of all":
                threads.append(after_a_deaf_commit(proxy, committed))

        monkeypatch.setattr(atomic, "crash_point", reached)
        done = writer.apply_all(pairs("create table public.a ()", "create table public.b ()"), yes)
        threads[0].join()
        assert [each.migration.version[-1] for each in done] == ["0", "1"]
        writer.apply(migration("3"), "create table public.c ()")
    assert len(history(db)) == 3


def after_a_deaf_commit(proxy: DelayProxy, committed: Callable[[], bool]) -> threading.Thread:
    """Let nothing back from the server from now on, and cut the line once it has committed."""

    def cut() -> None:
        proxy.deaf = False
        proxy.cut()

    proxy.deaf = True
    return when(committed, cut)


@pytest.mark.parametrize(
    "place",
    [
        "apply: between the migrations of one transaction",
        "apply: before the probes of one transaction",
        "apply: before the commit of all",
    ],
)
def test_a_session_that_is_lost_before_the_commit_leaves_nothing(targets, db, monkeypatch, place):
    def reached(name: str) -> None:
        if name == place:
            db.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where application_name = 'bascule' and state = 'idle in transaction'"
            )

    monkeypatch.setattr(atomic, "crash_point", reached)
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        with pytest.raises(Unavailable) as raised:
            writer.apply_all(pairs("create table public.a ()", "create table public.b ()"), yes)
        assert raised.value.code == "connection-lost"
        assert history(db) == []
        monkeypatch.undo()
        assert len(writer.apply_all(pairs("create table public.a ()"), yes)) == 1
