"""What policies say of other tables is not said of this one, and what a row is not to be is tried."""

from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.domain.matrix import Command
from orchestrator.probes.judge import judge
from tests.support.seeded import probed
from tests.support.servers import TestDatabase

_POSTS = """
create table public.profiles (
  id uuid primary key references auth.users (id), is_admin boolean not null default false
);
create table public.posts (
  id uuid primary key default gen_random_uuid(),
  author uuid not null references auth.users (id),
  state text not null default 'draft' check (state in ('draft', 'published'))
);
alter table public.profiles enable row level security;
alter table public.posts enable row level security;
grant select, insert, update, delete on public.profiles, public.posts to anon, authenticated;
create policy own on public.profiles for select to authenticated using (id = (select auth.uid()));
create policy own on public.posts to authenticated
  using (author = (select auth.uid())) with check (author = (select auth.uid()));
create policy admins on public.posts to authenticated
  using (exists (select from public.profiles p where p.id = (select auth.uid()) and p.is_admin));
create policy out on public.posts for select to anon using (state <> 'draft');
create table public.pages (
  id bigint generated always as identity primary key,
  author uuid not null references auth.users (id),
  state text not null default 'draft'
);
alter table public.pages enable row level security;
grant select on public.pages to anon;
create policy out on public.pages for select to anon using (state not in ('draft', 'other'));
"""


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_POSTS)
        yield connection
        connection.rollback()


def test_the_key_of_a_row_is_nobodys_id_because_another_tables_is(connection):
    found = judge(None, probed(connection, ["public"]))
    assert [each.message for each in found if "by id" in each.message] == []


@pytest.mark.parametrize("name", ["posts", "pages"])
def test_a_row_is_made_up_that_is_not_what_a_policy_excludes(connection, name):
    [asked] = [each for each in probed(connection, ["public"]).relations if each.name == f"public.{name}"]
    [cell] = [c for c in asked.cells if c.identity == "anon" and c.command is Command.SELECT]
    assert cell.reach is not None
    assert cell.reach.others
