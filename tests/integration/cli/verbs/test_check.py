import re
import shutil
import signal
from dataclasses import replace

import psycopg
import pytest

from orchestrator.embedded import scratch
from orchestrator.embedded.postgres import SUPERUSER
from tests.support.pages import ROOT, fenced, page
from tests.support.service import eventually

NOTES = """create table public.notes (id bigint primary key generated always as identity, owner uuid);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.notes to authenticated, service_role;
"""
FIRST, SECOND = "20260101000000_notes.sql", "20260102000000_title.sql"
TITLE = "alter table public.notes add column title text;\ncreate index notes_title on public.notes (title);\n"
SETTINGS = """
[repositories.app]
url = "https://git.example/app.git"
webhook_secret = "env:SECRET"

[targets.staging]
repository = "app"
branch = "staging"
database_url = "env:URL"
sslmode = "disable"
"""


def rules(value) -> list[str]:
    return [each["rule"] for each in value["findings"]]


def outcomes(value) -> dict[str, str]:
    return {each["name"]: each["outcome"] for each in value["stages"]}


@pytest.fixture
def notes(checkout):
    checkout.migration(FIRST, NOTES, "drop table public.notes;")
    return checkout


def test_a_sound_checkout_passes_and_its_json_has_the_form_that_is_promised(notes):
    notes.migration(SECOND, TITLE, "alter table public.notes drop column title;")
    value = notes.told("check")
    assert set(value) == {"verdict", "stages", "findings", "rollbacks", "trace", "smoke"}
    assert value["verdict"] == "pass"
    assert outcomes(value) == dict.fromkeys(("plan", "validate", "rehearse", "smoke"), "passed")
    assert [(each["source"], each["verdict"]) for each in value["rollbacks"]] == [("file", "proven")] * 2
    assert set(value["rollbacks"][0]) == {"version", "source", "verdict", "residue", "losses", "failure"}
    assert set(value["trace"][0]) == {"version", "line", "locks", "rewrites", "scans", "seconds"}
    (table,) = value["smoke"]["tables"]
    assert table["table"] == "public.notes"
    anon = next(each for each in table["cells"] if each["identity"] == "anon" and each["command"] == "select")
    assert (anon["result"], anon["before"]) == ("deny", None)


def test_rehearse_is_the_same_without_the_rules(notes):
    value = notes.told("rehearse")
    assert outcomes(value) == dict.fromkeys(("plan", "rehearse", "smoke"), "passed")


def test_what_a_rollback_leaves_behind_is_told_once_in_the_text_and_completely_in_the_json(notes):
    more = "create table public.more (id int primary key, x text);\ncreate index more_x on public.more (x);\n"
    notes.migration(SECOND, more, "select 1;")
    told = notes.run("check", code=1)
    sentences = " ".join(told.split())
    assert "after its rollback not all is as before: table public.more should not be there If" in sentences
    assert "    after it: table public.more was added" in told
    assert "more_x was" not in told
    (_, proof) = notes.told("check", code=1)["rollbacks"]
    residue = {(each["kind"], each["identity"]): each for each in proof["residue"]}
    assert ("index", "public.more_x") in residue
    table = residue["table", "public.more"]
    assert (table["before"], table["headline"]) == (None, "table public.more was added")
    assert table["after"]["owner"] == "postgres"


def test_a_missing_rollback_is_told_as_what_became_of_it_and_nothing_else(notes):
    notes.migration(SECOND, TITLE)
    value = notes.told("check")
    assert "rollback-drafted" in rules(value)
    assert "rollback-missing" not in rules(value)
    assert value["rollbacks"][1]["source"] == "draft"


def test_what_does_not_apply_is_refused_and_the_base_schema_asked_for_once(checkout):
    checkout.migration(SECOND, TITLE, "select 1;")
    value = checkout.told("check", code=1)
    (finding,) = [each for each in value["findings"] if each["rule"] == "rehearsal-failed"]
    assert "into supabase/baseline.sql (supabase db dump" in finding["remedy"]
    assert outcomes(value)["smoke"] == "skipped"
    assert (value["rollbacks"], value["smoke"]["tables"]) == ([], [])


