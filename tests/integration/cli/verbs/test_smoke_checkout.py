"""What `bascule smoke` makes of a checkout whose migrations fail, and of the tests that it declares."""

from dataclasses import replace

import psycopg
import pytest

NOTES = """
create table public.notes (id bigint primary key generated always as identity, owner uuid not null);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.notes to authenticated, service_role;
"""
RIGHTS = """
tests:
  - name: anon reads no notes
    table: public.notes
    as: anon
    select: {expect}
"""


@pytest.fixture
def notes(checkout):
    checkout.migration("20260101080000_notes.sql", NOTES)
    return checkout


def declare(checkout, expect: str) -> None:
    folder = checkout.folder / "supabase/tests"
    folder.mkdir()
    (folder / "rls.yaml").write_text(RIGHTS.format(expect=expect))


@pytest.mark.parametrize("broken", ["select 1 / 0;", "alter table public.nots add column body text;"])
def test_a_migration_that_fails_is_told_as_a_check_tells_it(notes, broken):
    notes.migration("20260102080000_broken.sql", f"select 1;\n{broken}")
    value = notes.told("smoke", code=1)
    assert (value["verdict"], value["tables"]) == ("refuse", [])
    [told] = value["findings"]
    checked = notes.told("check", code=1)["findings"]
    [same] = [each for each in checked if each["rule"] == "rehearsal-failed"]
    assert told["rule"] == same["rule"]
    assert (told["message"], told["remedy"]) == (same["message"], same["remedy"])
    text = notes.run("smoke", code=1)
    assert "20260102080000_broken.sql" in text
    assert f"    2 | {broken}" in text
    assert "1 error" in text


def test_a_baseline_that_fails_is_no_fault_of_a_migration(notes):
    (notes.folder / "supabase/baseline.sql").write_text("create tabel public.x (id int);")
    assert "the baseline does not run" in notes.run("smoke", code=2)


def test_declared_tests_are_run_on_the_copy_and_told_wherever_the_matrix_is(notes):
    declare(notes, "deny")
    value = notes.told("smoke", "--html", "report.html")
    [file] = value["tests"]
    assert (file["file"], file["outcome"]) == ("supabase/tests/rls.yaml", "passed")
    assert "declared tests: 1 passed" in notes.run("smoke")
    page = (notes.folder / "report.html").read_text()
    assert "supabase/tests/rls.yaml</b>, 1 test</p>" in page


def test_a_declared_test_that_fails_refuses(notes):
    declare(notes, "allow")
    value = notes.told("smoke", code=1)
    assert [(each["rule"], each["severity"]) for each in value["findings"]] == [
        ("declared-test-failed", "error")
    ]
    assert [each["outcome"] for each in value["tests"][0]["tests"]] == ["fail"]
    assert "declared tests: 1 of 1 failed" in notes.run("smoke", code=1)


def test_declared_tests_are_left_out_where_only_some_relations_are_asked_about(notes):
    declare(notes, "allow")
    assert notes.told("smoke", "notes")["tests"] == []


def test_declared_tests_are_never_run_on_another_database(notes, target_database):
    declare(notes, "allow")
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(NOTES)
    elsewhere = replace(notes, environment={**notes.environment, "URL": target_database.url})
    assert elsewhere.told("smoke", "--url", "env:URL")["tests"] == []
