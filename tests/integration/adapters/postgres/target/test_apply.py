import signal
import threading
import time

import psycopg
import pytest

from orchestrator.domain.errors import Contention, InTheWay, TargetError, Unavailable
from orchestrator.validation.split import decode
from tests.integration.adapters.postgres.target.conftest import LEDGER, migration


def apply(targets, sql, version="20260101000000"):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        return writer.apply(migration(version), sql)


def refusal(targets, sql) -> TargetError:
    with pytest.raises(TargetError) as raised:
        apply(targets, sql)
    return raised.value


def history(db):
    return db.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by 1"
    ).fetchall()


def exists(db, relation):
    return db.execute("select to_regclass(%s) is not null", [relation]).fetchone()[0]


def test_a_migration_and_its_history_row_are_committed_together(targets, db):
    done = apply(targets, "create table public.a (id int);\ncreate index on public.a (id);\n")
    assert done.migration.version == "20260101000000"
    assert exists(db, "public.a")
    statements = ["create table public.a (id int)", "create index on public.a (id)"]
    assert history(db) == [("20260101000000", "some", statements)]


def test_a_failed_migration_leaves_no_history_row(targets, db):
    error = refusal(targets, "create table public.a (id int);\nselect nope from public.a;\n")
    assert (error.code, error.nouns["sqlstate"]) == ("sql-failed", "42703")
    assert history(db) == []
    assert not exists(db, "public.a")


@pytest.mark.parametrize(
    ("content", "recorded"),
    [
        (b"", []),
        (b"-- nothing yet\n", ["-- nothing yet"]),
        (b"-- why\nselect 1;\n-- end\n", ["-- why\nselect 1", "-- end"]),
        (b"begin;\nselect 1;\ncommit;\n", ["begin", "select 1", "commit"]),
        (b"BEGIN;\nselect 1;\nCOMMIT;\n-- bye\n", ["BEGIN", "select 1", "COMMIT", "-- bye"]),
        (b"select 1;\r\nselect\r\n2;\r\n", ["select 1", "select\r\n2"]),
        (b"\xef\xbb\xbfselect 1;", ["select 1"]),
        (rb"""select 'a\b', "q" from (values (1)) v("q"), (select '{x,"y"}') w;""", None),
        ("select 'ü€😀';".encode(), ["select 'ü€😀'"]),
    ],
)
def test_the_history_row_is_what_the_supabase_cli_would_write(targets, db, content, recorded):
    apply(targets, decode(content))
    [(_, name, statements)] = history(db)
    assert name == "some"
    assert statements == (recorded if recorded is not None else [decode(content).rstrip(";")])


def test_a_history_table_with_more_columns_is_written_and_read_all_the_same(targets, db):
    db.execute(
        "alter table supabase_migrations.schema_migrations"
        " add created_by text, add idempotency_key text unique, add rollback text[]"
    )
    apply(targets, "select 1")
    with targets.reading("staging") as reader:
        assert [(row.version, row.name) for row in reader.history()] == [("20260101000000", "some")]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("create table public.a(); commit; create table public.b()", "transaction-control"),
        ("create table public.a(); /* x */ RollBack", "transaction-control"),
        ("create table public.a(); start transaction", "transaction-control"),
        ("create table public.a(); end", "transaction-control"),
        ("create table public.a(); prepare transaction 'x'", "transaction-control"),
        ("begin isolation level serializable; create table public.a(); commit", "transaction-control"),
        ("create table public.a(); do $$ begin commit; end $$", "sql-failed"),
        ("create table public.a(); set role anon", "changed-session"),
        ("create table public.a(); set local role anon; reset role", "changed-session"),
        ("create table public.a(); select set_config('role', 'anon', false)", "changed-session"),
        ("create table public.a(); drop table supabase_migrations.bascule_fence", "changed-session"),
        ("create table public.a(); update supabase_migrations.bascule_fence set epoch = 99; commit", None),
        ("create table public.a(); copy public.a from stdin", "copy-from-client"),
        ("create table public.a(); copy public.a to stdout", "copy-from-client"),
        ("create table public.a(); \\i other.sql", "psql-command"),
        ("create table public.a(); vacuum", "sql-failed"),
        ("create table public.a(); select 'x\0'", "nul-character"),
    ],
)
def test_what_would_leave_the_transaction_or_change_the_session_leaves_nothing(targets, db, sql, code):
    error = refusal(targets, sql)
    assert code in (None, error.code)
    assert error.nouns["file"] == "supabase/migrations/20260101000000_some.sql"
    assert error.nouns["line"] == 1
    assert history(db) == []
    assert not exists(db, "public.a")


