"""What is gone between two moments, by numbers that stay, and which types lose values."""

import time
from typing import TYPE_CHECKING

import pytest

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.catalog.holdings import Holdings, displaced, gone, narrowed, read

if TYPE_CHECKING:
    from tests.integration.catalog.conftest import Catalog

BEFORE = """
create schema app;
create type public.mood as enum ('a', 'b');
create type public.pair as (a int, b text);
create domain public.short as varchar(9);
create domain public.shorter as public.short;
create sequence public.numbers;
create table public.teams (id serial primary key, name text);
create table public.orders (
  id bigint generated always as identity primary key, team int references public.teams, "Total" numeric(10,2),
  small int, code varchar(50), mood public.mood, pairs public.pair[], short public.short, deep public.shorter,
  day date, at timestamptz, twice int generated always as (small * 2) stored
);
create table public.log (id int, note text) partition by range (id);
create table public.log_1 partition of public.log for values from (1) to (10);
create table public.log_2 partition of public.log for values from (10) to (20);
create table public.empty (id int) partition by range (id);
create view public.shown as select id from public.orders;
create materialized view public.counted as select count(*) from public.orders;
create index on public.orders (code);
"""


def holdings(catalog: "Catalog") -> Holdings:
    return read(OpenDatabase(catalog.connection, "staging"))


#: up, down, what is gone, which types narrowed
WAYS: list[tuple[str, str, list[str], list[str]]] = [
    ("alter table orders rename to sales", "alter table sales rename to orders", [], []),
    ("alter table orders rename code to sign", "alter table orders rename sign to code", [], []),
    ("alter table teams set schema app", "alter table app.teams set schema public", [], []),
    ("alter schema app rename to apps", "alter schema apps rename to app", [], []),
    ("alter type mood rename to moods", "alter type moods rename to mood", [], []),
    ("create table more (id serial)", "drop table more", [], []),
    ("drop view shown", "create view shown as select id from orders", [], []),
    ("drop materialized view counted", "create materialized view counted as select 1", [], []),
    (
        "alter table orders drop twice",
        "alter table orders add twice int generated always as (small * 2) stored",
        [],
        [],
    ),
    (
        "alter table log detach partition log_1",
        "alter table log attach partition log_1 for values from (1) to (9)",
        [],
        [],
    ),
    ("drop table empty", "create table empty (id int) partition by range (id)", [], []),
    ("truncate orders; alter table orders set unlogged", "alter table orders set logged", [], []),
    ("drop table orders cascade", "create table orders (id bigint)", ["the rows of public.orders"], []),
    (
        "drop schema public cascade; create schema public",
        "",
        [
            "the position of sequence public.numbers",
            "the rows of public.log",
            "the rows of public.orders",
            "the rows of public.teams",
        ],
        [],
    ),
    ("drop table log_1", "create table log_1 (id int, note text)", ["the rows of public.log_1"], []),
    (
        "drop table log",
        "create table log (id int, note text) partition by range (id)",
        ["the rows of public.log"],
        [],
    ),
    ("alter table log drop note", "alter table log add note text", ["the values of public.log.note"], []),
    (
        'alter table orders drop "Total", drop code',
        'alter table orders add "Total" numeric(10,2), add code varchar(50)',
        ['the values of public.orders."Total"', "the values of public.orders.code"],
        [],
    ),
    (
        "alter table orders drop id cascade",
        "alter table orders add id bigint",
        ["the values of public.orders.id"],
        [],
    ),
    ("drop sequence numbers", "create sequence numbers", ["the position of sequence public.numbers"], []),
    (
        "alter table teams alter id drop default; drop sequence teams_id_seq",
        "create sequence teams_id_seq owned by teams.id",
        ["the position of sequence public.teams_id_seq"],
        [],
    ),
    (
        "alter type pair drop attribute b",
        "alter type pair add attribute b text",
        ["the values of attribute public.pair.b"],
        [],
    ),
    ("alter table orders alter team type bigint", "alter table orders alter team type int", [], []),
    ("alter table orders alter code type text", "alter table orders alter code type varchar(50)", [], []),
    (
        "alter table orders alter code type varchar(60)",
        "alter table orders alter code type varchar(50)",
        [],
        [],
    ),
    (
        "alter table orders alter mood type text",
        "alter table orders alter mood type mood using mood::mood",
        [],
        [],
    ),
    ("alter table orders alter short type text", "alter table orders alter short type short", [], []),
    ("alter table orders alter day type timestamp", "alter table orders alter day type date", [], []),
    (
        "create type feel as enum ('a', 'b'); alter table orders alter mood type feel using mood::text::feel",
        "alter table orders alter mood type mood using mood::text::mood",
        [],
        [],
    ),
    (
        "alter table orders alter code type varchar(10)",
        "alter table orders alter code type varchar(50)",
        [],
        ["the values of public.orders.code: character varying(50) became character varying(10)"],
    ),
    (
        'alter table orders alter "Total" type int',
        'alter table orders alter "Total" type numeric(10,2)',
        [],
        ['the values of public.orders."Total": numeric(10,2) became integer'],
    ),
    (
        "alter table orders alter at type date",
        "alter table orders alter at type timestamptz",
        [],
        ["the values of public.orders.at: timestamp with time zone became date"],
    ),
    (
        "alter table log alter note type int using note::int",
        "alter table log alter note type text",
        [],
        ["the values of public.log.note: text became integer"],
    ),
    (
        "alter table orders alter deep type text",
        "alter table orders alter deep type shorter",
        [],
        ["the values of public.orders.deep: shorter became text"],
    ),
]


