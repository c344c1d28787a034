"""What is called an error is refused by PostgreSQL: the examples of the rules that claim to be certain."""

from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog import survey
from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.support.servers import TestDatabase

EXAMPLES = Path(__file__).parents[2] / "rules"
#: by rule, what PostgreSQL answers
SQLSTATES = {
    "already-exists": {"42P07", "42710", "42701", "42723", "42P06", "42P16"},
    "not-there": {"42P01", "42703", "42704"},
}
#: what the examples take for granted
PRELUDE = """
create table public.elsewhere (a uuid, anything text, owner_id uuid, at date);
create table public.nowhere (id uuid primary key);
create table public.shares (order_id uuid, secret boolean);
create function public.may_read(anyelement) returns boolean language sql as 'select true';
"""
TOUCH = "create function public.touch() returns trigger language plpgsql as 'begin return new; end'"


def example(rule: str, name: str) -> SqlText:
    return SqlText(path=name, content=(EXAMPLES / rule / name).read_bytes())


@pytest.fixture
def connection(target_database: TestDatabase):
    with psycopg.connect(target_database.url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(PRELUDE)
        yield connection


def prepare(connection: psycopg.Connection, rule: str) -> None:
    if rule == "not-there":
        connection.execute(TOUCH)
    connection.execute(example(rule, "before.sql").content)


def lines_refused(connection: psycopg.Connection, rule: str, file: SqlText) -> set[int]:
    """Run each statement by itself; return where those begin that are refused for the rule's reason."""
    refused = set()
    for part in file.parts:
        try:
            connection.execute(part.text.encode())
        except psycopg.Error as error:
            if error.sqlstate in SQLSTATES[rule]:
                refused.add(file.place(part.offset)[0])
    return refused


def lines_reported(file: SqlText, rule: str, findings: tuple[Finding, ...]) -> set[int]:
    """Return where the statements begin that the rule reports."""
    starts = [file.place(part.offset)[0] for part in file.parts]
    lines = [each.line or 0 for each in findings if each.rule == rule and each.severity is not Severity.NOTE]
    return {max(start for start in starts if start <= line) for line in lines}


@pytest.mark.parametrize("name", ["good.sql", "bad.sql"])
@pytest.mark.parametrize("rule", SQLSTATES)
def test_on_a_bare_checkout_exactly_what_is_refused_is_reported(
    rule: str, name: str, connection: psycopg.Connection
) -> None:
    file = example(rule, name)
    findings = review([file], Terms(), earlier=[example(rule, "before.sql")])
    prepare(connection, rule)
    assert lines_reported(file, rule, findings) == lines_refused(connection, rule, file)


@pytest.mark.parametrize("name", ["good.sql", "bad.sql"])
@pytest.mark.parametrize("rule", SQLSTATES)
def test_with_a_target_exactly_what_is_refused_is_reported(
    rule: str, name: str, connection: psycopg.Connection
) -> None:
    file = example(rule, name)
    prepare(connection, rule)
    with Reader(connection, "staging").asking() as database:
        seen = survey.read(database, target="staging")
    findings = review([file], Terms(survey=seen))
    assert lines_reported(file, rule, findings) == lines_refused(connection, rule, file)


#: each alone on a new project, with what it is about
MISSING = [
    "alter table public.orders add column note text",
    "alter table orders enable row level security",
    "create index on public.orders (id)",
    "create policy own on public.orders for select using (true)",
    "create trigger touch before update on public.orders for each row execute function public.touch()",
    "comment on table public.orders is 'x'",
    "drop table public.orders",
    "drop view public.orders",
    "drop policy own on public.nowhere",
    "drop trigger touch on public.nowhere",
    "alter policy own on public.nowhere rename to other",
    "create table public.lines (order_id uuid references public.orders (id) on delete cascade)",
    "create table public.lines (id uuid references auth.users (number) on delete cascade)",
    "create table public.lines (like public.orders)",
    "create table public.lines () inherits (public.orders)",
    "create view public.lines as select 1 as one from public.orders",
    "grant select on public.orders to anon",
    "insert into public.orders (id) values (1)",
    "update public.nowhere set other = 1",
    "truncate public.orders",
    "alter table public.nowhere rename column other to another",
    "alter table public.orders rename to others",
    "alter table public.orders set schema storage",
    "alter table public.nowhere alter column other type text",
    "alter table auth.users add constraint c check (other > 0)",
]


@pytest.mark.parametrize("statement", MISSING)
def test_what_the_target_does_not_have_is_reported_and_refused(
    statement: str, connection: psycopg.Connection
) -> None:
    connection.execute(TOUCH)
    file = SqlText(path="one.sql", content=statement.encode())
    with Reader(connection, "staging").asking() as database:
        seen = survey.read(database, target="staging")
    assert lines_reported(file, "not-there", review([file], Terms(survey=seen))) == {1}
    assert lines_refused(connection, "not-there", file) == {1}


#: each alone on a new project
THERE = [
    "comment on table public.nowhere is 'x'",
    "create policy own on storage.objects for select to anon using (bucket_id = 'x' and name = 'y')",
    "create trigger touch after insert on auth.users for each row execute function public.touch()",
    "create table public.lines (id uuid references auth.users on delete cascade)",
    "create view public.tables as select relname from pg_class",
    "create view public.tables as select table_name from information_schema.tables",
    "create view public.n as with recursive t as (select 1 n union all select n from t) select n from t",
    "create table public.lines (id serial); alter table public.lines_id_seq owner to postgres",
    "create table public.lines (id serial); grant usage on public.lines_id_seq to anon",
    "create table public.lines (id int unique); alter table public.lines_id_key set (fillfactor = 90)",
    "create temporary view work as select 1 as one; comment on view work is 'x'",
    "create schema private; create table private.lines (id int); alter table private.lines add a int",
    "grant select on extensions.pg_stat_statements to anon",
    "alter table if exists public.orders add column note text",
    "drop table if exists public.orders",
]


@pytest.mark.parametrize("statements", THERE)
def test_what_the_target_has_is_not_reported(statements: str, connection: psycopg.Connection) -> None:
    connection.execute(TOUCH)
    file = SqlText(path="one.sql", content=statements.encode())
    with Reader(connection, "staging").asking() as database:
        seen = survey.read(database, target="staging")
    findings = review([file], Terms(survey=seen))
    assert lines_refused(connection, "not-there", file) == set()
    assert [each.message for each in findings if each.rule in SQLSTATES] == []