def test_set_session_authorization_is_stopped_even_for_a_superuser(target_database, make_targets, db):
    targets = make_targets(url=target_database.superuser_url)
    with targets.adopting("staging") as adoption:
        adoption.place(LEDGER)
    error = refusal(targets, "create table public.a(); set session authorization postgres; select 1")
    assert error.code == "changed-session"
    assert not exists(db, "public.a")


def test_a_savepoint_is_no_way_out_and_no_fault(targets, db):
    apply(
        targets,
        "create table public.a(); savepoint s; create table public.b(); rollback to savepoint s; release s",
    )
    assert exists(db, "public.a")
    assert not exists(db, "public.b")


@pytest.mark.parametrize(
    "turn_off",
    [
        "set lock_timeout = 0; set statement_timeout = 0",
        "select set_config('lock_timeout', '0', false), set_config('statement_timeout', '0', true)",
        "reset all",
    ],
)
def test_limits_that_a_migration_takes_off_are_put_back(targets, turn_off):
    check = "do $$ begin assert current_setting('{}') = '{}'; end $$"
    lock, statement = check.format("lock_timeout", "300ms"), check.format("statement_timeout", "5s")
    apply(targets, f"{turn_off}; {lock}; {statement}")


def test_the_head_of_a_dump_and_deallocate_all_are_no_fault(targets):
    apply(
        targets,
        "SET statement_timeout = 0; SET lock_timeout = 0; SET client_encoding = 'UTF8';"
        "SELECT pg_catalog.set_config('search_path', '', false); SET row_security = off;"
        "DEALLOCATE ALL; create table public.a();",
    )


def test_every_migration_begins_with_a_fresh_session(targets):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(
            migration("1"),
            "set search_path = auth; set my.own = 'x'; create temp table left_over (); listen news;"
            "prepare q as select 1; select pg_advisory_lock(7)",
        )
        writer.apply(
            migration("2"),
            "do $$ begin assert current_setting('search_path') like '%public%', 'path';"
            "assert coalesce(current_setting('my.own', true), '') = '', 'own';"
            "assert to_regclass('pg_temp.left_over') is null, 'temp';"
            "assert not exists (select from pg_prepared_statements where name = 'q'), 'prepared';"
            "assert not exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid());"
            "end $$",
        )


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("select 1;\nselect 'ü', nope;", 2, 13),
        ("-- ü\n/* 😀 */ select 'ü€😀', nope;", 2, 23),
        ("select 1; select 'é', nope", 1, 23),
        ("select\r\n  nope;", 2, 3),
        ("create table public.a (id int);\n\n-- then\ncreat table b;", 4, 1),
        ("select 1;\n-- why\n  drop table public.missing", 3, 3),
    ],
)
def test_a_failure_names_line_and_column_in_characters(targets, sql, line, column):
    error = refusal(targets, sql)
    assert (error.nouns["line"], error.nouns["column"]) == (line, column)
    assert error.message.startswith(f"supabase/migrations/20260101000000_some.sql:{line}:{column}: ")


def test_rows_and_notices_of_a_migration_are_ignored(targets, db):
    db.execute("create table public.t as select generate_series(1, 20000) as n")
    db.execute("grant select on public.t to postgres")
    apply(targets, "select n, repeat('x', 100) from public.t; do $$ begin raise warning 'careful'; end $$")


def test_a_file_of_many_large_statements_goes_through_one_pipeline(targets, db):
    row = "insert into public.t values (repeat('x', 10)) -- " + "y" * 2000
    sql = ";\n".join(["create table public.t (a text)"] + [f"{row}\nreturning a, repeat('z', 5000)"] * 1500)
    apply(targets, sql)
    assert db.execute("select count(*) from public.t").fetchone() == (1500,)