@pytest.mark.parametrize(("up", "down", "lost", "changed"), WAYS, ids=[way[0] for way in WAYS])
def test_what_is_gone_after_up_and_down_is_told_once(
    up: str, down: str, lost: list[str], changed: list[str], catalog: "Catalog"
) -> None:
    catalog.does(BEFORE)
    before = holdings(catalog)
    catalog.does(up)
    between = holdings(catalog)
    catalog.does(down)
    after = holdings(catalog)
    assert list(gone(before, after)) == lost
    assert list(narrowed(before, between)) == changed
    assert gone(before, before) == narrowed(before, before) == ()


def test_a_column_whose_values_are_kept_by_the_statements_is_not_told(catalog: "Catalog") -> None:
    catalog.does("create table public.orders (at timestamp)")
    before = holdings(catalog)
    catalog.does("alter table public.orders alter at type timestamptz using at at time zone 'UTC'")
    assert len(narrowed(before, holdings(catalog))) == 1
    assert narrowed(before, holdings(catalog), kept={"public.orders.at"}) == ()


def test_only_what_users_made_is_held(catalog: "Catalog", superuser: "Catalog") -> None:
    names = {each.name for each in holdings(catalog).relations.values()}
    superuser.does(
        "create table auth.upgraded (id int); alter table auth.upgraded owner to supabase_auth_admin",
        "create schema if not exists supabase_migrations; create table supabase_migrations.ours (id serial)",
        "create extension if not exists hstore; create table public.member (id serial)",
        "alter extension hstore add table public.member",
        "create type public.unused as (a int)",
    )
    assert {each.name for each in holdings(catalog).relations.values()} == names
    superuser.does("create table auth.mine (id int); alter table auth.mine owner to postgres")
    assert {each.name for each in holdings(catalog).relations.values()} == names | {"auth.mine"}


def test_two_hundred_tables_are_read_at_once(catalog: "Catalog") -> None:
    columns = ", ".join(f"c{number} varchar(50)" for number in range(12))
    catalog.does(
        *(f"create table public.t{number} (id serial primary key, {columns})" for number in range(200))
    )
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        held = holdings(catalog)
        seconds.append(time.perf_counter() - start)
    assert len(held.relations) == 400
    assert min(seconds) < 0.1, "measured: 8 ms; a correlated scan would take a second"


def test_what_bears_the_name_of_another_is_told_and_what_is_only_renamed_is_not(catalog: "Catalog") -> None:
    catalog.does("create table a (x int, y int)", "create table b (x int)", "create table c (x int)")
    before = holdings(catalog)
    catalog.does("alter table a rename to d", "alter table b rename x to z")
    assert displaced(before, before) == displaced(before, holdings(catalog)) == ()
    catalog.does("alter table b rename z to x", "alter table b rename to a", "alter table c rename to b")
    catalog.does("alter table d rename to c", "alter table c rename x to z", "alter table c rename y to x")
    catalog.does("alter table c rename z to y")
    assert displaced(before, holdings(catalog)) == (
        "public.a.x and public.a.y have changed places",
        "what was public.a is public.c now",
        "what was public.b is public.a now",
        "what was public.c is public.b now",
    )
