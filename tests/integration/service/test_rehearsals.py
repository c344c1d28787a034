"""Nothing touches a target that was not proven on a scratch copy of it: the whole story, by a real worker."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.domain.deployment import Deployment, Observation, Outcome, Stage, Status
from orchestrator.domain.event import EventKind
from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.rehearsal import Rehearsal, RollbackSource, RollbackVerdict
from orchestrator.embedded import scratch
from tests.support.folders import a_folder
from tests.support.lives import lives
from tests.support.servers import TestDatabase
from tests.support.service import Service
from tests.support.service import service as a_service

NOTES = """create table public.notes (
  id bigint generated always as identity primary key,
  owner uuid not null
);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.notes to authenticated, service_role;
"""
#: of the rehearsal itself, in their order
IN_THE_MIDDLE = (
    *("before a scratch copy is filled", "before a scratch copy gets its name", "copy made", "play begun"),
    *("a file of a play apart committed", "play done", "drafts kept"),
)
IN_EVERY_STAGE = ("claimed", "before record", "in record", "recorded")


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
        staging_url=target_database.url,
        rehearse=True,
        state=state,
    ) as it:
        add(it, "20260101000000", "notes", NOTES, "drop table public.notes;")
        it.work.commit("Add notes")
        it.work.push("origin", "staging")
        it.command("adopt", "staging")
        yield it


def add(service: Service, version: str, name: str, up: str, down: str | None) -> None:
    service.work.write(f"supabase/migrations/{version}_{name}.sql", up)
    if down is not None:
        service.work.write(f"supabase/rollbacks/{version}_{name}.sql", down)


def deploy(service: Service) -> Deployment:
    """Push what was added and carry it out in this process, as a worker would."""
    service.work.commit("More")
    service.work.push("origin", "staging")
    told = service.told("deploy", "staging", "--here", code=None)
    return service.house.reading.deployment(told["deployment"]["id"])


def rehearsal(service: Service, deployment: Deployment) -> Rehearsal:
    return service.house.kept.gave(deployment.id, Stage.REHEARSE, Rehearsal)


def rules(service: Service, deployment: Deployment, stage: Stage = Stage.REHEARSE) -> list[str]:
    return [each.rule for each in service.runs(deployment.id)[stage].findings]


def versions(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select version from supabase_migrations.schema_migrations order by 1")
        return [row[0] for row in rows]


def execute(url: str, sql: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)


def test_a_push_is_rehearsed_by_the_worker_before_it_is_applied(service, target_database):
    service.start()
    commit = service.push()
    ended = service.ended(commit)
    assert ended.status is Status.SUCCEEDED, service.log("worker")
    assert service.runs(ended.id)[Stage.REHEARSE].outcome is Outcome.PASSED
    (proof,) = rehearsal(service, ended).rollbacks
    assert (proof.source, proof.verdict) == (RollbackSource.FILE, RollbackVerdict.PROVEN)
    assert versions(target_database.url) == ["20260101000000"]


def test_a_rollback_that_leaves_something_behind_is_refused_and_the_target_untouched(
    service, target_database
):
    deploy(service)
    down = "alter table public.notes drop column title;"
    up = "alter table public.notes add column title text; create index notes_title on public.notes (id);"
    add(service, "20260102000000", "title", up, down)
    ended = deploy(service)
    assert ended.status is Status.REFUSED
    assert "rollback-unproven" in rules(service, ended)
    assert versions(target_database.url) == ["20260101000000"]


def open_notes(service):
    add(
        service,
        "20260102000000",
        "open",
        "-- bascule: allow rollback-unproven because the block changes no rows\n"
        "do $$ begin execute 'alter table public.notes disable row level security'; end $$;",
        "alter table public.notes enable row level security;",
    )


def test_a_leak_is_found_on_the_copy(service, target_database):
    deploy(service)
    open_notes(service)
    ended = deploy(service)
    assert ended.status is Status.REFUSED
    assert "rls-disabled" in rules(service, ended)
    assert versions(target_database.url) == ["20260101000000"]


def test_what_the_settings_make_a_warning_refuses_neither_on_the_copy_nor_on_the_target(
    service, target_database
):
    with service.settings.open("a") as settings:
        settings.write('\n[targets.staging.rules]\nrls-disabled = "warning"\n')
    deploy(service)
    open_notes(service)
    ended = deploy(service)
    assert ended.status is Status.SUCCEEDED, service.log("worker")
    assert versions(target_database.url) == ["20260101000000", "20260102000000"]
    for stage in (Stage.REHEARSE, Stage.SMOKE):
        (found,) = [each for each in service.runs(ended.id)[stage].findings if each.rule == "rls-disabled"]
        assert found.severity is Severity.WARNING


def test_a_missing_rollback_is_drafted_proven_and_run_when_a_later_migration_fails(service, target_database):
    deploy(service)
    execute(
        target_database.url,
        "insert into public.notes (owner) select gen_random_uuid() from generate_series(1, 2)",
    )
    add(
        service,
        "20260102000000",
        "title",
        "alter table public.notes add column title text default 'x';",
        None,
    )
    # the copy holds no rows: only live ones are in its way, and no preflight runs a function of the project
    odd = (
        "create function public.same(owner uuid) returns int language sql immutable as 'select 1';\n"
        "create unique index notes_same on public.notes (public.same(owner));\n"
    )
    add(
        service,
        "20260103000000",
        "same",
        odd,
        "drop index public.notes_same; drop function public.same(uuid);",
    )
    ended = deploy(service)
    first, _ = rehearsal(service, ended).rollbacks
    assert (first.source, first.verdict) == (RollbackSource.DRAFT, RollbackVerdict.PROVEN)
    assert ended.status is Status.ROLLED_BACK, service.runs(ended.id)
    assert versions(target_database.url) == ["20260101000000"]


def test_a_target_that_was_changed_by_hand_after_its_rehearsal_is_rehearsed_anew(
    service, target_database, tmp_path
):
    service.work.push("origin", "staging")
    with lives(service) as worker:
        deployment = service.told("deploy", "staging", "--no-wait")["deployment"]["id"]
        assert worker.live(deployment, die_at="apply: claimed") == -signal.SIGKILL
        execute(target_database.url, "create table public.by_hand (id int)")
        assert worker.live(deployment) == 0
    ended = service.house.reading.deployment(deployment)
    assert ended.status is Status.SUCCEEDED
    events = service.house.reading.events(deployment=deployment)
    stages = [each.detail["stage"] for each in events if each.kind is EventKind.STAGE_FINISHED]
    assert stages.count("rehearse") == 2


@pytest.mark.parametrize("point", IN_EVERY_STAGE)
def test_a_rehearsal_survives_the_death_of_its_worker(service, target_database, tmp_path, point):
    with lives(service) as worker:
        deployment = service.told("deploy", "staging", "--no-wait")["deployment"]["id"]
        flag = tmp_path / "died"
        assert worker.live(deployment, die_at=f"rehearse: {point}", flag=flag) == -signal.SIGKILL
        assert worker.live(deployment, die_at=f"rehearse: {point}", flag=flag) == 0
    ended = service.house.reading.deployment(deployment)
    assert ended.status is Status.SUCCEEDED
    assert versions(target_database.url) == ["20260101000000"]


@pytest.mark.parametrize("point", IN_THE_MIDDLE)
def test_a_rehearsal_whose_worker_dies_in_the_middle_is_begun_again(
    service, target_database, tmp_path, point
):
    deploy(service)
    # no transaction holds the index, and the others have no way back but a draft
    index = "create index concurrently notes_owner on public.notes (owner);"
    add(service, "20260102000000", "index", index, "drop index concurrently public.notes_owner;")
    add(service, "20260103000000", "title", "alter table public.notes add column title text;", None)
    add(
        service,
        "20260104000000",
        "limit",
        f"alter database {target_database.name} set work_mem = '8MB';",
        None,
    )
    service.work.commit("More")
    service.work.push("origin", "staging")
    with lives(service) as worker:
        deployment = service.told("deploy", "staging", "--no-wait")["deployment"]["id"]
        flag = tmp_path / "died"
        assert worker.live(deployment, die_at=f"rehearse: {point}", flag=flag) == -signal.SIGKILL
        assert worker.live(deployment, die_at=f"rehearse: {point}", flag=flag) == 0
    ended = service.house.reading.deployment(deployment)
    assert ended.status is Status.SUCCEEDED, service.runs(ended.id)
    proofs = rehearsal(service, ended).rollbacks
    assert [each.verdict for each in proofs] == [RollbackVerdict.PROVEN] * 3
    assert [each.source for each in proofs] == [RollbackSource.FILE, *[RollbackSource.DRAFT] * 2]
    assert versions(target_database.url)[1:] == ["20260102000000", "20260103000000", "20260104000000"]


@pytest.fixture
def atomic(
    tmp_path: Path, state: Path, empty_database: TestDatabase, target_database: TestDatabase, valkey
) -> Iterator[Service]:
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=valkey.url,
        staging_url=target_database.url,
        rehearse=True,
        state=state,
        more="atomic = true\n",
    ) as it:
        add(it, "20260101000000", "notes", NOTES, "drop table public.notes;")
        it.work.commit("Add notes")
        it.work.push("origin", "staging")
        it.command("adopt", "staging")
        yield it


def test_an_atomic_target_is_told_which_locks_it_would_hold(atomic, target_database):
    assert deploy(atomic).status is Status.SUCCEEDED
    down = "alter table public.notes drop column title;"
    add(atomic, "20260102000000", "title", "alter table public.notes add column title text;", down)
    ended = deploy(atomic)
    assert ended.status is Status.SUCCEEDED, atomic.runs(ended.id)
    (found,) = [
        each for each in atomic.runs(ended.id)[Stage.REHEARSE].findings if each.rule == "atomic-holds"
    ]
    assert (found.severity, found.object) == (Severity.NOTE, "public.notes")
    assert "ACCESS EXCLUSIVE" in found.message
    assert versions(target_database.url) == ["20260101000000", "20260102000000"]


def test_what_only_several_transactions_can_hold_is_refused_on_an_atomic_target(atomic, target_database):
    mood = "create type public.mood as enum ('fine'); create table public.days (mood public.mood);"
    secure = "alter table public.days enable row level security;"
    add(atomic, "20260102000000", "mood", mood + secure, "drop table public.days; drop type public.mood;")
    deploy(atomic)
    why = "-- bascule: allow rollback-irreversible because nothing takes it away\n"
    add(atomic, "20260103000000", "add", f"{why}alter type public.mood add value 'bad';", "select 1;")
    hidden = (
        "-- bascule: allow rollback-unproven because the block changes one row\n"
        "do $$ begin execute 'insert into public.days values (''b' || 'ad'')'; end $$;"
    )
    add(atomic, "20260104000000", "use", hidden, "delete from public.days;")
    ended = deploy(atomic)
    assert ended.status is Status.REFUSED, atomic.runs(ended.id)
    seen = atomic.runs(ended.id)[Stage.REHEARSE].findings
    (found,) = [each for each in seen if each.rule == "atomic-impossible"]
    assert (found.severity, Path(found.file or "").name) == (Severity.ERROR, "20260104000000_use.sql")
    assert "55P04" in found.message
    assert versions(target_database.url) == ["20260101000000", "20260102000000"]


def test_a_way_back_that_is_no_transaction_does_not_forbid_one_for_the_way_up(atomic, target_database):
    deploy(atomic)
    up = "create index notes_owner on public.notes (owner);"
    add(atomic, "20260102000000", "index", up, "drop index concurrently public.notes_owner;")
    ended = deploy(atomic)
    assert ended.status is Status.SUCCEEDED, atomic.runs(ended.id)
    assert not rehearsal(atomic, ended).in_one_transaction
    assert "atomic-impossible" not in rules(atomic, ended)


TWO_NOTES = "insert into public.notes (owner) select gen_random_uuid() from generate_series(1, 2)"


def fails_late(service: Service) -> None:
    """Add a migration that makes a table, and one that only live rows stand in the way of."""
    up = "create table public.marks (id int);\nalter table public.marks enable row level security;\n"
    add(service, "20260102000000", "marks", up, "drop table public.marks;")
    odd = (
        "create function public.same(owner uuid) returns int language sql immutable as 'select 1';\n"
        "create unique index notes_same on public.notes (public.same(owner));\n"
    )
    down = "drop index public.notes_same;\ndrop function public.same(uuid);\n"
    add(service, "20260103000000", "same", odd, down)
    service.work.commit("More")
    service.work.push("origin", "staging")


def test_what_others_change_while_a_deployment_fails_is_told_and_not_blamed(service, target_database):
    deploy(service)
    execute(target_database.url, TWO_NOTES)
    fails_late(service)
    with lives(service) as worker:
        deployment = service.told("deploy", "staging", "--no-wait")["deployment"]["id"]
        assert worker.live(deployment, die_at="rollback: claimed") == -signal.SIGKILL
        execute(target_database.url, "create table public.by_a_job (id int)")
        assert worker.live(deployment) == 0
    assert service.house.reading.deployment(deployment).status is Status.ROLLED_BACK
    assert versions(target_database.url) == ["20260101000000"]
    assert "changed by others meanwhile: table public.by_a_job was added" in service.command(
        "show", str(deployment)
    )


def test_rows_that_somebody_wrote_meanwhile_are_not_dropped_until_a_person_says_so(service, target_database):
    deploy(service)
    execute(target_database.url, TWO_NOTES)
    fails_late(service)
    with lives(service) as worker:
        deployment = service.told("deploy", "staging", "--no-wait")["deployment"]["id"]
        assert worker.live(deployment, die_at="rollback: claimed") == -signal.SIGKILL
        execute(target_database.url, "insert into public.marks values (1), (2), (3)")
        assert worker.live(deployment) == 0
        stuck = service.house.reading.deployment(deployment)
        assert (stuck.status, stuck.failure.code) == (Status.STUCK, "rows-at-stake")
        assert f"bascule rollback {deployment} --drop-rows" in stuck.failure.remedy
        assert versions(target_database.url) == ["20260101000000", "20260102000000"]
        seen = service.told("rollback", str(deployment), "--dry-run", code=1)
        assert [(one["version"], one["verdict"]) for one in seen["steps"]] == [("20260102000000", "proven")]
        assert [(one["what"], one["rows"]) for one in seen["at_stake"]] == [("public.marks", 3)]
        assert service.told("rollback", str(deployment), "-y", code=1)["error"]["code"] == "rows-at-stake"
        undo = service.told("rollback", str(deployment), "-y", "--drop-rows", "--no-wait")["deployment"]["id"]
        assert worker.live(undo) == 0
    assert service.house.reading.deployment(undo).status is Status.ROLLED_BACK
    assert versions(target_database.url) == ["20260101000000"]
    assert "CLOSED" not in service.command("status", "staging")


def test_what_an_earlier_attempt_left_half_done_is_not_taken_for_somebody_else_s(
    service, target_database, tmp_path
):
    deploy(service)
    up = "create index concurrently notes_owner on public.notes (owner);"
    add(service, "20260102000000", "index", up, "drop index concurrently public.notes_owner;")
    service.work.commit("Index")
    service.work.push("origin", "staging")
    with lives(service) as worker:
        deployment = service.told("deploy", "staging", "--no-wait")["deployment"]["id"]
        flag = tmp_path / "died"
        assert worker.live(deployment, die_at="alone: statement done", flag=flag) == -signal.SIGKILL
        assert worker.live(deployment, die_at="alone: statement done", flag=flag) == 0
    ended = service.house.reading.deployment(deployment)
    assert ended.status is Status.SUCCEEDED
    observed = service.house.kept.gave(deployment, Stage.OBSERVE, Observation)
    assert observed.times == 1
    assert versions(target_database.url)[-1] == "20260102000000"


DECLARED = """begin;
select plan(2);
select is(1, {one}, 'counts as it always did');
select has_column('public', 'notes', 'title', 'notes have titles');
select * from finish();
rollback;
"""


def test_a_declared_test_refuses_where_it_passed_before_and_warns_where_it_did_not(service):
    service.work.write("supabase/tests/notes.test.sql", DECLARED.format(one=2))
    add(service, "20260102000000", "title", "alter table public.notes add title text;", None)
    deployment = deploy(service)
    assert deployment.status is Status.SUCCEEDED
    assert {each.severity for each in told_of(service, deployment)} == {Severity.WARNING}
    add(service, "20260103000000", "headline", "alter table public.notes rename title to headline;", None)
    deployment = deploy(service)
    assert deployment.status is Status.REFUSED
    assert {each.severity for each in told_of(service, deployment)} == {Severity.WARNING, Severity.ERROR}


def told_of(service: Service, deployment: Deployment) -> list[Finding]:
    runs = [run for run in service.house.reading.runs(deployment.id) if run.stage is Stage.REHEARSE]
    return [each for each in runs[-1].findings if each.rule == "declared-test-failed"]
