"""Files that run outside a transaction."""

import threading
import time

import psycopg
import pytest

from orchestrator.adapters.postgres.target import alone
from orchestrator.domain.errors import ConfigurationError, Contention, Stale, TargetError, Unavailable
from tests.integration.adapters.postgres.target.conftest import LEDGER, migration

VERSION = "20260101000000"
BUILD = "create index concurrently by_id on public.a (id);\n"
INDEXES = """
select c.relname, i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid
 where i.indrelid = 'public.a'::regclass and not i.indisprimary order by 1
"""


@pytest.fixture
def table(db, target_database):
    with psycopg.connect(target_database.url, autocommit=True) as owner:
        owner.execute("create table public.a (id int, note text)")
        owner.execute("insert into public.a select n, 'x' from generate_series(1, 100) n")


class Died(BaseException):
    """The worker's process is gone."""


@pytest.fixture
def dies_at(monkeypatch):
    def arrange(point):
        def die(name):
            if name == point:
                raise Died

        monkeypatch.setattr(alone, "crash_point", die)

    return arrange


def apply(targets, sql, version=VERSION):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        return writer.apply(migration(version), sql)


def revert(targets, sql, version=VERSION):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        writer.revert(migration(version, rollback=True), sql)


def abandon(targets):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        return writer.abandon()


def history(db):
    return db.execute("select version, statements from supabase_migrations.schema_migrations").fetchall()


def intents(db):
    return db.execute("select finished, statement from supabase_migrations.bascule_intent").fetchall()


def indexes(db):
    return db.execute(INDEXES).fetchall()


def test_an_index_is_built_concurrently_and_recorded_as_the_supabase_cli_would(targets, db, table):
    apply(targets, "-- why\n" + BUILD)
    assert indexes(db) == [("by_id", True)]
    assert history(db) == [(VERSION, ["-- why\n" + BUILD.strip().removesuffix(";")])]
    assert intents(db) == []


def test_a_target_that_was_adopted_before_there_were_intents_gets_the_table_when_it_is_needed(
    targets, db, table
):
    db.execute("drop table supabase_migrations.bascule_intent")
    assert abandon(targets) == ()
    apply(targets, BUILD)
    assert (indexes(db), intents(db)) == ([("by_id", True)], [])


def test_where_the_table_of_intents_cannot_be_made_the_right_is_named(targets, db, table):
    db.execute("drop table supabase_migrations.bascule_intent")
    db.execute("alter schema supabase_migrations owner to supabase_admin")
    db.execute("revoke create on schema supabase_migrations from postgres")
    with pytest.raises(ConfigurationError) as raised:
        apply(targets, BUILD)
    assert raised.value.code == "missing-right"
    assert (indexes(db), history(db)) == ([], [])


@pytest.mark.parametrize(
    "sql",
    [
        "vacuum public.a",
        "reindex table concurrently public.a",
        "reindex schema public",
        "drop index concurrently if exists public.none",
        "create unique index concurrently if not exists by_id on public.a (id)",
        "-- pg-delta: transaction=false\nselect 1;\nvacuum public.a;\nselect 2",
        "-- bascule: transaction=false because why not\n",
    ],
)
def test_what_cannot_run_in_a_transaction_runs_without_one(targets, db, table, sql):
    apply(targets, sql)
    assert (len(history(db)), intents(db)) == (1, [])


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (
            "-- bascule: transaction=false because x\nselect 1; alter system set work_mem = '1MB'",
            "not-transactional",
        ),
        ("-- bascule: transaction=false because x\nselect 1; discard all", "not-transactional"),
        ("create index concurrently on public.a (id)", "index-unnamed"),
        ("begin; create index concurrently by_id on public.a (id); commit", "sql-failed"),
        ("-- pg-delta: transaction=false\nbegin; select 1; commit", "transaction-control"),
        ("create index concurrently by_id on public.a (nope)", "sql-failed"),
        ("create table public.b(); create index concurrently by_id on public.a (id)", "sql-failed"),
    ],
)
def test_what_cannot_be_repeated_or_has_no_header_is_refused_and_leaves_nothing(
    targets, db, table, sql, code
):
    with pytest.raises(TargetError) as raised:
        apply(targets, sql)
    assert (raised.value.code, raised.value.nouns["file"]) == (code, migration(VERSION).file.path)
    abandon(targets)
    assert (indexes(db), history(db), intents(db)) == ([], [], [])


