from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest

from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.domain.deployment import Outcome
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.finding import Severity
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import Plan
from orchestrator.probes.matrix import ask
from orchestrator.stages import apply

LEDGER = "ledger-one"


def planned(*sqls: str) -> tuple[Plan, dict[str, bytes]]:
    contents = {checksum(sql.encode()): sql.encode() for sql in sqls}
    pending = tuple(
        Migration(
            version=f"2026010100000{number}",
            name="step",
            file=SqlFile(path=f"supabase/migrations/{number}.sql", sha256=checksum(sql.encode())),
        )
        for number, sql in enumerate(sqls)
    )
    return Plan(pending=pending), contents


@pytest.fixture
def targets(target_database):
    address = TargetAddress(
        name="staging",
        url=target_database.url,
        lock_timeout_seconds=0.2,
        lock_tries=2,
        lock_pause_seconds=0.05,
    )
    targets = PostgresTargets([address])
    with targets.adopting("staging") as adoption:
        adoption.place(LEDGER)
    return targets


@contextmanager
def writing(targets):
    with targets.writing("staging", ledger_id=LEDGER) as writer:
        yield writer


def versions(done):
    return [applied.migration.version[-1] for applied in done.gave.migrations]


def test_all_pending_migrations_are_applied_in_order(targets):
    plan, contents = planned("create table public.a (id int)", "alter table public.a add b int")
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer)
        assert [row.version[-1] for row in writer.history()] == ["0", "1"]
    assert (done.outcome, versions(done), done.gave.culprit) == (Outcome.PASSED, ["0", "1"], None)


def test_the_first_failure_ends_the_stage_and_names_the_culprit(targets):
    plan, contents = planned("create table public.a (id int)", "select\n nope", "create table public.c ()")
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer)
        assert [row.version[-1] for row in writer.history()] == ["0"]
    assert (done.outcome, versions(done)) == (Outcome.FAILED, ["0"])
    assert done.gave.culprit == plan.pending[1]
    assert done.failure is not None
    nouns = done.failure.nouns
    expected = ("supabase/migrations/1.sql", 2, 2, "42703")
    assert (nouns["file"], nouns["line"], nouns["column"], nouns["sqlstate"]) == expected


def test_running_the_stage_again_applies_only_what_is_missing(targets):
    plan, contents = planned("create table public.a (id int)", "create table public.b ()")
    with writing(targets) as writer:
        writer.apply(plan.pending[0], "create table public.a (id int)")
        done = apply.run(plan, contents=contents, writer=writer)
        again = apply.run(plan, contents=contents, writer=writer)
    assert versions(done) == versions(again) == ["0", "1"]
    assert done.gave.migrations[0].took_seconds == 0
    assert again.outcome is Outcome.PASSED


def test_a_lock_that_cannot_be_had_is_nobodys_fault(targets, target_database):
    plan, contents = planned("create table public.a (id int)", "alter table public.a add b int")
    with writing(targets) as writer, psycopg.connect(target_database.url) as holder:
        writer.apply(plan.pending[0], "create table public.a (id int)")
        holder.execute("select * from public.a")
        done = apply.run(plan, contents=contents, writer=writer)
    assert (done.outcome, done.gave.culprit) == (Outcome.FAILED, None)
    assert done.failure is not None
    assert done.failure.code == "lock-timeout"


def test_what_waiting_may_mend_is_raised_and_not_an_outcome(targets, target_database):
    plan, contents = planned("select pg_terminate_backend(pg_backend_pid())")
    with writing(targets) as writer, pytest.raises(Unavailable):
        apply.run(plan, contents=contents, writer=writer)


def test_a_byte_order_mark_is_no_part_of_the_sql(targets):
    plan, contents = planned("\ufeffselect 1")
    with writing(targets) as writer:
        assert apply.run(plan, contents=contents, writer=writer).outcome is Outcome.PASSED