@pytest.mark.parametrize(
    ("statement", "meant"),
    [
        ("alter table public.ordres add column x int;", "public.orders"),
        ("select count(*) from ordres;", "public.orders"),
        ("create policy own on orders for select using (custmer = auth.uid());", "orders.customer"),
    ],
)
def test_a_name_that_is_nearly_one_of_the_files_was_meant(checkout, statement, meant):
    checkout.migration("20260101120000_orders.sql", "create table public.orders (id int, customer uuid);\n")
    checkout.migration("20260101130000_more.sql", f"{statement}\n")
    found = checkout.told("rehearse", code=1)["findings"]
    (finding,) = [each for each in found if each["rule"] == "rehearsal-failed"]
    assert finding["remedy"].startswith(f"Did you mean {meant}? Else mend the statement")
    assert "push again" not in str(found)


def test_the_baseline_comes_before_the_first_migration(checkout):
    checkout.migration(SECOND, TITLE, "alter table public.notes drop column title;")
    checkout.write("elsewhere.sql", NOTES)
    assert checkout.told("check", "--baseline", "elsewhere.sql")["verdict"] == "pass"
    # as `supabase db dump` begins and ends
    head = "set statement_timeout = 0;\nselect pg_catalog.set_config('search_path', '', false);\n"
    checkout.write("supabase/baseline.sql", f"{head}{NOTES}reset all;\n")
    value = checkout.told("check")
    assert value["verdict"] == "pass"
    assert [each["version"] for each in value["rollbacks"]] == ["20260102000000"]


def test_a_baseline_that_does_not_run_is_named_with_its_place(checkout):
    checkout.migration(SECOND, TITLE)
    checkout.write("supabase/baseline.sql", "create table public.notes (\n);;\ncreate tabel;")
    error = checkout.told("check", code=2)["error"]
    assert error["code"] == "baseline-broken"
    assert (error["nouns"]["file"], error["nouns"]["line"]) == ("supabase/baseline.sql", 3)


def test_what_certainly_fails_is_not_rehearsed(notes):
    notes.migration(SECOND, "create tabel;", "select 1;")
    told = notes.run("check", code=1)
    assert "rehearse           not before the errors below are mended\n" in told


def test_a_folder_without_migrations_is_told_without_starting_anything(checkout):
    assert "neither supabase/migrations/ nor migrations/" in checkout.run("check", code=2)


def test_two_checks_at_the_same_time_take_turns(notes):
    checks = [notes.start("check", "--json") for _ in range(2)]
    for each in checks:
        out, err = each.communicate(timeout=120)
        assert each.returncode == 0, out + err


def test_ctrl_c_ends_it_without_a_verdict_and_leaves_nobody_on_the_scratch_server(notes, state):
    notes.migration(SECOND, "select pg_sleep(50);", "select 1;")
    check = notes.start("check")
    server = scratch.acquire(state)

    def sleeping() -> bool:
        with psycopg.connect(server.url(server.maintenance, SUPERUSER)) as connection:
            found = connection.execute("select from pg_stat_activity where query like 'select pg_sleep(5%'")
            return bool(found.fetchall())

    eventually(sleeping, what="the rehearsal")
    check.send_signal(signal.SIGINT)
    try:
        out, err = check.communicate(timeout=20)
    finally:
        check.kill()
    assert (check.returncode, out) == (130, "")
    assert "Traceback" not in err
    eventually(lambda: not sleeping(), what="the end of the rehearsal")


@pytest.fixture
def staging(notes, target_database):
    """The checkout; its first migration is on the target."""
    history = (
        "create schema supabase_migrations; create table supabase_migrations.schema_migrations"
        " (version text primary key, statements text[], name text);"
        " insert into supabase_migrations.schema_migrations values ('20260101000000', '{}', 'notes');"
    )
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(f"{NOTES}{history}")
    notes.write("bascule.toml", SETTINGS)
    return replace(
        notes,
        environment={**notes.environment, "SECRET": "a-long-enough-secret", "URL": target_database.url},
    )