def test_an_index_that_fails_half_way_is_explained_and_cleared_away(targets, db, table):
    db.execute("insert into public.a values (1, 'again')")
    with pytest.raises(TargetError) as raised:
        apply(targets, BUILD.replace("index", "unique index", 1))
    assert raised.value.nouns["sqlstate"] == "23505"
    assert indexes(db) == [("by_id", False)]
    assert abandon(targets) == (VERSION,)
    assert (indexes(db), history(db), intents(db)) == ([], [], [])


def test_an_index_that_somebody_left_invalid_is_neither_touched_nor_taken_for_ours(targets, db, table):
    db.execute("insert into public.a values (1, 'again')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute("create unique index concurrently by_id on public.a (id)")
    with pytest.raises(TargetError) as raised:
        apply(targets, BUILD.replace("concurrently", "concurrently if not exists"))
    assert raised.value.code == "index-invalid"
    abandon(targets)
    assert (indexes(db), history(db)) == ([("by_id", False)], [])


def test_a_name_that_another_table_has_for_its_index_is_no_index_of_this_one(targets, db, table):
    db.execute("create table public.b (id int); create index by_id on public.b (id)")
    with pytest.raises(TargetError) as raised:
        apply(targets, BUILD.replace("concurrently", "concurrently if not exists"))
    assert raised.value.code == "index-missing"


def test_somebody_elses_transaction_is_waited_for_and_its_holder_named(make_targets, targets, db, table):
    with psycopg.connect(db.info.dsn, password=db.info.password) as holder:
        holder.execute("insert into public.a values (0)")
        with pytest.raises(Contention) as raised:
            apply(make_targets(statement_timeout_seconds=0.5), BUILD)
        assert str(holder.info.backend_pid) in str(raised.value)
        holder.rollback()
    assert indexes(db) in ([], [("by_id", False)])
    apply(targets, BUILD)
    assert (indexes(db), intents(db)) == ([("by_id", True)], [])


def test_what_a_lock_timeout_left_invalid_is_dropped_before_the_next_try(make_targets, targets, db, table):
    """An old snapshot keeps an index from being valid, and nobody from dropping it."""
    oid = "select to_regclass('public.by_id')::oid"
    ended = threading.Event()
    built = set()

    def two_were_seen():
        built.update(each for (each,) in db.execute(oid).fetchall() if each)
        return len(built) == 2 or ended.is_set()

    def let_go_at_the_second(holder):
        until(two_were_seen)
        holder.rollback()

    with psycopg.connect(db.info.dsn, password=db.info.password) as holder:
        holder.execute("set transaction isolation level repeatable read")
        holder.execute("select 1")
        thread = threading.Thread(target=let_go_at_the_second, args=[holder])
        thread.start()
        try:
            apply(make_targets(statement_timeout_seconds=0.4, lock_tries=8), BUILD)
        finally:
            ended.set()
            thread.join()
    assert len(built) == 2
    assert (indexes(db), intents(db), len(history(db))) == ([("by_id", True)], [], 1)


def test_another_service_that_waits_for_the_target_keeps_no_index_from_being_built(targets, db, table):
    """A session that waits in pg_advisory_lock holds a snapshot: building would wait for it for ever."""
    ended = threading.Event()
    told = []

    def knock():
        while not ended.is_set():
            try:
                with targets.writing("staging", ledger_id=LEDGER):
                    told.append("in")
            except Unavailable as error:
                told.append(error.code)

    with targets.writing("staging", ledger_id=LEDGER) as writer:
        thread = threading.Thread(target=knock)
        thread.start()
        try:
            for number in range(3):
                name = f"concurrently by_{number} "
                writer.apply(migration(str(number)), BUILD.replace("concurrently by_id ", name))
        finally:
            ended.set()
            thread.join()
    assert "target-locked" in told
    assert len(indexes(db)) == 3


def test_a_worker_that_was_overtaken_is_refused_before_its_statement(targets, db, table):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        db.execute("update supabase_migrations.bascule_fence set epoch = epoch + 1")
        with pytest.raises(Stale):
            writer.apply(migration(VERSION), BUILD)
    assert (indexes(db), history(db), intents(db)) == ([], [], [])


def test_statements_with_a_header_run_one_by_one_and_settings_hold_for_those_behind(targets, db, table):
    apply(
        targets,
        "-- bascule: transaction=false because a new value is used at once\n"
        "create schema app; set search_path = app;\n"
        "create type mood as enum ('good');\n"
        "alter type mood add value 'bad'; create table moods (mood mood default 'bad');\n"
        "create index concurrently moods_mood on moods (mood);\n",
    )
    assert db.execute("select 'app.moods_mood'::regclass::text").fetchone() == ("app.moods_mood",)
    assert len(history(db)[0][1]) == 6


def test_a_block_that_commits_may_where_the_file_says_so(targets, db, table):
    batches = "do $$ begin for n in 1..3 loop insert into public.a values (-n); commit; end loop; end $$"
    with pytest.raises(TargetError):
        apply(targets, batches)
    apply(targets, f"-- bascule: transaction=false because of the batches\n{batches}")
    assert db.execute("select count(*) from public.a where id < 0").fetchone() == (3,)
    assert (len(history(db)), intents(db)) == (1, [])


def test_what_fails_in_the_middle_says_what_stays_and_goes_on_there(targets, db, table):
    text = "-- pg-delta: transaction=false\ninsert into public.a values (-1);\n{}\n"
    with pytest.raises(TargetError) as raised:
        apply(targets, text.format("vacuum public.later"))
    assert raised.value.nouns["finished"] == 1
    assert "statements of the file are committed" in raised.value.remedy
    db.execute("create table public.later ()")
    db.execute("alter table public.later owner to postgres")
    apply(targets, text.format("vacuum public.later"))
    assert db.execute("select count(*) from public.a where id < 0").fetchone() == (1,)
    assert (len(history(db)), intents(db)) == (1, [])


def test_another_text_does_not_go_on_where_the_first_one_ended(targets, db, table):
    text = "-- pg-delta: transaction=false\ninsert into public.a values (-1);\n{}\n"
    for statement, code in (("vacuum public.later", "sql-failed"), ("vacuum public.a", "half-applied")):
        with pytest.raises(TargetError) as raised:
            apply(targets, text.format(statement))
        assert raised.value.code == code
    assert abandon(targets) == (VERSION,)
    apply(targets, text.format("vacuum public.a"))


@pytest.mark.parametrize(
    "statement",
    ["set role anon", "select set_config('role', 'anon', false)", "set session authorization anon"],
)
def test_the_role_cannot_be_changed_outside_a_transaction_either(targets, db, table, statement):
    with pytest.raises(TargetError):
        apply(targets, f"-- pg-delta: transaction=false\n{statement};\ncreate table public.b ();\n")
    assert db.execute("select to_regclass('public.b')").fetchone() == (None,)


def test_a_rollback_may_drop_an_index_concurrently(targets, db, table):
    apply(targets, BUILD)
    revert(targets, "drop index concurrently public.by_id")
    assert (indexes(db), history(db), intents(db)) == ([], [], [])


def test_a_partition_is_detached_concurrently(targets, db, table):
    apply(
        targets,
        "create table public.p (id int) partition by range (id);"
        "create table public.p1 partition of public.p for values from (0) to (10)",
        "1",
    )
    apply(targets, "alter table public.p detach partition public.p1 concurrently", "2")
    assert db.execute(
        "select count(*) from pg_inherits where inhparent = 'public.p'::regclass"
    ).fetchone() == (0,)
    assert intents(db) == []


def test_the_time_for_a_migration_holds_here_too(make_targets, targets, db, table):
    quick = make_targets(migration_timeout_seconds=1)
    with pytest.raises(TargetError) as raised:
        apply(quick, "-- pg-delta: transaction=false\nvacuum public.a;\nselect pg_sleep(30)")
    assert raised.value.code == "migration-timeout"


POINTS = ("alone: intent recorded", "alone: statement done", "alone: before the record")
PARTITIONS = """create table public.p (id int) partition by range (id);
create table public.p1 partition of public.p for values from (0) to (10);"""


@pytest.fixture
def there(targets, table):
    apply(targets, f"create index there on public.a (note);\n{PARTITIONS}", "1")


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(
    "sql",
    [
        BUILD,
        BUILD.replace("concurrently", "concurrently if not exists"),
        "drop index concurrently public.there",
        "reindex table concurrently public.a",
        "alter table public.p detach partition public.p1 concurrently",
        "-- pg-delta: transaction=false\ninsert into public.a values (-1);\n" + BUILD,
        "-- pg-delta: transaction=false\nset search_path = public;\n" + BUILD.replace("public.", ""),
    ],
)
def test_whoever_goes_on_after_a_death_makes_what_nobody_died_of(targets, db, dies_at, point, sql):
    dies_at(point)
    with pytest.raises(Died):
        apply(targets, sql)
    assert len(history(db)) == 1
    dies_at(None)
    apply(targets, sql)
    by_id = [("by_id", True)] if "by_id" in sql else []
    there = [("there", True)] if "there" not in sql else []
    assert indexes(db) == by_id + there
    assert (len(history(db)), intents(db)) == (2, [])
    assert db.execute("select count(*) from public.a where id = -1").fetchone() == ("insert" in sql,)
    detached = db.execute("select not exists (select from pg_inherits)").fetchone()
    assert detached == ("detach" in sql,)


@pytest.mark.parametrize("point", POINTS)
def test_a_rollback_goes_on_after_a_death_as_well(targets, db, table, dies_at, point):
    apply(targets, BUILD)
    dies_at(point)
    with pytest.raises(Died):
        revert(targets, "drop index concurrently public.by_id")
    dies_at(None)
    assert abandon(targets) == ()
    revert(targets, "drop index concurrently public.by_id")
    assert (indexes(db), history(db), intents(db)) == ([], [], [])


@pytest.mark.parametrize("point", POINTS[:2])
def test_of_a_block_that_commits_nobody_pretends_to_know_how_far_it_came(targets, db, table, dies_at, point):
    sql = "-- pg-delta: transaction=false\ndo $$ begin insert into public.a values (-1); commit; end $$"
    dies_at(point)
    with pytest.raises(Died):
        apply(targets, sql)
    dies_at(None)
    with pytest.raises(TargetError) as raised:
        apply(targets, sql)
    assert raised.value.code == "statement-unknown"


def test_a_lost_sessions_statement_is_ended_before_somebody_goes_on(targets, db, table):
    """The process is gone, or was paused, and the server still builds the index."""
    told = []
    first = threading.Thread(target=lambda: told.append(error_of(targets)))
    with psycopg.connect(db.info.dsn, password=db.info.password) as holder:
        holder.execute("insert into public.a values (0)")
        first.start()
        until(lambda: indexes(db))
        db.execute("select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'")
        with targets.writing("staging", ledger_id=LEDGER) as writer:
            threading.Thread(target=holder.rollback).start()
            writer.apply(migration(VERSION), BUILD)
        first.join()
    assert told in (["connection-lost"], ["target-locked"])
    assert (indexes(db), intents(db), len(history(db))) == ([("by_id", True)], [], 1)


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to this"


def error_of(targets):
    try:
        apply(targets, BUILD)
    except Unavailable as error:
        return error.code
    return None


def test_a_partition_that_is_half_detached_is_brought_to_its_end(make_targets, targets, db, table):
    apply(targets, PARTITIONS, "1")
    sql = "alter table public.p detach partition public.p1 concurrently"
    with psycopg.connect(db.info.dsn, password=db.info.password) as holder:
        holder.execute("select * from public.p")
        with pytest.raises(Contention):
            apply(make_targets(statement_timeout_seconds=0.3), sql)
    assert db.execute("select inhdetachpending from pg_inherits").fetchall() == [(True,)]
    apply(targets, sql)
    assert db.execute("select inhdetachpending from pg_inherits").fetchall() == []
    assert (len(history(db)), intents(db)) == (2, [])
