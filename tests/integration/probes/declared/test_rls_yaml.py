"""The table of rights, carried out."""

from pathlib import Path

import pytest

from orchestrator.domain.declared import FileOutcome, TestedFile, TestFile, TestOutcome
from tests.integration.probes.declared.conftest import Declaring

ROOT = Path(__file__).parents[4]
RIGHTS = ROOT / "examples" / "rights" / "supabase"
FOLDER = Path(__file__).parent
ADA = "a0000000-0000-4000-8000-000000000001"
_IDENTITIES = f"identities: {{ada: {{role: authenticated, user: {ADA}}}}}\n"
_SEED = f"seed: [{{table: auth.users, rows: [{{id: {ADA}}}]}}]\n"


def _run(project: Declaring, text: str) -> TestedFile:
    [tested] = project.run_files([TestFile(path="supabase/tests/rls.yaml", text=text)])
    return tested


@pytest.fixture
def rights(project: Declaring) -> Declaring:
    project.does((RIGHTS / "migrations" / "20260105090000_rights.sql").read_text(encoding="utf-8"))
    return project


def test_the_example_of_rights_passes(rights: Declaring) -> None:
    tested = _run(rights, (RIGHTS / "tests" / "rls.yaml").read_text(encoding="utf-8"))

    assert [each for each in tested.tests if each.outcome is not TestOutcome.PASS] == []
    assert (tested.outcome, tested.mistakes) == (FileOutcome.PASSED, ())
    assert len(tested.tests) == 31


@pytest.mark.parametrize(
    ("fault", "failing"),
    [
        (
            "alter table notes disable row level security",
            "Ada has nothing of Ben's: public.notes as ada: select deny",
        ),
        (
            "create policy leak on notes for insert to authenticated with check (true)",
            "Ada has nothing of Ben's: public.notes as ada: insert deny",
        ),
        ("create policy leak on tasks for delete using (true)", "public.tasks as ada: delete deny"),
        ("create policy leak on invoices for select using (true)", "public.invoices as ben: select deny"),
        ('drop policy "partners ship" on orders', "public.orders as ben: update 1"),
        ('drop policy "customers see orders" on orders', ""),
        ("revoke select on audit_entries from authenticated", "public.audit_entries as admin: select 1"),
        (
            'alter policy "admins read the audit" on audit_entries using (true)',
            "public.audit_entries as admin_without_second_factor: select deny",
        ),
    ],
)
def test_what_is_changed_behind_its_back_fails_it(rights: Declaring, fault: str, failing: str) -> None:
    rights.does(fault)

    tested = _run(rights, (RIGHTS / "tests" / "rls.yaml").read_text(encoding="utf-8"))

    failed = [each for each in tested.tests if each.outcome is TestOutcome.FAIL]
    assert any(failing in each.name for each in failed) is bool(failing), failed
    assert all(each.detail.startswith("expected ") for each in failed)


def test_values_of_all_kinds_are_written_as_their_columns_want_them(project: Declaring) -> None:
    project.does(
        'create table "odd %s" (id integer generated always as identity primary key, tags text[], doc jsonb,'
        ' "on" timestamptz, n numeric, b boolean, twice integer generated always as (7) stored, "100%" text);'
    )
    tested = _run(
        project,
        """
tests:
  - table: '"odd %s"'
    as: service_role
    seed:
      - table: '"odd %s"'
        rows:
          - {id: 4, tags: [a, 'b,"c'], doc: {x: [1, null]}, on: 2026-01-01, n: 1.50, b: false,
             100%: 'it''s 5%'}
          - {}
    where: {tags: [a, 'b,"c'], on: 2026-01-01T00:00:00Z, n: 1.5, b: false, 100%: "it's 5%"}
    select: 1
    update: 1
    delete: {expect: 1, where: {tags: null}}
    insert: {expect: allow, values: {doc: text}}
""",
    )

    assert [(each.name, each.detail) for each in tested.tests if each.detail] == [], tested
    assert (tested.outcome, len(tested.tests)) == (FileOutcome.PASSED, 4), tested.mistakes


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("tests: [{table: public.nothing, as: anon, select: deny}]", 1, "there is no public.nothing"),
        ("tests: [{table: a.b.c.d, as: anon, select: deny}]", 1, "a.b.c.d"),
        ("tests:\n- {table: notes, as: anon,\n   where: {wrong: 1},\n   select: deny}", 4, "wrong"),
        ("seed:\n- table: notes\n  rows:\n  - {body: x, owner: 1}\n  - {}\ntests: []", 4, "a row of notes"),
        (
            "tests:\n- table: notes\n  as: anon\n  seed:\n  - {table: notes, rows: [{body: x}]}\n  select: 0",
            5,
            "owner",
        ),
    ],
)
def test_what_the_database_does_not_know_is_told_with_its_line(
    rights: Declaring, text: str, line: int, message: str
) -> None:
    tested = _run(rights, text)

    [mistake] = tested.mistakes
    assert (tested.outcome, mistake.line) == (FileOutcome.ERROR, line)
    assert message in mistake.message
    assert mistake.sqlstate is not None


def test_a_role_that_is_not_there_is_never_a_denial(rights: Declaring) -> None:
    tested = _run(
        rights, "identities: {nobody: {role: nobody}}\ntests: [{table: notes, as: nobody, select: deny}]"
    )

    assert tested.outcome is FileOutcome.FAILED
    assert tested.tests[0].detail.startswith("nobody can be nobody here: ")


def test_an_error_of_another_kind_is_neither_allow_nor_deny(rights: Declaring) -> None:
    tests = f"""
tests:
- {{table: notes, as: ada, insert: {{expect: deny, values: {{body: null, owner: {ADA}}}}}}}
- {{table: notes, as: ada, insert: {{expect: allow, values: {{body: null, owner: {ADA}}}}}}}
- {{table: notes, as: ada, select: 3}}
- {{table: notes, as: anon, select: 0}}
"""
    tested = _run(rights, _IDENTITIES + _SEED + tests)

    details = [each.detail for each in tested.tests]
    assert details[0].startswith("expected deny, got an error: null value in column")
    assert details[0].endswith("(23502)")
    assert details[1].startswith("expected allow, got an error: ")
    assert details[2] == "expected 3 rows seen, got 0 rows seen"
    assert details[3] == "expected 0 rows seen, got deny (permission denied for table notes)"


def test_nothing_of_it_stays(rights: Declaring) -> None:
    _run(
        rights,
        _IDENTITIES + _SEED + "tests: [{table: notes, as: ada, insert: {expect: allow, values: {body: x}}}]",
    )

    counts = "select (select count(*) from auth.users), (select count(*) from notes), current_user"
    assert rights.connection.execute(counts).fetchall() == [(0, 0, "postgres")]


def test_mistakes_in_the_form_run_nothing(rights: Declaring) -> None:
    tested = _run(rights, "test: []\n")

    assert (tested.outcome, tested.tests) == (FileOutcome.REFUSED, ())
