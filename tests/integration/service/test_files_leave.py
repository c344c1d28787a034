"""With `when_files_leave = "revert"`, a file that leaves the branch takes its changes with it."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog import facts
from orchestrator.domain.deployment import Cause, Deployment, Stage, Status
from orchestrator.domain.facts import Facts
from orchestrator.domain.push import Request
from orchestrator.embedded import scratch
from tests.support.folders import a_folder
from tests.support.lives import lives
from tests.support.places import table
from tests.support.servers import TestDatabase
from tests.support.service import Service
from tests.support.service import service as a_service

TARGET = """
[targets.staging]
repository = "app"
branch = "staging"
database_url = "env:STAGING_URL"
when_files_leave = "revert"
"""
ONE, TWO, THREE = "20260101000001", "20260101000002", "20260101000003"


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A state directory that the scratch server's user can reach; the server is kept from test to test."""
    with a_folder("tests") as folder:
        yield folder
        scratch.release_all()


@pytest.fixture
def service(
    tmp_path: Path, state: Path, empty_database: TestDatabase, target_database: TestDatabase, valkey
) -> Iterator[Service]:
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=valkey.url,
        more=TARGET,
        environment={"STAGING_URL": target_database.url},
        state=state,
    ) as it:
        add(it, ONE, "one", table("one"), "drop table public.one;")
        it.work.commit("One")
        it.work.push("origin", "staging")
        it.command("adopt", "staging")
        assert deploy(it).status is Status.SUCCEEDED
        yield it


def add(service: Service, version: str, name: str, up: str, down: str | None = None) -> None:
    service.work.write(f"supabase/migrations/{version}_{name}.sql", up)
    if down is not None:
        service.work.write(f"supabase/rollbacks/{version}_{name}.sql", down)


def deploy(service: Service) -> Deployment:
    """Push the checkout and carry it out in this process, as a worker would."""
    service.work.commit("More")
    return deploy_head(service)


def deploy_head(service: Service) -> Deployment:
    service.work.push("origin", "staging", force=True)
    told = service.told("deploy", "staging", "--here", code=None)
    return service.house.reading.deployment(told["deployment"]["id"])


def take_out(service: Service, *versions: str) -> None:
    """Take files out as `git revert` of the commit that added them would."""
    for path in (service.work.work / "supabase").rglob("*.sql"):
        if path.name.startswith(versions):
            path.unlink()


def versions(service: Service, database: TestDatabase) -> list[str]:
    """Return the history, which the ledger must agree with."""
    with psycopg.connect(database.url) as connection:
        rows = connection.execute("select version from supabase_migrations.schema_migrations order by 1")
        found = [row[0] for row in rows]
    assert found == sorted(service.house.kept.recorded("staging"))
    return found


def facts_of(database: TestDatabase) -> Facts:
    with (
        psycopg.connect(database.url, autocommit=True) as connection,
        Reader(connection, "staging").asking() as asked,
    ):
        return facts.read(asked)


def execute(database: TestDatabase, sql: str) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute(sql)


def told_by(service: Service, deployment: Deployment, rule: str = "file-left") -> str:
    runs = service.house.reading.runs(deployment.id)
    return " ".join(one.message for run in runs for one in run.findings if one.rule == rule)


