import json

from orchestrator.domain.deployment import Outcome, Stage, Status

NOTES = """create table public.notes (id bigint generated always as identity, owner uuid not null);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.notes to authenticated, service_role;
"""
TITLE = "alter table public.notes add column title text;\n"
BUILD = "create index concurrently notes_owner on public.notes (owner);\n"
BODY = "alter table public.notes add column body text;\n"


def write(service, version, name, up, down=""):
    service.work.write(f"supabase/migrations/{version}_{name}.sql", up)
    if down:
        service.work.write(f"supabase/rollbacks/{version}_{name}.sql", down)
    service.work.commit(f"Add {name}")
    service.work.push("origin", "staging")


def deploy(service):
    service.command("deploy", "staging", "--here", code=None)
    return service.newest()


def pending(service):
    plan = json.loads(service.command("plan", "staging", "--json"))
    return [migration["version"] for migration in plan["pending"]]


def test_after_a_push_of_the_cli_nothing_is_left_to_do_and_the_next_deployment_goes_on(
    service, cli, target_database
):
    write(service, "20260101000000", "notes", NOTES)
    service.command("adopt", "staging")
    assert deploy(service).status is Status.SUCCEEDED

    write(service, "20260102000000", "title", TITLE)
    assert cli.push(target_database.url)["migrations"] == ["20260102000000_title.sql"]
    assert pending(service) == []
    idle = deploy(service)
    assert idle.status is Status.SUCCEEDED
    assert service.runs(idle.id)[Stage.PLAN].outcome is Outcome.SKIPPED
    assert Stage.APPLY not in service.runs(idle.id)

    write(service, "20260103000000", "body", BODY)
    assert pending(service) == ["20260103000000"]
    assert deploy(service).status is Status.SUCCEEDED
    assert cli.push(target_database.url)["upToDate"] is True
    assert len(cli.listed(target_database.url)["applied"]) == 3


def test_a_database_that_the_cli_filled_is_adopted_with_nothing_pending(service, cli, target_database):
    write(service, "20260101000000", "notes", NOTES)
    write(service, "20260102000000", "title", TITLE)
    cli.push(target_database.url)

    adopted = json.loads(service.command("adopt", "staging", "--json"))
    assert adopted["plan"]["pending"] == []
    assert adopted["plan"]["to_record"] == []
    assert deploy(service).status is Status.SUCCEEDED
    assert cli.push(target_database.url)["upToDate"] is True

    write(service, "20260103000000", "body", BODY)
    assert deploy(service).status is Status.SUCCEEDED
    assert cli.listed(target_database.url)["pending"] == []


def test_after_a_rollback_the_cli_lists_the_version_as_pending_and_can_push_it(service, cli, target_database):
    write(service, "20260101000000", "notes", NOTES)
    service.command("adopt", "staging")
    deploy(service)
    write(service, "20260102000000", "title", TITLE, "alter table public.notes drop column title;\n")
    deployed = deploy(service)

    service.start("relay", "worker")
    service.command("rollback", str(deployed.id), "--yes", code=None)
    assert service.newest().status is Status.ROLLED_BACK
    listed = cli.listed(target_database.url)
    assert (listed["applied"], listed["pending"]) == (["20260101000000"], ["20260102000000"])

    assert cli.push(target_database.url)["migrations"] == ["20260102000000_title.sql"]
    assert pending(service) == []
    assert cli.listed(target_database.url)["pending"] == []


def test_when_the_service_is_released_the_cli_goes_on_alone(service, cli, target_database):
    write(service, "20260101000000", "notes", NOTES)
    service.command("adopt", "staging")
    deploy(service)
    service.command("release", "staging")

    write(service, "20260102000000", "title", TITLE)
    cli.push(target_database.url)
    assert cli.listed(target_database.url)["pending"] == []


def test_an_index_that_either_of_them_builds_concurrently_is_done_for_both(service, cli, target_database):
    write(service, "20260101000000", "notes", NOTES)
    service.command("adopt", "staging")
    deploy(service)

    write(service, "20260102000000", "index", BUILD, "drop index concurrently public.notes_owner;\n")
    deployed = deploy(service)
    assert deployed.status is Status.SUCCEEDED
    assert cli.push(target_database.url)["upToDate"] is True

    service.start("relay", "worker")
    service.command("rollback", str(deployed.id), "--yes", code=None)
    assert service.newest().status is Status.ROLLED_BACK
    assert cli.listed(target_database.url)["pending"] == ["20260102000000"]

    assert cli.push(target_database.url)["migrations"] == ["20260102000000_index.sql"]
    assert pending(service) == []


def test_a_file_that_was_edited_after_the_cli_applied_it_is_as_it_was_for_both(service, cli, target_database):
    write(service, "20260101000000", "notes", NOTES)
    service.command("adopt", "staging")
    assert cli.push(target_database.url)["migrations"] == ["20260101000000_notes.sql"]
    write(service, "20260101000000", "notes", NOTES + TITLE)
    assert pending(service) == []
    assert deploy(service).status is Status.SUCCEEDED
    assert cli.push(target_database.url)["upToDate"] is True


def test_a_file_that_was_edited_after_bascule_applied_it_is_seen_by_bascule_alone(
    service, cli, target_database
):
    write(service, "20260101000000", "notes", NOTES)
    service.command("adopt", "staging")
    assert deploy(service).status is Status.SUCCEEDED
    write(service, "20260101000000", "notes", NOTES + TITLE)
    assert cli.push(target_database.url)["upToDate"] is True
    refused = deploy(service)
    assert refused.status is Status.REFUSED
    assert "file-edited" in {finding.rule for finding in service.runs(refused.id)[Stage.PLAN].findings}