def somebody_applies(database, version):
    """What `supabase db push` does."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("create table public.theirs (id int); insert into public.theirs values (1)")
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name) values (%s, 'step')", [version]
        )


def test_a_version_that_somebody_else_applied_since_the_plan_ends_the_stage_and_is_not_ours(
    targets, target_database
):
    plan, contents = planned("create table public.a (id int)", "create table public.theirs (id int)")
    somebody_applies(target_database, plan.pending[1].version)
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer)
        assert writer.ours() == {plan.pending[0].version}
    assert (done.outcome, versions(done), done.gave.culprit) == (Outcome.FAILED, ["0"], None)
    assert done.failure is not None
    assert done.failure.code == "history-moved"


def test_a_version_that_was_taken_out_and_applied_again_by_somebody_else_is_theirs(targets, target_database):
    plan, contents = planned("create table public.a (id int)")
    version = plan.pending[0].version
    with writing(targets) as writer:
        apply.run(plan, contents=contents, writer=writer)
        assert writer.ours() == {version}
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute("delete from supabase_migrations.schema_migrations")
    somebody_applies(target_database, version)
    with writing(targets) as writer:
        assert writer.ours() == frozenset()


def test_a_missing_right_in_the_middle_keeps_what_was_committed_on_record(targets, target_database):
    plan, contents = planned("create table public.a (id int)", "create table public.b (id int)")
    with writing(targets) as writer:
        real = writer.apply

        def revoke_then_apply(migration, sql):
            if migration is plan.pending[1]:
                with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
                    table = "supabase_migrations.schema_migrations"
                    connection.execute(f"alter table {table} owner to supabase_admin")
                    connection.execute(f"revoke insert on {table} from postgres")
            return real(migration, sql)

        writer.apply = revoke_then_apply
        done = apply.run(plan, contents=contents, writer=writer)
    assert (done.outcome, versions(done), done.gave.culprit) == (Outcome.FAILED, ["0"], None)
    assert done.failure is not None
    assert done.failure.code == "missing-right"


OPEN = "create table public.leak (id int); grant select on public.leak to anon"


@pytest.fixture
def condition(targets):
    with targets.reading("staging") as reader, reader.asking() as database:
        return apply.Condition(before=ask(database, ["public"]), exposed_schemas=["public"])


def test_all_of_an_atomic_plan_is_committed_and_nothing_is_done_twice(targets, condition):
    plan, contents = planned(
        "create table public.a (id int)", "alter table public.a enable row level security"
    )
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer, condition=condition)
        again = apply.run(plan, contents=contents, writer=writer, condition=condition)
        assert len(writer.transactions(["20260101000000", "20260101000001"])) == 1
    assert (done.outcome, versions(done), done.findings) == (Outcome.PASSED, ["0", "1"], ())
    assert (again.outcome, versions(again)) == (Outcome.PASSED, ["0", "1"])
    assert [each.took_seconds for each in again.gave.migrations] == [0, 0]


def test_what_the_probes_refuse_is_not_committed_and_their_findings_say_why(targets, condition):
    plan, contents = planned("create table public.a (id int)", OPEN)
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer, condition=condition)
        assert writer.history() == ()
    assert (done.outcome, versions(done), done.gave.culprit, done.failure) == (
        Outcome.REFUSED,
        [],
        None,
        None,
    )
    assert "rls-disabled" in {finding.rule for finding in done.findings}


def test_what_the_operator_made_a_warning_does_not_keep_an_atomic_plan_from_being_committed(
    targets, condition
):
    plan, contents = planned(OPEN)
    eased = replace(condition, severities={"rls-disabled": Severity.WARNING})
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer, condition=eased)
    assert (done.outcome, versions(done)) == (Outcome.PASSED, ["0"])


def test_of_an_atomic_plan_that_fails_nothing_is_committed_and_the_culprit_named(targets, condition):
    plan, contents = planned("create table public.a (id int)", "select\n nope", OPEN)
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer, condition=condition)
        assert writer.history() == ()
    assert (done.outcome, versions(done), done.gave.culprit) == (Outcome.FAILED, [], plan.pending[1])
    assert done.failure is not None
    assert done.failure.nouns["line"] == 2


def test_a_lock_that_an_atomic_plan_cannot_have_is_nobodys_fault(targets, condition, target_database):
    plan, contents = planned("create table public.b (id int)", "alter table public.a add b int")
    with psycopg.connect(target_database.url, autocommit=True) as owner:
        owner.execute("create table public.a (id int)")
    with writing(targets) as writer, psycopg.connect(target_database.url) as holder:
        holder.execute("select * from public.a")
        done = apply.run(plan, contents=contents, writer=writer, condition=condition)
    assert (done.outcome, versions(done), done.gave.culprit) == (Outcome.FAILED, [], None)


def test_what_was_begun_one_by_one_goes_on_one_by_one(targets, condition):
    plan, contents = planned("create table public.a (id int)", OPEN)
    with writing(targets) as writer:
        writer.apply(plan.pending[0], "create table public.a (id int)")
        done = apply.run(plan, contents=contents, writer=writer, condition=condition)
        assert len(writer.history()) == 2
    # the stage smoke looks at it, and what is committed can be rolled back
    assert (done.outcome, versions(done)) == (Outcome.PASSED, ["0", "1"])


def test_a_version_of_somebody_elses_ends_an_atomic_plan_before_anything_is_applied(
    targets, condition, target_database
):
    plan, contents = planned("create table public.theirs (id int)", "create table public.b (id int)")
    somebody_applies(target_database, plan.pending[0].version)
    with writing(targets) as writer:
        done = apply.run(plan, contents=contents, writer=writer, condition=condition)
        assert len(writer.history()) == 1
    assert (done.outcome, versions(done), done.failure.code) == (Outcome.FAILED, [], "history-moved")