def test_with_a_target_only_what_is_pending_there_is_rehearsed_on_a_copy_of_it(staging, target_database):
    staging.migration(SECOND, TITLE, "alter table public.notes drop column title;")
    value = staging.told("check", "--target", "staging")
    assert [(each["version"], each["verdict"]) for each in value["rollbacks"]] == [
        ("20260102000000", "proven")
    ]
    assert {each["relation"] for one in value["trace"] for each in one["locks"]} == {"public.notes"}
    with psycopg.connect(target_database.url) as connection:
        assert not connection.execute("select 1 from pg_attribute where attname = 'title'").fetchall()
    assert staging.run("rehearse", "--target", "staging").startswith("rehearsed on a copy of staging, ")


def test_where_nothing_is_pending_nothing_is_rehearsed(staging):
    told = staging.run("check", "--target", "staging")
    assert "plan         " in told
    assert "nothing pending, 1 applied\n" in told
    assert "nothing to rehearse\n" in told
    assert "(see bascule validate --target staging --all)" in " ".join(told.split())


def test_what_readme_shows_of_a_check_is_what_it_says(checkout):
    text = page("README.md")
    (shown,) = [each for each in fenced(text, "console") if each.startswith("$ bascule check\n")]
    for part in "baseline", "acts/3-hidden-leak":
        assert part.rpartition("/")[2] in text
        shutil.copytree(ROOT / "examples/telecom" / part, checkout.folder, dirs_exist_ok=True)
    said = checkout.run("check", code=1)
    assert _timeless(said).startswith(_timeless(shown.partition("\n")[2]))


def _timeless(text: str) -> str:
    return re.sub(r" +\d+(\.\d+)? m?s\b", "", re.sub(r"PostgreSQL \d+", "PostgreSQL", text))


ISOLATED = """begin;
select plan(1);
insert into auth.users (id) values ('0b5c01e0-0000-4000-8000-0000000000aa');
insert into public.notes (owner) values ('0b5c01e0-0000-4000-8000-0000000000aa');
set local role authenticated;
select set_config('request.jwt.claim.sub', '0b5c01e0-0000-4000-8000-0000000000bb', true);
select is((select count(*)::int from public.notes), 0, 'a stranger sees no note');
select * from finish();
rollback;
"""
LATER = """begin;
select plan(1);
select is(1, 2, 'arithmetic fails');
select * from finish();
rollback;
"""


def test_tests_that_the_project_declares_are_run_after_all_migrations(notes):
    notes.write("supabase/tests/database/notes.test.sql", ISOLATED)
    value = notes.told("check")
    assert value["verdict"] == "pass"
    (told,) = value["smoke"]["tests"]
    assert (told["file"], told["outcome"]) == ("supabase/tests/database/notes.test.sql", "passed")


def test_a_declared_test_that_fails_refuses_and_says_where(notes):
    notes.write("supabase/tests/database/later.test.sql", LATER)
    notes.write("supabase/tests/rls.yaml", "tables: [\n")
    value = notes.told("check", code=1)
    failed = [each for each in value["findings"] if each["rule"] == "declared-test-failed"]
    assert {(each["severity"], each["file"], each["line"]) for each in failed} == {
        ("error", "supabase/tests/database/later.test.sql", 3),
        ("error", "supabase/tests/rls.yaml", 2),
    }
    assert {each["outcome"] for each in value["smoke"]["tests"]} == {"failed", "refused"}


def test_the_example_of_rights_passes_its_own_check(checkout):
    shutil.copytree(ROOT / "examples/rights/supabase", checkout.folder / "supabase", dirs_exist_ok=True)
    value = checkout.told("check")
    assert value["verdict"] == "pass"
    assert {each["verdict"] for each in value["rollbacks"]} == {"proven"}
    assert [each["outcome"] for each in value["smoke"]["tests"]] == ["passed"]