def test_what_was_sent_does_not_go_on_when_the_worker_is_told_to_stop(targets, db):
    class Stop(Exception):
        pass

    def stop(_signal, _frame):
        raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with targets.writing("staging", ledger_id=LEDGER) as writer:
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            with pytest.raises(Stop):
                writer.apply(migration("1"), "create table public.a(); select pg_sleep(4)")
    finally:
        signal.signal(signal.SIGALRM, before)
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        assert writer.history() == ()
    assert not exists(db, "public.a")


def test_a_constraint_that_fails_at_commit_undoes_everything(targets, db):
    error = refusal(
        targets,
        "create table public.a (id int primary key);"
        "create table public.b (a int references public.a deferrable initially deferred);"
        "insert into public.b values (1)",
    )
    assert (error.nouns["sqlstate"], error.nouns["line"]) == ("23503", None)
    assert "at commit" in error.message
    assert history(db) == []


def test_a_statement_that_runs_too_long_is_stopped_and_named(make_targets, targets, db):
    error = refusal(make_targets(statement_timeout_seconds=0.2), "select 1;\nselect pg_sleep(30)")
    assert (error.code, error.nouns["line"]) == ("statement-timeout", 2)
    assert history(db) == []


def test_a_migration_that_runs_too_long_as_a_whole_is_stopped(make_targets, targets, db):
    started = time.monotonic()
    slow = "; ".join(["select pg_sleep(0.4)"] * 20)
    error = refusal(make_targets(migration_timeout_seconds=1), f"create table public.a(); {slow}")
    assert error.code == "migration-timeout"
    assert time.monotonic() - started < 6
    assert history(db) == []
    assert not exists(db, "public.a")


def test_a_lock_that_stays_held_is_tried_again_and_its_holder_named(targets, db, target_database):
    db.execute("create table public.busy (id int); alter table public.busy owner to postgres")
    with psycopg.connect(target_database.url, application_name="reporting") as holder:
        holder.execute("select * from public.busy")
        pid = holder.info.backend_pid
        error = refusal(targets, "create table public.a();\nalter table public.busy add b int")
    assert (error.code, error.nouns["sqlstate"], error.nouns["tries"]) == ("lock-timeout", "55P03", 2)
    assert error.nouns["relation"] == "busy"
    assert "reporting" in error.message
    assert f"pid {pid}" in str(error.nouns["holders"])
    assert "select" not in str(error.nouns["holders"])
    assert not exists(db, "public.a")


def test_who_counts_the_tries_elsewhere_is_told_of_each_one(make_targets, targets, db, target_database):
    db.execute("create table public.busy (id int); alter table public.busy owner to postgres")
    of_three = make_targets(lock_tries=3, lock_pause_seconds=60, lock_timeout_seconds=0.2)

    def tried(times: int) -> None:
        with of_three.writing("staging", ledger_id=LEDGER, tried=times) as writer:
            writer.apply(migration("20260101000000"), "alter table public.busy add b int")

    with psycopg.connect(target_database.url, application_name="reporting") as holder:
        holder.execute("select * from public.busy")
        for times in (0, 1):
            with pytest.raises(InTheWay, match="reporting") as raised:
                tried(times)
            assert raised.value.tries == times + 1
            assert 4 <= raised.value.pause_seconds <= 8
        with pytest.raises(Contention):
            tried(2)
    assert history(db) == []
    tried(2)
    assert len(history(db)) == 1


def test_each_migration_has_its_own_tries_once_another_one_is_there(
    make_targets, targets, db, target_database
):
    db.execute("create table public.busy (id int); alter table public.busy owner to postgres")
    of_three = make_targets(lock_tries=3, lock_timeout_seconds=0.2)
    with psycopg.connect(target_database.url) as holder:
        holder.execute("select * from public.busy")
        with of_three.writing("staging", ledger_id=LEDGER, tried=2) as writer:
            writer.apply(migration("20260101000000"), "create table public.a()")
            with pytest.raises(InTheWay) as raised:
                writer.apply(migration("20260101000001"), "alter table public.busy add b int")
    assert raised.value.tries == 1


