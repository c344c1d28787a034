from dataclasses import replace

import psycopg
import pytest

from orchestrator.domain.deployment import Outcome, RollbackMethod
from orchestrator.domain.errors import Contention, TargetError, Unavailable
from orchestrator.domain.plan import Plan
from tests.support.deployed import DOWN, file_of


def test_where_nothing_was_committed_the_database_has_undone_it_all(make):
    done = make().roll_back()
    assert (done.outcome, done.gave.method) == (Outcome.SKIPPED, RollbackMethod.ABORTED)


def test_what_was_committed_is_reverted_newest_first(make):
    deployed = make()
    deployed.apply(0, 1)
    done = deployed.roll_back()
    assert (done.outcome, done.gave.method) == (Outcome.PASSED, RollbackMethod.REVERTED)
    assert done.gave.reverted == ("1", "0")
    assert done.gave.left_behind == ()
    assert done.gave.fingerprint == deployed.before.fingerprint
    assert deployed.history() == []


def test_only_what_was_committed_is_reverted(make):
    deployed = make()
    deployed.apply(0)
    assert deployed.roll_back().gave.reverted == ("0",)


def test_a_missing_rollback_file_is_known_before_anything_is_touched(make):
    deployed = make(down=(None, DOWN[1]))
    deployed.apply(0, 1)
    done = deployed.roll_back()
    assert (done.outcome, done.gave.method) == (Outcome.FAILED, RollbackMethod.IMPOSSIBLE)
    assert done.failure is not None
    assert (done.failure.code, done.failure.nouns["versions"]) == ("rollback-missing", ["0"])
    assert done.failure.remedy
    assert deployed.history() == ["0", "1"]


def test_a_rollback_that_fails_leaves_the_rest_applied_and_says_where(make):
    deployed = make(down=("drop table public.a;\nselect nope", DOWN[1]))
    deployed.apply(0, 1)
    done = deployed.roll_back()
    assert (done.outcome, done.gave.method) == (Outcome.FAILED, RollbackMethod.IMPOSSIBLE)
    assert done.gave.reverted == ("1",)
    assert done.failure is not None
    assert (done.failure.nouns["file"], done.failure.nouns["line"]) == ("supabase/rollbacks/0_x.sql", 2)
    assert deployed.history() == ["0"]


def test_what_a_rollback_leaves_behind_is_listed(make):
    deployed = make(down=("drop table public.a; create type public.forgotten as enum ('x')", DOWN[1]))
    deployed.apply(0)
    done = deployed.roll_back()
    assert (done.outcome, done.gave.method) == (Outcome.FAILED, RollbackMethod.REVERTED)
    assert any("forgotten" in change.identity for change in done.gave.left_behind)
    assert done.failure is not None
    assert done.failure.code == "left-behind"
    assert "forgotten" in done.failure.message


def test_a_second_attempt_finishes_what_the_first_one_began(make):
    deployed = make()
    deployed.apply(0, 1)
    newest = deployed.plan.pending[1]
    deployed.writer.revert(newest, DOWN[1])
    done = deployed.roll_back(committed=deployed.plan.pending)
    assert (done.outcome, done.gave.reverted) == (Outcome.PASSED, ("1", "0"))
    again = deployed.roll_back(committed=deployed.plan.pending)
    assert (again.outcome, again.gave.method) == (Outcome.PASSED, RollbackMethod.REVERTED)


def test_a_lock_that_cannot_be_had_is_waited_for(make, target_database):
    deployed = make()
    deployed.apply(0)
    with psycopg.connect(target_database.url) as holder:
        holder.execute("select * from public.a")
        with pytest.raises(Unavailable) as raised:
            deployed.roll_back()
    assert raised.value.code == "lock-timeout"
    assert deployed.roll_back().outcome is Outcome.PASSED


def test_a_rollback_whose_content_is_gone_counts_as_missing(make):
    deployed = make()
    deployed.apply(0)
    done = deployed.roll_back(contents={})
    assert done.gave.method is RollbackMethod.IMPOSSIBLE
    assert replace(done.gave).reverted == ()


def test_what_somebody_else_applied_is_never_rolled_back(make, target_database):
    deployed = make()
    deployed.apply(0)
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute("create table public.b (id int); insert into public.b values (7)")
        history = "supabase_migrations.schema_migrations (version, name)"
        connection.execute(f"insert into {history} values ('1', 'x')")
    done = deployed.roll_back()
    assert done.gave.reverted == ("0",)
    assert deployed.history() == ["1"]
    with psycopg.connect(target_database.url) as connection:
        assert connection.execute("select id from public.b").fetchall() == [(7,)]


def test_where_nobody_knows_what_was_committed_the_facts_have_to_agree(make, target_database):
    deployed = make()
    assert deployed.roll_back(committed=None).outcome is Outcome.SKIPPED
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute("create table public.a (id int)")
    done = deployed.roll_back(committed=None)
    assert done.outcome is Outcome.FAILED
    assert "public.a" in {change.identity for change in done.gave.left_behind}


def test_a_migration_without_a_statement_needs_no_rollback(make):
    deployed = make(down=(None, DOWN[1]))
    empty = replace(deployed.plan.pending[0], file=file_of("-- nothing", "supabase/migrations/0_x.sql"))
    plan = Plan(pending=(empty, deployed.plan.pending[1]))
    contents = deployed.contents | {empty.file.sha256: b"-- nothing"}
    deployed.writer.apply(empty, "-- nothing")
    deployed.apply(1)
    done = deployed.roll_back(plan=plan, contents=contents)
    assert (done.outcome, done.gave.reverted) == (Outcome.PASSED, ("1", "0"))


def test_what_runs_alone_and_failed_is_cleared_away(make):
    up = (
        "create table public.a as select 1 as id from generate_series(1, 2)",
        "create unique index concurrently i on public.a (id)",
    )
    deployed = make(up=up)
    deployed.apply(0)
    with pytest.raises(TargetError):
        deployed.apply(1)
    done = deployed.roll_back(committed=deployed.plan.pending[:1])
    assert (done.outcome, done.gave.reverted, done.gave.left_behind) == (Outcome.PASSED, ("0",), ())


def test_of_a_file_that_runs_alone_and_fails_in_the_middle_is_told_what_it_leaves_behind(make):
    deployed = make(
        up=("-- pg-delta: transaction=false\ncreate table public.a (id int); select nope",), down=("",)
    )
    with pytest.raises(TargetError):
        deployed.apply(0)
    for _ in range(2):  # also where an attempt at this stage was lost
        done = deployed.roll_back(committed=())
        assert (done.outcome, deployed.history()) == (Outcome.FAILED, [])
        assert done.failure is not None
        assert done.failure.code == "left-behind"


def test_a_lock_that_keeps_an_index_from_being_dropped_is_waited_for(make, target_database):
    up = ("create table public.a (id int)", "create index concurrently i on public.a (id)")
    deployed = make(up=up)
    deployed.apply(0)
    deployed.writer.address = replace(deployed.writer.address, statement_timeout_seconds=0.2)
    with psycopg.connect(target_database.url) as holder:
        holder.execute("insert into public.a values (1)")
        with pytest.raises(Contention):
            deployed.apply(1)
        with pytest.raises(Unavailable):
            deployed.roll_back(committed=deployed.plan.pending[:1])
        holder.rollback()
    assert deployed.roll_back(committed=deployed.plan.pending[:1]).outcome is Outcome.PASSED
