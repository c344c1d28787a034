"""Every template as written: it applies, its test passes, and its rollback leaves the facts as they were."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from orchestrator.actions.writing import shape_after
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.authoring.draft import Draft, draft
from orchestrator.authoring.template import NAMES, asked_for
from orchestrator.catalog.facts import read
from orchestrator.domain.facts import Facts, difference
from orchestrator.validation.sql_text import SqlText
from tests.support.servers import TestDatabase

BEFORE = Path(__file__).with_name("before")
TAP = (Path(__file__).parents[2] / "support/tap.sql").read_text()
#: what asks for each template
ASKING = {
    "table": "create customer invoices table",
    "junction": "link products and categories",
    "enum": "create status enum for orders",
    "add-column": "add phone_verified column to customers",
    "type-change": "change type of total_amount in orders",
    "updated-at": "add updated_at trigger to customers",
    "full-text": "add full-text search to name of products",
    "partner-access": "partner access to documents",
    "admin-access": "admin access to orders",
    "service-access": "service role access to orders",
    "storage-bucket": "create customer documents bucket",
    "blank": "merge two customers",
}
#: what newer projects have instead of the default privileges of older ones
NEW_PRIVILEGES = """
    alter default privileges for role postgres in schema public
      revoke all on tables from anon, authenticated, service_role;
    alter default privileges for role postgres in schema public
      revoke all on functions from anon, authenticated, service_role;
    alter default privileges for role postgres in schema public
      revoke all on sequences from anon, authenticated, service_role
"""


class Project:
    """A database with its facts, and the files that were applied to it."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.applied: list[str] = []

    def run(self, script: str) -> list[str]:
        """Run a script in one transaction, unless it has its own; return the text that it gave."""
        cursor, lines = self.connection.execute(script.encode()), []
        while True:
            if cursor.description:
                lines += [str(row[0]) for row in cursor.fetchall()]
            if not cursor.nextset():
                return lines

    def facts(self) -> Facts:
        with Reader(self.connection, "staging").asking() as database:
            return read(database)

    def write(self, description: str) -> Draft:
        return draft(
            description,
            asked_for(description),
            {},
            version="20261122120000",
            today=date(2026, 11, 22),
            earlier=shape_after(SqlText(path="", content=text.encode()) for text in self.applied),
        )

    def apply(self, description: str) -> Draft:
        written = self.write(description)
        self.run(written.migration)
        self.applied.append(written.migration)
        return written

    def tested(self, written: Draft) -> list[str]:
        """Run a test and return its lines: the plan, then one for each assertion."""
        lines = [line for line in self.run(written.test) if re.match(r"\d+\.\.\d|ok |not ok ", line)]
        planned, *told = lines
        assert planned == f"1..{len(told)}", lines
        return told


@pytest.fixture(params=["old", "new"])
def privileges(request: pytest.FixtureRequest) -> str:
    """Which default privileges the project has."""
    return request.param


@pytest.fixture
def project(target_database: TestDatabase, privileges: str) -> Iterator[Project]:
    with psycopg.connect(target_database.superuser_url) as superuser:
        superuser.execute(TAP.encode())
        if privileges == "new":
            superuser.execute(NEW_PRIVILEGES)
    project = Project(target_database.url)
    with project.connection:
        yield project


def prepared(project: Project, template: str) -> None:
    """Make what the template builds on."""
    script = BEFORE / f"{template}.sql"
    if script.exists():
        project.run(script.read_text())


@pytest.mark.parametrize("template", NAMES)
def test_a_template_applies_is_right_and_leaves_nothing_behind(
    template: str, project: Project, privileges: str
) -> None:
    prepared(project, template)
    before = project.facts()
    written = project.apply(ASKING[template])
    assert written.template == template
    assert all(line.startswith("ok ") for line in project.tested(written)), project.tested(written)
    applied = project.facts()
    project.run(written.rollback)
    left = difference(before.all, project.facts().all)
    if (template, privileges) == ("service-access", "old"):
        # service_role had every right before, as the migration says
        assert difference(before.all, applied.all) == ()
        assert [(change.kind, change.identity) for change in left] == [("grant", "relation public.orders")]
        return
    assert left == ()
    assert (difference(before.all, applied.all) == ()) == (template == "blank")
    project.run(written.migration)
    assert difference(applied.all, project.facts().all) == ()


