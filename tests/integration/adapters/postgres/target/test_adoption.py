from contextlib import contextmanager

import psycopg
import pytest

from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.domain.adoption import BaselineRow
from orchestrator.domain.errors import ConfigurationError, Unavailable
from tests.integration.adapters.postgres.target.conftest import LEDGER, migration

ROWS = (
    BaselineRow(version="1", name="one", statements=("select 1", 'select "a\\b"')),
    BaselineRow(version="2", name="two", statements=()),
)


@contextmanager
def adopting(targets: PostgresTargets):
    with targets.adopting("staging") as adoption:
        yield adoption


def rows(db):
    return db.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by 1"
    ).fetchall()


def test_an_empty_database_is_described_as_one(unadopted, db, target_database):
    with adopting(unadopted) as adoption:
        state = adoption.inspect()
    assert state.database == target_database.name
    assert state.server_major == db.info.server_version // 10000
    assert (state.history, state.fence, state.user_objects) == ((), None, 0)
    assert (state.missing_rights, state.read_only) == ((), False)


def test_the_users_own_objects_are_counted_and_some_named(unadopted, db):
    db.execute(
        "create table public.a (); create view public.v as select 1 as x; create schema shop;"
        'create function shop."Do it"() returns int language sql as $$ select 1 $$;'
        "create type public.mood as enum ('good')"
    )
    with adopting(unadopted) as adoption:
        state = adoption.inspect()
    assert state.user_objects == 4
    assert state.some_user_objects == ("public.a", "public.mood", "public.v", 'shop."Do it"')


def test_adopting_makes_the_history_as_the_supabase_cli_does(unadopted, db):
    with adopting(unadopted) as adoption:
        adoption.place(LEDGER, ROWS)
    columns = db.execute(
        "select attname, format_type(atttypid, null), attnotnull from pg_attribute"
        " where attrelid = 'supabase_migrations.schema_migrations'::regclass and attnum > 0 order by attnum"
    ).fetchall()
    assert columns == [("version", "text", True), ("statements", "text[]", False), ("name", "text", False)]
    assert rows(db) == [("1", "one", ["select 1", 'select "a\\b"']), ("2", "two", [])]
    key = (
        "select conname from pg_constraint where conrelid = 'supabase_migrations.schema_migrations'::regclass"
    )
    assert ("schema_migrations_pkey",) in db.execute(key).fetchall()


def test_adopting_twice_changes_nothing(unadopted, db):
    with adopting(unadopted) as adoption:
        adoption.place(LEDGER, ROWS)
        adoption.place(LEDGER, ROWS)
        fence = adoption.inspect().fence
    assert fence is not None
    assert (fence.owner, fence.epoch) == (LEDGER, 0)
    assert len(rows(db)) == 2


def test_an_old_history_table_gets_its_missing_columns(unadopted, db, target_database):
    with psycopg.connect(target_database.url) as own:
        own.execute(
            "create schema if not exists supabase_migrations;"
            "create table supabase_migrations.schema_migrations (version text primary key);"
            "insert into supabase_migrations.schema_migrations values ('0')"
        )
    with adopting(unadopted) as adoption:
        adoption.place(LEDGER, ROWS)
    assert rows(db)[0] == ("0", None, None)
    assert len(rows(db)) == 3


def test_another_ledgers_target_is_taken_over_only_on_demand(targets):
    with adopting(targets) as adoption:
        with pytest.raises(ConfigurationError) as raised:
            adoption.place("another")
        assert raised.value.code == "adopted-by-another"
        adoption.place("another", take_over=True)
        fence = adoption.inspect().fence
    assert fence is not None
    assert (fence.owner, fence.epoch) == ("another", 1)
    with pytest.raises(ConfigurationError), targets.writing("staging", ledger_id=LEDGER):
        pass


def test_releasing_removes_the_fence_and_keeps_the_history(targets, db):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("1"), "select 1")
    with adopting(targets) as adoption:
        with pytest.raises(ConfigurationError):
            adoption.release("another")
        adoption.release(LEDGER)
        adoption.release(LEDGER)
        assert adoption.inspect().fence is None
    assert len(rows(db)) == 1
    ours = "select relname from pg_class where relkind = 'r' and relname like 'bascule_%'"
    assert db.execute(ours).fetchall() == []


def test_nobody_adopts_or_releases_while_a_deployment_runs(targets):
    with targets.writing("staging", ledger_id=LEDGER), adopting(targets) as adoption:
        with pytest.raises(Unavailable):
            adoption.release(LEDGER)
        with pytest.raises(Unavailable):
            adoption.place("another", take_over=True)


@pytest.fixture
def stranger(make_targets, db, target_database):
    """A role that may do nothing but connect."""
    role = f"stranger_{target_database.name}"
    db.execute(f"create role {role} login password 'secret'")
    login = target_database.url.split("@")[1]
    yield make_targets(url=f"postgresql://{role}:secret@{login}")
    db.execute(f"drop owned by {role}; drop role {role}")


def test_missing_rights_come_with_the_sql_that_grants_them(stranger, db):
    with adopting(stranger) as adoption:
        state = adoption.inspect()
        assert state.missing_rights
        with pytest.raises(ConfigurationError) as raised:
            adoption.place(LEDGER)
        assert raised.value.code == "missing-right"
        for missing in state.missing_rights:
            db.execute(missing.sql)
        assert adoption.inspect().missing_rights == ()
        adoption.place(LEDGER)


def test_rights_on_tables_that_others_made_are_asked_for_one_by_one(stranger, targets, db):
    with adopting(stranger) as adoption:
        granted: list[str] = []
        for _ in range(3):
            for missing in adoption.inspect().missing_rights:
                db.execute(missing.sql)
                granted.append(missing.right)
        assert "to write the history" in granted
        assert "to write the fence" in granted
        assert "to note what runs outside a transaction" in granted
        assert adoption.inspect().missing_rights == ()
    with stranger.writing("staging", ledger_id=LEDGER) as writer:
        writer.apply(migration("1"), "create table public.a()")
