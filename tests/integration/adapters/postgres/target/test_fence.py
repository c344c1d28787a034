import psycopg
import pytest

from orchestrator.adapters.postgres.target.lock import LOCK_KEY
from orchestrator.domain.errors import ConfigurationError, Stale, TargetError, Unavailable
from tests.integration.adapters.postgres.target.conftest import LEDGER, migration


def terminate_lock_holder(db):
    """Take the lock away from whoever holds it, as a lost network would."""
    db.execute(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
        " and objid = %s::bigint & 4294967295",
        [LOCK_KEY],
    )


def has_table(db, name):
    return db.execute("select to_regclass(%s) is not null", [f"public.{name}"]).fetchone()[0]


def test_the_target_mints_a_higher_epoch_for_each_writer(targets):
    epochs = []
    for _ in range(3):
        with targets.writing("staging", ledger_id=LEDGER) as writer:
            fence = writer.fence()
            assert fence is not None
            epochs.append(fence.epoch)
    assert epochs == sorted(set(epochs))


def test_nobody_writes_to_a_target_that_is_not_adopted(unadopted):
    with pytest.raises(ConfigurationError) as raised, unadopted.writing("staging", ledger_id=LEDGER):
        pass
    assert raised.value.code == "not-adopted"


def test_a_second_ledger_is_refused(targets):
    with pytest.raises(ConfigurationError) as raised, targets.writing("staging", ledger_id="another"):
        pass
    assert raised.value.code == "adopted-by-another"


def test_of_two_writers_one_is_told_to_come_back(targets):
    with targets.writing("staging", ledger_id=LEDGER) as first:
        with pytest.raises(Unavailable) as raised, targets.writing("staging", ledger_id=LEDGER):
            pass
        assert raised.value.code == "target-locked"
        assert "bascule" in raised.value.message
        first.apply(migration("1"), "create table public.a()")


def test_a_paused_writer_that_wakes_up_after_its_successor_is_refused(targets, db):
    with targets.writing("staging", ledger_id=LEDGER) as paused:
        terminate_lock_holder(db)
        with targets.writing("staging", ledger_id=LEDGER) as successor:
            successor.apply(migration("1"), "create table public.a()")
        with pytest.raises(Stale):
            paused.apply(migration("2"), "create table public.b()")
    assert not has_table(db, "b")


def test_a_writer_whose_target_was_taken_over_is_refused(targets, db):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        db.execute("update supabase_migrations.bascule_fence set owner = 'another', epoch = epoch + 1")
        with pytest.raises(Stale):
            writer.apply(migration("1"), "create table public.a()")
    assert not has_table(db, "a")


def test_a_writer_whose_target_was_released_is_refused(targets, db):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        db.execute("drop table supabase_migrations.bascule_fence")
        with pytest.raises(Stale):
            writer.apply(migration("1"), "create table public.a()")


def test_a_successor_waits_for_the_open_transaction_of_a_lost_session(targets, db, target_database):
    """The lock is free, but the lost session's transaction still holds the fence's row."""
    with psycopg.connect(target_database.url) as lost:
        lost.execute("update supabase_migrations.bascule_fence set epoch = epoch")
        with pytest.raises(Unavailable) as raised, targets.writing("staging", ledger_id=LEDGER):
            pass
    assert raised.value.code == "predecessor-still-writes"


def test_a_migration_that_touches_the_fence_gets_nowhere(targets, db):
    sql = "create table public.a(); update supabase_migrations.bascule_fence set owner = 'me'; select 1"
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        try:
            writer.apply(migration("1"), sql)
        except TargetError:
            assert not has_table(db, "a")


def test_a_read_only_target_is_said_to_be_one(targets, db, target_database):
    db.execute(f"alter database {target_database.name} set default_transaction_read_only = on")
    with pytest.raises(ConfigurationError) as raised, targets.writing("staging", ledger_id=LEDGER):
        pass
    assert raised.value.code == "read-only"