def test_what_a_first_migration_made_a_second_one_uses_and_leaves_there(project: Project) -> None:
    project.apply("create invoices table")
    before = project.facts()
    second = project.apply("create orders table")
    assert "create function" not in second.migration
    assert all(line.startswith("ok ") for line in project.tested(second))
    project.run(second.rollback)
    assert difference(before.all, project.facts().all) == ()


def test_admins_and_partners_share_the_private_schema(project: Project) -> None:
    prepared(project, "partner-access")
    project.run(
        "create table public.admin_users (id uuid primary key references auth.users (id) on delete cascade)"
    )
    project.apply("partner access to documents")
    before = project.facts()
    second = project.apply("admin access to documents")
    project.run(second.rollback)
    assert difference(before.all, project.facts().all) == ()


def test_a_table_that_does_not_let_its_owner_in_fails_its_test(project: Project) -> None:
    written = project.apply("create invoices table")
    project.run("drop policy invoices_select_own on public.invoices")
    assert "not ok" in "\n".join(project.tested(written))


def test_a_table_that_lets_others_in_fails_its_test(project: Project) -> None:
    written = project.apply("create invoices table")
    project.run("create policy all_of_them on public.invoices for select to authenticated using (true)")
    failed = [line for line in project.tested(written) if line.startswith("not ok")]
    assert any("another user sees none" in line for line in failed)


def test_the_rollback_of_a_bucket_with_a_file_in_it_fails_and_keeps_the_file(project: Project) -> None:
    written = project.apply(ASKING["storage-bucket"])
    project.run("insert into storage.objects (bucket_id, name) values ('customer-documents', 'a/b.pdf')")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        project.run(written.rollback)
    assert project.run("select name from storage.objects") == ["a/b.pdf"]


def test_a_bucket_that_is_there_already_is_not_taken_over(project: Project) -> None:
    project.run("insert into storage.buckets (id, name, public) values ('customer-documents', 'x', true)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        project.apply(ASKING["storage-bucket"])


def test_a_table_without_updated_at_is_refused_at_once(project: Project) -> None:
    project.run("create table public.customers (id uuid primary key)")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        project.apply(ASKING["updated-at"])


@pytest.mark.parametrize("template", ["add-column", "type-change", "enum"])
def test_an_existing_table_is_not_rewritten(template: str, project: Project) -> None:
    prepared(project, template)
    table = "customers" if template == "add-column" else "orders"
    node = f"select pg_relation_filenode('public.{table}')"
    before = project.run(node)
    project.apply(ASKING[template])
    assert project.run(node) == before


@pytest.mark.parametrize(
    "template", ["table", "junction", "partner-access", "admin-access", "storage-bucket"]
)
def test_a_test_notices_every_policy_that_is_opened_or_dropped(template: str, project: Project) -> None:
    prepared(project, template)
    mine = "select format('%I on %I.%I', policyname, schemaname, tablename) from pg_policies"
    before = project.run(mine)
    written = project.apply(ASKING[template])
    policies = [policy for policy in project.run(mine) if policy not in before]
    assert len(policies) == 4
    tried = [change for policy in policies for change in changes(policy)]
    overlooked = [change for change in tried if passes(project, change, written)]
    # whoever may not change a row at all does not come to the check
    without_effect = "alter policy orders_update_admin on public.orders with check (true)"
    assert overlooked == ([without_effect] if template == "admin-access" else [])


def passes(project: Project, change: str, written: Draft) -> bool:
    """Say whether the test passes in spite of a change; nothing is left of either."""
    test = re.sub("^(begin|rollback);$", "", written.test, flags=re.MULTILINE)
    try:
        with project.connection.transaction(force_rollback=True):
            return not any(line.startswith("not ok") for line in project.run(change + ";" + test))
    except psycopg.errors.InsufficientPrivilege:
        return False  # the test ended with it


def changes(policy: str) -> list[str]:
    """Return what to try with a policy: drop it, let everybody pass where it asks."""
    using, check = f"alter policy {policy} using (true)", f"alter policy {policy} with check (true)"
    asks = {"select": [using], "insert": [check], "update": [using, check], "delete": [using]}
    (command,) = [command for command in asks if f"_{command}_" in policy]
    return [f"drop policy {policy}", *asks[command]]