def test_a_lock_that_is_given_back_in_time_does_no_harm(make_targets, targets, db, target_database):
    db.execute("create table public.busy (id int); alter table public.busy owner to postgres")
    holder = psycopg.connect(target_database.url)
    holder.execute("select * from public.busy")
    timer = threading.Timer(0.8, holder.close)
    timer.start()
    apply(make_targets(lock_tries=10), "alter table public.busy add b int")
    timer.join()
    assert len(history(db)) == 1


def test_a_version_that_somebody_else_recorded_meanwhile_is_left_to_them(targets, db):
    db.execute("insert into supabase_migrations.schema_migrations(version) values ('20260101000000')")
    with pytest.raises(Unavailable) as raised:
        apply(targets, "create table public.a()")
    assert raised.value.code == "history-moved"
    assert not exists(db, "public.a")


def test_after_a_failure_the_writer_goes_on_with_a_new_connection(targets, db):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        with pytest.raises(TargetError):
            writer.apply(migration("1"), "select nope")
        writer.apply(migration("2"), "create table public.a()")
        assert [row.version for row in writer.history()] == ["2"]


def test_a_revert_removes_the_history_row_in_the_same_transaction(targets, db):
    one = migration("1", rollback=True)
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(one, "create table public.a()")
        with pytest.raises(TargetError) as raised:
            writer.revert(one, "drop table public.a;\nselect nope")
        assert raised.value.nouns["file"] == "supabase/rollbacks/1_some.sql"
        assert exists(db, "public.a")
        writer.revert(one, "drop table public.a")
    assert history(db) == []
    assert not exists(db, "public.a")


def test_a_revert_of_what_is_not_in_the_history_undoes_itself(targets, db):
    db.execute("create table public.a(); alter table public.a owner to postgres")
    with targets.writing("staging", ledger_id=LEDGER) as writer, pytest.raises(TargetError) as raised:
        writer.revert(migration("1", rollback=True), "drop table public.a")
    assert raised.value.code == "not-in-history"
    assert exists(db, "public.a")


def test_a_writer_has_at_most_two_connections(targets, db, target_database):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        for number in range(3):
            writer.apply(migration(str(number)), "select 1")
            writer.history()
        count = "select count(*) from pg_stat_activity where datname = %s and application_name = 'bascule'"
        assert db.execute(count, [target_database.name]).fetchone()[0] == 2


def test_a_message_never_holds_the_values_of_a_row(targets, db):
    db.execute("create table public.people (email text); alter table public.people owner to postgres")
    db.execute("insert into public.people values ('a@secret.example'), ('a@secret.example')")
    error = refusal(targets, "create unique index on public.people (email)")
    assert "secret" not in f"{error.message} {error.nouns}"


def test_our_limits_hold_inside_a_migration_whatever_the_server_begins_with(targets, db, target_database):
    begins_with = "idle_in_transaction_session_timeout = 0", "client_connection_check_interval = 0"
    for setting in begins_with:
        db.execute(f"alter database {target_database.name} set {setting}".encode())
    seen = """create table public.seen as
        select current_setting('idle_in_transaction_session_timeout') as idle,
               current_setting('client_connection_check_interval') as look"""
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("1"), "select 1")
        writer.apply(migration("2"), seen)
    assert db.execute("select idle, look from public.seen").fetchall() == [("1min", "1s")]


def test_the_value_that_does_not_fit_is_in_no_message(targets, db):
    db.execute("create table public.people (email text)")
    db.execute("insert into public.people values ('ada@example.com')")
    db.execute("alter table public.people owner to postgres")
    with targets.writing("staging", ledger_id=LEDGER) as writer, pytest.raises(TargetError) as caught:
        writer.apply(migration("1"), "alter table public.people alter email type int using email::int")
    told = caught.value
    assert "ada" not in f"{told.message}{told.nouns}"
    assert "invalid text representation" in told.message
