"""Made-up rows are known again by what they bear, although policies ask for other values than they did."""

from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.domain.finding import Severity
from orchestrator.probes.judge import judge
from tests.support.seeded import probed
from tests.support.servers import TestDatabase

_ARTICLES = """
create table public.articles (
  id bigint generated always as identity primary key,
  owner uuid not null references auth.users (id),
  status text not null default 'draft' check (status in ('draft', 'published', 'archived'))
);
alter table public.articles enable row level security;
create policy own on public.articles for select to authenticated using (owner = (select auth.uid()));
create policy published on public.articles for select to authenticated using (status = 'published');
grant select on public.articles to authenticated;
"""


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_ARTICLES)
        yield connection
        connection.rollback()


def errors(connection: psycopg.Connection, change: str) -> set[str]:
    before = probed(connection, ["public"])
    connection.execute(change)
    after = probed(connection, ["public"])
    return {each.rule for each in judge(before, after) if each.severity is Severity.ERROR}


def test_a_policy_that_asks_for_a_new_value_and_opens_nothing_is_let_through(connection):
    narrow = "create policy drafts on public.articles for select to authenticated using "
    assert not errors(connection, narrow + "(status = 'draft' and owner = (select auth.uid()))")


def test_a_policy_that_opens_another_value_is_found(connection):
    assert errors(connection, "alter policy published on public.articles using (status = 'draft')") == {
        "rows-of-others"
    }


def test_a_mended_policy_that_opens_everything_is_found(connection):
    connection.execute(
        "alter policy published on public.articles using (exists (select from public.articles))"
    )
    mended = "alter policy published on public.articles using ((select auth.uid()) is not null)"
    assert errors(connection, mended) == {"rows-of-others"}


def test_files_of_strangers_are_found_although_no_schema_of_theirs_is_named(connection):
    own = "(storage.foldername(name))[1] = (select auth.uid())::text"
    connection.execute(
        f"""insert into storage.buckets (id, name) values ('invoices', 'invoices');
            create policy "Own invoices" on storage.objects for select to authenticated
              using (bucket_id = 'invoices' and {own});
            create policy "Own room" on realtime.messages for select to authenticated
              using (realtime.topic() = (select auth.uid())::text)"""
    )
    before = probed(connection, ["public"])
    assert [each.name for each in before.relations if each.unseeded] == []
    connection.execute("alter policy \"Own invoices\" on storage.objects using (bucket_id = 'invoices')")
    [found] = [
        each for each in judge(before, probed(connection, ["public"])) if each.severity is Severity.ERROR
    ]
    assert (found.rule, found.object) == ("rows-of-others", "storage.objects")


def test_the_id_of_another_table_is_not_taken_for_the_rows_own(connection):
    connection.execute(
        """create table public.profiles (id uuid primary key references auth.users (id), is_admin boolean);
           create policy admins on public.articles for select to authenticated using (exists
             (select from public.profiles p where p.id = (select auth.uid()) and p.is_admin))"""
    )
    [articles] = [each for each in probed(connection, ["public"]).relations if each.name == "public.articles"]
    assert articles.unseeded == ""
    reached = {cell.identity: cell.reach.others for cell in articles.cells if cell.reach}
    assert {"A", "B"} <= set(reached["privileged"])
