"""What a server says may repeat somebody's rows: on a live target it is told in words of ours."""

from collections.abc import Callable

import psycopg
import pytest

from orchestrator.domain.matrix import ExposedRelation, Matrix
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import seed_and_try
from tests.support.seeded import within
from tests.support.servers import TestDatabase

_WORD = "xyzzyholdings"
_SCHEMA = f"""
create table public.customers (word text);
insert into public.customers values ('{_WORD}');
create function public.word() returns text language sql security definer
  as 'select word from public.customers';
create function public.bad_value() returns uuid language plpgsql security definer as
  'begin return public.word()::uuid; end';
create function public.bad_value_in_plan() returns uuid language plpgsql stable security definer as
  'begin return public.word()::uuid; end';
create function public.raised() returns boolean language plpgsql security definer as
  $$ begin raise exception 'customer % is blocked', public.word(); end $$;
create function public.posing() returns boolean language plpgsql security definer as
  $$ begin raise exception 'duplicate key of %', public.word() using errcode = '23505', table = public.word(),
       column = public.word(), constraint = public.word(); end $$;
create function public.put_together() returns boolean language plpgsql security definer as
  $$ begin execute 'select ' || quote_ident(public.word()); return true; end $$;
create function public.badly_put_together() returns boolean language plpgsql security definer as
  $$ begin execute public.word(); return true; end $$;
create table public.reads_bad (id int primary key);
create policy p on public.reads_bad to authenticated using (public.bad_value() is not null);
create table public.plans_bad (id int primary key, owner uuid);
create policy p on public.plans_bad to authenticated using (owner = public.bad_value_in_plan());
create table public.reads_raised (id int primary key);
create policy p on public.reads_raised to authenticated using (public.raised());
create table public.reads_together (id int primary key);
create policy p on public.reads_together to authenticated using (public.put_together());
create table public.reads_badly (id int primary key);
create policy p on public.reads_badly to authenticated using (public.badly_put_together());
create table public.keeps_bad (id int primary key, check (public.bad_value() is not null));
create table public.keeps_raised (id int primary key, check (public.raised()));
create table public.keeps_posing (id int primary key, check (public.posing()));
create table public.keeps_together (id int primary key, check (public.put_together()));
create table public.keeps_none (id int primary key, note text not null constraint never check (note <> note));
create table public.keeps_hard (
  id int primary key, note text not null constraint hard check (note ~ '^([a-z]{{60}}){{60}}$'));
do $$ declare one text; begin
  for one in select c.oid::regclass::text from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                and c.relname ~ '^(reads|plans|keeps)_' loop
    execute format('alter table %s enable row level security', one);
    execute format('grant all on %s to authenticated', one);
    if one ~ 'keeps' then
      execute format('create policy p on %s to authenticated using (auth.uid() is not null)', one);
    end if;
  end loop;
end $$;
"""

Probe = Callable[[bool], Matrix]


@pytest.fixture
def probe(target_database: TestDatabase) -> Probe:
    def made(on_copy: bool) -> Matrix:  # noqa: FBT001  # told by its name below
        with psycopg.connect(target_database.url) as connection:
            connection.execute(_SCHEMA.encode())
            opening = within(connection)
            with opening() as database:
                matrix = ask(database, ["public"])
            matrix = seed_and_try(opening, matrix, on_copy=on_copy)
            connection.rollback()
        return matrix

    return made


def _named(matrix: Matrix) -> dict[str, ExposedRelation]:
    return {relation.name.removeprefix("public."): relation for relation in matrix.relations}


def test_no_value_of_a_live_row_is_told_and_names_are(probe: Probe) -> None:
    matrix = probe(False)
    found = _named(matrix)
    assert _WORD not in repr(matrix).lower()
    assert _WORD not in repr(judge(Matrix(), matrix)).lower()
    assert {name: each.unseeded for name, each in found.items() if name.startswith("keeps")} == {
        "keeps_bad": "22P02: invalid text representation",
        "keeps_raised": "P0001: raised by a function",
        "keeps_posing": "23505: unique violation",
        "keeps_together": "42703: undefined column",
        "keeps_none": "23514: check violation (table keeps_none, constraint never)",
        "keeps_hard": (
            "23514: check violation (table keeps_hard, constraint hard);"
            " no text for its pattern could be made up in the time for one"
        ),
    }
    told = {
        (name, cell.sqlstate, cell.reason)
        for name, each in found.items()
        for cell in each.cells
        if cell.identity == "user_a" and cell.sqlstate and name.startswith(("reads", "plans"))
    }
    assert told == {
        ("reads_bad", "22P02", "invalid text representation"),
        ("plans_bad", "22P02", "invalid text representation"),
        ("reads_raised", "P0001", "raised by a function"),
        ("reads_together", "42703", "undefined column"),
        ("reads_badly", "42601", "syntax error"),
    }


def test_on_a_copy_where_nobodys_rows_are_the_authors_own_words_are_told(probe: Probe) -> None:
    found = _named(probe(True))
    assert found["keeps_raised"].unseeded == f"P0001: customer {_WORD} is blocked"
    [reason] = {cell.reason for cell in found["reads_raised"].cells if cell.sqlstate == "P0001"}
    assert reason == f"customer {_WORD} is blocked"
