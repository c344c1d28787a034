import shutil
from dataclasses import replace
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestrator.cli import run
from tests.support.pages import ROOT, fenced, page

BASELINE = ROOT / "examples/telecom/baseline/supabase/migrations"
LEAK = """drop policy customers_select on public.customers;
create policy customers_select on public.customers for select to authenticated
  using (id = (select auth.uid()) or (select private.is_admin()) or email is not null);
"""
NOTES = """
create table public.notes (
  id bigint primary key generated always as identity, owner uuid not null, body text
);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.notes to authenticated, service_role;
"""
SETTINGS = """
[repositories.app]
url = "https://git.example/app.git"
webhook_secret = "env:SECRET"

[targets.staging]
repository = "app"
branch = "staging"
database_url = "env:URL"
sslmode = "disable"

[targets.production]
repository = "app"
branch = "main"
database_url = "env:OTHER"
sslmode = "disable"
"""


@pytest.fixture
def telecom(checkout):
    shutil.copytree(BASELINE, checkout.folder / "supabase/migrations")
    return checkout


@pytest.fixture
def database(checkout, target_database):
    """A database with notes of its own, and a checkout whose environment knows where it is."""
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(NOTES)
        environment = {**checkout.environment, "URL": target_database.url}
        yield replace(checkout, environment=environment), connection


def found(value) -> list[tuple[str, str]]:
    return [(each["rule"], each["severity"]) for each in value["findings"]]


def results(table, identity) -> dict[str, tuple[str, list[str]]]:
    return {
        each["command"]: (each["result"], each.get("rows", {}).get("others", []))
        for each in table["cells"]
        if each["identity"] == identity
    }


def test_a_checkout_without_a_leak_passes(telecom):
    value = telecom.told("smoke")
    assert (value["verdict"], value["findings"], value["without_rows"]) == ("pass", [], None)
    tables = {each["table"]: each for each in value["tables"]}
    assert results(tables["public.customers"], "user_a")["select"] == ("allow", [])
    assert results(tables["public.customers"], "privileged")["select"] == ("allow", ["A", "B"])


def test_a_leak_is_told_as_the_page_shows_it(telecom):
    telecom.migration("20260401080000_support.sql", LEAK)
    [shown] = [each for each in fenced(page("docs/commands.md"), "console") if "bascule smoke" in each]
    typed, _, told = shown.partition("\n")
    assert telecom.run(*typed.removeprefix("$ bascule ").split(), code=1) == told


def test_the_mending_that_is_told_mends_it(telecom):
    telecom.migration("20260401080000_support.sql", LEAK)
    [finding] = telecom.told("smoke", code=1)["findings"]
    telecom.migration("20260402080000_mended.sql", finding["remedy"])
    assert telecom.told("smoke")["findings"] == []


def test_its_json_has_the_form_that_is_promised(telecom):
    telecom.migration("20260401080000_support.sql", LEAK)
    value = telecom.told("smoke", "customers", code=1)
    assert set(value) == {"verdict", "tables", "tests", "findings", "without_rows"}
    [table] = value["tables"]
    assert table["table"] == "public.customers"
    assert set(table["cells"][0]) >= {"identity", "command", "result", "sqlstate", "before"}
    [finding] = table["findings"]
    assert (finding["rule"], finding["object"]) == ("rows-of-others", "public.customers")


def test_a_report_is_written_beside_the_result(telecom):
    telecom.migration("20260401080000_support.sql", LEAK)
    telecom.run("smoke", "--html", "report.html", code=1)
    text = (telecom.folder / "report.html").read_text()
    assert "refuse: smoke tests of a Supabase-like database" in text
    assert "(email IS NOT NULL)" in text
    assert ">rows-of-others</a>" in text


def test_a_name_that_nothing_has_is_told_with_what_may_be_meant(telecom):
    told = telecom.run("smoke", "custmer", code=2)
    assert "no relation 'custmer' is exposed" in told
    assert "did you mean public.customers?" in told


def test_a_database_is_asked_by_a_reference_and_nothing_stays_in_it(database):
    checkout, connection = database
    connection.execute(
        "alter policy own on public.notes using ((select auth.uid()) = owner or id > -100000000)"
    )
    before = connection.execute("select last_value, is_called from public.notes_id_seq").fetchall()
    value = checkout.told("smoke", "--url", "env:URL", code=1)
    assert found(value)[0] == ("rows-of-others", "error")
    [table] = value["tables"]
    assert results(table, "user_b")["delete"] == ("allow", ["A"])
    assert connection.execute("select count(*) from public.notes").fetchone() == (0,)
    assert connection.execute("select count(*) from auth.users").fetchone() == (0,)
    assert connection.execute("select last_value, is_called from public.notes_id_seq").fetchall() == before