def test_a_reverted_commit_reverts_the_database_and_what_is_pending_goes_on(service, target_database):
    add(service, TWO, "two", table("two"), "drop table public.two;")
    before = facts_of(target_database)
    assert deploy(service).status is Status.SUCCEEDED
    take_out(service, TWO)
    add(service, THREE, "three", "alter table public.one add column note text;")
    push(service)
    shown = service.command("plan", "staging")
    assert f"undo {TWO} two" in shown, shown
    done = deploy_head(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    gave = service.runs(done.id)[Stage.APPLY].gave
    assert (gave["reverted"], len(gave["migrations"])) == ([TWO], 1)
    assert versions(service, target_database) == [ONE, THREE]
    # the revert is reverted: what comes back is pending again
    add(service, TWO, "two", table("two"), "drop table public.two;")
    take_out(service, THREE)
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    assert versions(service, target_database) == [ONE, TWO]
    take_out(service, TWO)
    assert deploy(service).status is Status.SUCCEEDED
    assert facts_of(target_database) == before
    assert service.told("drift", "staging")["changes"] == []


def push(service: Service) -> str:
    service.work.commit("More")
    service.work.push("origin", "staging", force=True)
    return service.work.head


def test_a_branch_forced_back_takes_two_deployments_back_with_a_draft_and_a_lossy_file(
    service, target_database
):
    before, commit = facts_of(target_database), service.work.head
    add(service, TWO, "two", table("two"))  # its rollback is drafted
    assert deploy(service).status is Status.SUCCEEDED
    service.work.git("tag", "two")
    allowed = "-- bascule: allow rollback-lossy because nobody needs it\n"
    drops = f"{allowed}-- bascule: allow drop-table because it is new\ndrop table public.two;"
    add(service, THREE, "three", drops, table("two"))
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    service.work.git("reset", "--hard", "--quiet", commit)
    done = deploy_head(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    assert service.runs(done.id)[Stage.APPLY].gave["reverted"] == [THREE, TWO]
    assert versions(service, target_database) == [ONE]
    assert facts_of(target_database) == before


def test_what_came_later_and_stays_is_kept_whole_or_nothing_is_undone(service, target_database):
    add(
        service,
        TWO,
        "two",
        "alter table public.one add column two text;",
        "alter table public.one drop column two;",
    )
    assert deploy(service).status is Status.SUCCEEDED
    add(service, THREE, "three", "alter table public.one add column three text;")
    add(service, "20260101000004", "four", "create function public.f() returns int language sql return 1;")
    assert deploy(service).status is Status.SUCCEEDED
    take_out(service, TWO)
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    assert versions(service, target_database) == [ONE, THREE, "20260101000004"]
    # the table that the later one changed would go with what changed it
    before = facts_of(target_database)
    take_out(service, ONE)
    done = deploy(service)
    assert done.status is Status.REFUSED
    assert "more goes than they made" in told_by(service, done), service.said[-2:]
    assert facts_of(target_database) == before
    assert versions(service, target_database) == [ONE, THREE, "20260101000004"]
    # nor can a table go that something later reads
    view = "create view public.seen with (security_invoker = true) as select id from public.one;"
    service.work.git("checkout", "--quiet", "HEAD~", "--", "supabase")
    add(service, "20260101000005", "five", view)
    assert deploy(service).status is Status.SUCCEEDED
    take_out(service, ONE)
    done = deploy(service)
    assert done.status is Status.REFUSED
    assert "depend" in told_by(service, done), service.said[-2:]
    errors = [each for each in service.runs(done.id)[Stage.REHEARSE].findings if each.severity == "error"]
    assert [each.rule for each in errors] == ["file-left"]


def test_a_branch_that_was_rebased_gives_a_file_another_version(service, target_database):
    two = table("two"), "drop table public.two;"
    add(service, THREE, "two", *two)
    assert deploy(service).status is Status.SUCCEEDED
    before = facts_of(target_database)
    take_out(service, THREE)
    add(service, TWO, "two", *two)
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    assert versions(service, target_database) == [ONE, TWO]
    assert facts_of(target_database) == before


def test_a_later_version_in_between_would_be_undone_along_and_so_nothing_is(service, target_database):
    bodies = [f"create or replace function public.f() returns int language sql return {n};" for n in range(4)]
    add(service, TWO, "two", bodies[0], "drop function public.f();")
    add(service, THREE, "three", bodies[1], bodies[0])
    for number in (2, 3):
        add(service, f"2026010200000{number}", "more", bodies[number], bodies[number - 1])
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    take_out(service, THREE, "20260102000003")
    done = deploy(service)
    assert done.status is Status.REFUSED
    assert "20260102000002" in told_by(service, done), service.said[-2:]


def test_live_rows_are_counted_first_and_nothing_is_undone_that_would_drop_them(service, target_database):
    add(service, TWO, "two", table("two"), "drop table public.two;")
    assert deploy(service).status is Status.SUCCEEDED
    execute(target_database, "insert into public.two values (1)")
    take_out(service, TWO)
    push(service)
    shown = service.run("plan", "staging")
    assert (shown.returncode, "public.two: 1 row" in shown.stdout) == (1, True), shown
    done = deploy_head(service)
    assert (done.status, done.failure.code) == (Status.REFUSED, "rows-at-stake"), service.said[-2:]
    assert versions(service, target_database) == [ONE, TWO]
    execute(target_database, "delete from public.two")
    assert deploy_head(service).status is Status.SUCCEEDED
    assert versions(service, target_database) == [ONE]


#: comes in between two rollbacks, and writes into what the second drops
WRITES_WHEN_ONE_GOES = """
create function public.late() returns event_trigger language plpgsql security definer as $$ begin
  if to_regclass('public.two') is not null then execute 'insert into public.two values (7)'; end if; end $$;
create event trigger late on sql_drop when tag in ('DROP TABLE') execute function public.late();
"""


def test_rows_that_come_when_half_is_undone_are_no_refusal_but_a_failure_and_nothing_is_lost(
    service, target_database
):
    add(service, TWO, "two", table("two"), "drop table public.two;")
    add(service, THREE, "three", table("three"), "drop table public.three;")
    assert deploy(service).status is Status.SUCCEEDED
    execute(target_database, WRITES_WHEN_ONE_GOES)
    take_out(service, TWO, THREE)
    done = deploy(service)
    assert (done.status, done.failure.code) == (Status.ROLLED_BACK, "rows-at-stake"), service.said[-2:]
    assert versions(service, target_database) == [ONE, TWO, THREE]
    with psycopg.connect(target_database.superuser_url) as connection:
        assert connection.execute("select * from public.two").fetchall()


#: a file that does this where there are rows: on the target, and not on the copy
WHERE_ROWS_ARE = """-- bascule: allow rollback-unproven because it is so
-- bascule: allow hidden-sql because it is
do $$ begin if exists (select from public.one) then {} end if; end $$;
"""
BREAKS = WHERE_ROWS_ARE.format("raise 'no';")
LEAKS = WHERE_ROWS_ARE.format("execute 'alter table public.one disable row level security';")
MENDS = "alter table public.one enable row level security;\n"


@pytest.mark.parametrize("sql", [BREAKS, LEAKS], ids=["apply", "smoke"])
def test_what_was_undone_is_applied_again_when_the_deployment_fails(service, target_database, sql):
    add(service, TWO, "two", table("two") + "insert into public.two values (7);", "drop table public.two;")
    assert deploy(service).status is Status.SUCCEEDED
    before = facts_of(target_database)
    execute(target_database, "insert into public.one values (1)")
    take_out(service, TWO)
    add(service, THREE, "three", sql, MENDS)
    done = deploy(service)
    assert done.status is Status.ROLLED_BACK, service.said[-2:]
    gave = service.runs(done.id)[Stage.ROLLBACK].gave
    assert (gave["restored"], gave["not_restored"]) == ([TWO], [])
    assert versions(service, target_database) == [ONE, TWO]
    assert facts_of(target_database) == before
    # who applied it first is on record still: it may leave once more, without what failed
    take_out(service, THREE)
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    assert versions(service, target_database) == [ONE]


def dies(service: Service, point: str, flag: Path) -> Deployment:
    """Deploy the checkout's commit; one worker dies at the point, and another ends what it began."""
    push(service)
    number = service.house.care.ask(request_of(service), confirm_head=True)
    with lives(service) as worker:
        assert worker.live(number, die_at=point, flag=flag) == -signal.SIGKILL
        assert flag.exists()
        assert worker.live(number, die_at=point, flag=flag) == 0
    ended = service.house.reading.deployment(number)
    assert ended is not None
    return ended


def request_of(service: Service) -> Request:
    return Request(
        target="staging",
        repository="app",
        branch="staging",
        commit=service.work.head,
        cause=Cause.OPERATOR,
        actor="ada",
    )


FORWARD = [
    "apply: before what left is undone",
    "apply: after what left is undone",
    "apply: before a migration",
    "apply: before record",
    "apply: in record",
    "apply: recorded",
]
BACK = [
    "apply: after what left is undone",
    "rollback: after what left is applied again",
    "rollback: before record",
    "rollback: in record",
    "rollback: recorded",
]


@pytest.mark.parametrize("point", FORWARD)
def test_a_worker_that_dies_on_the_way_leaves_work_that_another_ends(
    service, target_database, tmp_path, point
):
    before = facts_of(target_database)
    add(service, TWO, "two", table("two"), "drop table public.two;")
    add(service, THREE, "three", table("three"), "drop table public.three;")
    assert deploy(service).status is Status.SUCCEEDED
    take_out(service, TWO, THREE)
    add(service, "20260101000004", "four", "select 1;", "select 1;")
    done = dies(service, point, tmp_path / "died")
    assert done.status is Status.SUCCEEDED, done
    assert service.runs(done.id)[Stage.APPLY].gave["reverted"] == [THREE, TWO]
    assert versions(service, target_database) == [ONE, "20260101000004"]
    assert facts_of(target_database) == before


@pytest.mark.parametrize("point", BACK)
def test_a_worker_that_dies_on_the_way_back_leaves_work_that_another_ends(
    service, target_database, tmp_path, point
):
    add(service, TWO, "two", table("two"), "drop table public.two;")
    add(service, THREE, "three", table("three"), "drop table public.three;")
    assert deploy(service).status is Status.SUCCEEDED
    before = facts_of(target_database)
    execute(target_database, "insert into public.one values (1)")
    take_out(service, TWO, THREE)
    add(service, "20260101000004", "four", BREAKS, "select 1;")
    done = dies(service, point, tmp_path / "died")
    assert done.status is Status.ROLLED_BACK, done
    assert service.runs(done.id)[Stage.ROLLBACK].gave["restored"] == [TWO, THREE]
    assert versions(service, target_database) == [ONE, TWO, THREE]
    assert facts_of(target_database) == before


INDEX = "create index concurrently one_id on public.one (id);"
NO_INDEX = "drop index concurrently public.one_id;"


@pytest.mark.parametrize("fails", [False, True])
def test_a_rollback_outside_a_transaction_is_ended_by_the_next_worker(
    service, target_database, tmp_path, fails
):
    without = facts_of(target_database)
    add(service, TWO, "two", INDEX, NO_INDEX)
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    before = facts_of(target_database)
    execute(target_database, "insert into public.one values (1)")
    take_out(service, TWO)
    if fails:
        add(service, THREE, "three", BREAKS, "select 1;")
    done = dies(service, "alone: statement done", tmp_path / "died")
    assert done.status is (Status.ROLLED_BACK if fails else Status.SUCCEEDED), done
    assert versions(service, target_database) == ([ONE, TWO] if fails else [ONE])
    assert facts_of(target_database) == (before if fails else without)


def test_what_nobody_here_applied_is_never_undone(service, target_database):
    execute(
        target_database,
        "create table public.theirs (id int);"
        f"insert into supabase_migrations.schema_migrations (version, name) values ('{TWO}', 'theirs')",
    )
    take_out(service, TWO)
    before = facts_of(target_database)
    done = deploy(service)
    assert done.status is Status.REFUSED
    assert f"{TWO} was applied by somebody else" in told_by(service, done), service.said[-2:]
    take_out(service, ONE)
    add(service, "20260101000009", "nine", "select 1;", "select 1;")
    done = deploy(service)
    assert (done.status, facts_of(target_database)) == (Status.REFUSED, before)


def test_a_row_of_the_history_that_somebody_else_took_out_is_never_taken_for_our_work(
    service, target_database, tmp_path
):
    add(service, TWO, "two", table("two"), "drop table public.two;")
    assert deploy(service).status is Status.SUCCEEDED
    take_out(service, TWO)
    push(service)
    number = service.house.care.ask(request_of(service), confirm_head=True)
    with lives(service) as worker:
        flag = tmp_path / "died"
        assert worker.live(number, die_at="apply: claimed", flag=flag) == -signal.SIGKILL
        forget = f"delete from supabase_migrations.schema_migrations where version = '{TWO}'"
        execute(target_database, forget)
        assert worker.live(number, die_at="apply: claimed", flag=flag) == 0
    done = service.house.reading.deployment(number)
    assert (done.status, done.failure.code) == (Status.REFUSED, "history-moved"), done
    execute(target_database, "select 'public.two'::regclass")


@pytest.mark.parametrize("now", ["rows", "atomic"])
def test_what_is_refused_after_something_was_undone_is_no_refusal_but_put_back(
    service, target_database, tmp_path, now
):
    add(service, TWO, "two", table("two"), "drop table public.two;")
    add(service, THREE, "three", table("three"), "drop table public.three;")
    assert deploy(service).status is Status.SUCCEEDED
    before = facts_of(target_database)
    take_out(service, TWO, THREE)
    push(service)
    number = service.house.care.ask(request_of(service), confirm_head=True)
    point = "apply: after what left is undone"
    with lives(service) as worker:
        assert worker.live(number, die_at=point, flag=tmp_path / "died") == -signal.SIGKILL
    if now == "rows":
        execute(target_database, "insert into public.two values (1)")
    else:
        service.settings.write_text(service.settings.read_text() + "atomic = true\n")
    with lives(service) as worker:
        assert worker.live(number) == 0
    done = service.house.reading.deployment(number)
    assert done.status is Status.ROLLED_BACK, done
    assert service.runs(number)[Stage.APPLY].failure.code == (
        "rows-at-stake" if now == "rows" else "atomic-by-now"
    )
    assert versions(service, target_database) == [ONE, TWO, THREE]
    assert facts_of(target_database) == before


def test_a_branch_without_any_migration_or_a_commit_that_a_person_named_undoes_nothing(
    service, target_database
):
    first = service.work.head
    add(service, TWO, "two", table("two"), "drop table public.two;")
    assert deploy(service).status is Status.SUCCEEDED
    told = service.told("deploy", "staging", "--here", "--commit", first, code=None)
    named = service.house.reading.deployment(told["deployment"]["id"])
    assert (named.status, "a person named" in told_by(service, named)) == (Status.REFUSED, True)
    take_out(service, ONE, TWO)
    done = deploy(service)
    assert done.status is Status.REFUSED
    assert "holds no migration at all" in told_by(service, done)
    assert versions(service, target_database) == [ONE, TWO]


def test_where_it_cannot_be_applied_again_the_deployment_is_stuck_and_says_so(service, target_database):
    add(service, TWO, "two", BREAKS + table("two"), "drop table public.two;")
    assert deploy(service).status is Status.SUCCEEDED
    execute(target_database, "insert into public.one values (1)")
    take_out(service, TWO)
    add(service, THREE, "three", BREAKS, "select 1;")
    done = deploy(service)
    assert (done.status, TWO in done.failure.message) == (Status.STUCK, True), done
    assert "undone and not applied again" in done.failure.message
    assert f"{TWO} undone and not applied again" in service.command("show", str(done.id))
    assert versions(service, target_database) == [ONE]
    # nothing in the branch wants it back: without what failed all is well
    take_out(service, THREE)
    push(service)
    retried = service.told("retry", str(done.id), "--no-wait", code=None)["deployment"]["id"]
    with lives(service) as worker:
        assert worker.live(retried) == 0
    assert service.house.reading.deployment(retried).status is Status.SUCCEEDED


def test_a_person_undoes_the_whole_of_it_and_what_had_left_is_there_again(service, target_database):
    add(service, TWO, "two", table("two"), "drop table public.two;")
    assert deploy(service).status is Status.SUCCEEDED
    before = facts_of(target_database)
    take_out(service, TWO)
    add(service, THREE, "three", table("three"), "drop table public.three;")
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    assert f"applied again, although the files left the branch: {TWO}" in service.command(
        "rollback", str(done.id), "--dry-run"
    )
    undo = service.told("rollback", str(done.id), "-y", "--no-wait")["deployment"]["id"]
    with lives(service) as worker:
        assert worker.live(undo) == 0
    assert service.house.reading.deployment(undo).status is Status.ROLLED_BACK
    assert versions(service, target_database) == [ONE, TWO]
    assert facts_of(target_database) == before
    # the same is not done again before anything is changed
    held = deploy_head(service)
    assert (held.status, bool(told_by(service, held, "held"))) == (Status.REFUSED, True)


def test_without_a_rehearsal_the_newest_leave_whose_way_back_was_proven(service, target_database):
    for version, name in ((TWO, "two"), (THREE, "three")):
        add(service, version, name, table(name), f"drop table public.{name};")
    assert deploy(service).status is Status.SUCCEEDED
    service.settings.write_text(service.settings.read_text() + "rehearse = false\n")
    take_out(service, TWO)
    done = deploy(service)
    assert (done.status, f"{THREE} came later" in told_by(service, done)) == (Status.REFUSED, True)
    take_out(service, THREE)
    done = deploy(service)
    assert done.status is Status.SUCCEEDED, service.said[-2:]
    assert versions(service, target_database) == [ONE]
