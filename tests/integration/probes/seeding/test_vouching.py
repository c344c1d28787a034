"""A declaration on a policy vouches for the rows that this one opens, and for none that another one does."""

from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.probes.judge import judge
from tests.support.seeded import probed
from tests.support.servers import TestDatabase

_TO_CLIENTS = "to anon, authenticated using"
_DOCUMENTS = f"""
create type public.state as enum ('draft', 'published');
create domain public.title as text check (value <> '');
create table public."Documents" (
  id bigint generated always as identity primary key,
  owner uuid not null references auth.users (id),
  state public.state not null default 'draft',
  title public.title not null default 'a',
  tags text[] not null default '{{}}',
  size numeric(10, 2),
  searched tsvector generated always as (to_tsvector('simple'::regconfig, title::text)) stored
);
alter table public."Documents" enable row level security;
grant select, insert, update, delete on public."Documents" to anon, authenticated;
create policy own on public."Documents" to authenticated
  using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
create policy published on public."Documents" for select {_TO_CLIENTS} (state = 'published');
comment on policy published on public."Documents" is 'bascule: intended because everybody may read them';
"""
_FILES = f"""
insert into storage.buckets (id, name) values ('avatars', 'avatars'), ('invoices', 'invoices');
create policy avatars on storage.objects for select {_TO_CLIENTS} (bucket_id = 'avatars');
comment on policy avatars on storage.objects is 'bascule: intended because faces are public';
"""


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_DOCUMENTS)
        connection.execute(_FILES)
        yield connection
        connection.rollback()


def leaks(connection: psycopg.Connection) -> list[Finding]:
    """Judge what is there, without a moment before."""
    return [each for each in judge(None, probed(connection, ["public"])) if each.rule == "rows-of-others"]


def test_what_is_declared_is_not_told(connection):
    assert leaks(connection) == []


def test_files_of_another_bucket_are_told(connection):
    connection.execute(
        f"create policy invoices on storage.objects for select {_TO_CLIENTS} (bucket_id = 'invoices')"
    )
    [leak] = leaks(connection)
    assert leak.object == "storage.objects"
    assert 'by policy "invoices", which says' in leak.message
    assert "avatars" not in leak.message


@pytest.mark.parametrize(
    ("opens", "severity"), [("auth.uid() is not null", Severity.ERROR), ("title <> ''", Severity.NOTE)]
)
def test_rows_that_another_policy_of_the_table_lets_through_are_told(connection, opens, severity):
    connection.execute(f'create policy all_of_them on public."Documents" for select using ({opens})')
    [leak] = leaks(connection)
    assert leak.severity is severity
    assert 'by policy "all_of_them"' in leak.message


@pytest.mark.parametrize("command", ["update", "delete"])
def test_rows_that_another_policy_lets_change_are_told(connection, command):
    opens = f'on public."Documents" for {command} to authenticated using'
    connection.execute(
        f"""create policy wiki {opens} (state = 'published');
            comment on policy wiki on public."Documents" is 'bascule: intended because it is a wiki'"""
    )
    assert leaks(connection) == []
    connection.execute(
        f"""create policy more {opens} (auth.uid() is not null);
            create policy reads on public."Documents" for select to authenticated using (true);
            comment on policy reads on public."Documents" is 'bascule: intended because all may be read'"""
    )
    [leak] = leaks(connection)
    assert leak.severity is Severity.ERROR
    assert f"authenticated ({command})" in leak.message


def test_rows_that_another_policy_lets_in_are_told(connection):
    opens = 'on public."Documents" for insert to authenticated with check'
    connection.execute(
        f"""create policy letter_box {opens} (state = 'published');
            comment on policy letter_box on public."Documents" is 'bascule: intended because all may send'"""
    )
    assert leaks(connection) == []
    connection.execute(f"create policy more {opens} (auth.uid() is not null)")
    [leak] = leaks(connection)
    assert "authenticated (insert)" in leak.message