def test_a_password_is_never_told_and_one_in_the_arguments_is_warned_of(database):
    checkout, _ = database
    url = checkout.environment["URL"]
    password = urlsplit(url).password
    assert password
    plain = checkout.run("smoke", "--url", url)
    assert "list of processes" in plain
    refused = [
        checkout.run("smoke", "--url", url.replace(f":{urlsplit(url).port}/", ":1/"), code=4),
        checkout.run("smoke", "--url", url.replace("postgresql://", "postgresql:"), code=2),
        checkout.run("smoke", "--url", f"{password}@host", code=2),
    ]
    assert not any(password in told for told in (plain, *refused))


def test_without_rows_it_says_so_and_what_that_leaves_open(database):
    checkout, connection = database
    connection.execute("alter policy own on public.notes using (id > -100000000)")
    told = checkout.run("smoke", "--url", "env:URL", "--no-rows")
    assert "no rows were made up (--no-rows): which rows policies let through was not tried" in told.replace(
        "\n", " "
    )
    value = checkout.told("smoke", "--url", "env:URL", "--no-rows")
    assert value["without_rows"] == "--no-rows"
    assert not any("rows" in cell for table in value["tables"] for cell in table["cells"])


def test_a_finding_of_a_view_or_a_function_stands_under_the_table_that_it_exposes(database):
    checkout, connection = database
    connection.execute("""
      create view public.titles as select body from public.notes;
      grant select on public.titles to anon;
      create function public.count_notes() returns bigint language sql security definer
        set search_path = '' as 'select count(*) from public.notes';
      create table public.other (id int primary key);
      alter table public.other enable row level security;
    """)
    value = checkout.told("smoke", "--url", "env:URL", "notes")
    tables = {each["table"]: each for each in value["tables"]}
    assert set(tables) == {"public.notes", "public.titles"}
    about = {(each["rule"], each["object"]) for each in tables["public.notes"]["findings"]}
    assert about == {
        ("view-bypasses-rls", "public.titles"),
        ("definer-function-open", "public.count_notes()"),
    }


def with_settings(checkout, asked: str, other: str):
    """Write the settings; two targets on one database would be a fault in them."""
    checkout.write("bascule.toml", SETTINGS)
    url = checkout.environment["URL"]
    environment = {"SECRET": "a-long-enough-secret", asked: url, other: url.rpartition("/")[0] + "/postgres"}
    return replace(checkout, environment={**checkout.environment, **environment})


def test_a_target_is_asked_as_its_settings_say(database):
    checkout, connection = database
    connection.execute("create table public.open (id int primary key); grant select on public.open to anon")
    value = with_settings(checkout, "URL", "OTHER").told("smoke", "--target", "staging", code=1)
    assert value["without_rows"] is None
    assert ("rls-disabled", "error") in found(value)


def test_a_target_is_asked_as_the_identities_of_its_settings_too(database):
    checkout, connection = database
    connection.execute(
        """create policy administrators on public.notes for select to authenticated
             using ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin')"""
    )
    checkout = with_settings(checkout, "URL", "OTHER")
    more = "\n".join(
        f"[targets.staging.identities.{name}]\n{line}\n"
        for name, line in (
            ("administrator", 'claims = { app_metadata = { role = "admin" } }'),
            ("with_two_factors", 'claims = { aal = "aal2" }'),
            ("partner", 'role = "no_such_role"'),
        )
    )
    checkout.write("bascule.toml", SETTINGS + more)
    value = checkout.told("smoke", "notes", "--target", "staging")
    [table] = value["tables"]
    reached = {
        each["identity"]: each["rows"]["others"]
        for each in table["cells"]
        if each["command"] == "select" and "rows" in each
    }
    assert {"A", "B"} <= set(reached["administrator"])
    assert reached["with_two_factors"] == []
    assert ("identity-unfit", "warning") in found(value)
    text = checkout.run("smoke", "notes", "--target", "staging")
    assert "administrator  with_two_factors" in text
    assert max(map(len, text.splitlines())) <= 80


def test_production_gets_rows_only_where_a_person_says_so(database):
    checkout, connection = database
    connection.execute("alter policy own on public.notes using ((select auth.uid()) = owner or id < 0)")
    checkout = with_settings(checkout, "OTHER", "URL")
    value = checkout.told("smoke", "--target", "production")
    assert "targets.production.made_up_rows is auto" in value["without_rows"]
    assert value["verdict"] == "pass"
    value = checkout.told("smoke", "--target", "production", "--rows", code=1)
    assert (value["without_rows"], found(value)[0]) == (None, ("rows-of-others", "error"))


def test_a_target_and_a_url_are_one_too_many():
    assert run(["smoke", "--target", "staging", "--url", "env:URL"]) == 2
    assert run(["smoke", "--schema", "api"]) == 2
