# ruff: noqa: E501  # bodies of functions, each on its line
"""What is said of the bodies of functions is what PostgreSQL says when they are made."""

from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.validation.grammar.parser import parse
from tests.support.servers import TestDatabase

PRELUDE = """
create type public.mood as enum ('sad', 'happy');
create type public.pair as (a int, b text);
create domain public.email as text check (value like '%@%');
create table public.people (id int primary key, name text, mood public.mood, tags text[], at timestamptz);
create schema private;
create table private.log (line text);
"""
FUNCTION = "create function public.f({}) returns {} language plpgsql as $body${}$body$"


def f(body: str, *, takes: str = "", gives: str = "void") -> str:
    return FUNCTION.format(takes, gives, body)


LAWFUL = [
    f("begin end"),
    f("begin null; end;"),
    f("declare r public.people%rowtype; begin select * into r from public.people; end"),
    f("declare r public.people; begin select * into r from public.people; r.name := 'x'; end"),
    f("declare r people; n people.name%type; begin r.id := 1; n := r.name; end"),
    f("declare m public.mood := 'sad'; e public.email; p public.pair; begin p.a := 1; p.b := e; end"),
    f("declare m mood[]; begin m[1] := 'sad'; m := m || 'happy'::mood; end"),
    f(
        "declare r record; begin for r in select * from public.people loop raise notice '%', r.id; end loop; end"
    ),
    f("declare r people; begin for r in select * from people loop continue when r.id = 1; end loop; end"),
    f("declare p pair; begin for p in select 1, 'x' loop null; end loop; end"),
    f("declare x int; a int[] := '{1,2}'; begin foreach x in array a loop null; end loop; end"),
    f("declare x int[]; begin foreach x slice 1 in array array[[1,2],[3,4]] loop null; end loop; end"),
    f("declare m mood; begin foreach m in array enum_range(null::mood) loop null; end loop; end"),
    f("declare a int; b text; begin for a, b in select 1, 'x' loop null; end loop; end"),
    f("begin for i in 1..10 loop exit when i > 3; end loop; end"),
    f("begin for i in reverse 10..1 by 2 loop null; end loop; end"),
    f("begin <<outer>> loop loop exit outer; end loop; end loop outer; end"),
    f("<<top>> declare x int; begin declare x int; begin top.x := x; end; end top"),
    f("declare i int := 0; begin while i < 3 loop i := i + 1; end loop; end"),
    f("declare c cursor for select * from people; r record; begin open c; fetch c into r; close c; end"),
    f(
        "declare c cursor (k int) for select * from people where id = k; begin for r in c(1) loop null; end loop; end"
    ),
    f("declare c refcursor; begin open c for select 1; move forward 1 from c; close c; end"),
    f("declare c refcursor; begin open c scroll for execute 'select 1' using 1; close c; end"),
    f(
        "declare c cursor for select * from people; begin open c; update people set name = 'x' where current of c; end"
    ),
    f("begin execute 'select 1'; end"),
    f("declare x int; begin execute format('select %s', $1) into x using 1, 2; end", takes="a int"),
    f("declare r people; begin execute 'select * from people' into strict r; end"),
    f("declare r record; begin for r in execute 'select 1 as a' using 1 loop null; end loop; end"),
    f("begin raise notice 'x'; raise 'y'; raise; end"),
    f("begin raise exception 'x %', 1 using errcode = '22000', hint = 'h', detail = 'd'; end"),
    f("begin raise exception using message = 'x', errcode = 'unique_violation'; end"),
    f("begin raise division_by_zero; raise sqlstate '22012'; end"),
    f("declare n int; s text; begin get diagnostics n = row_count, s := pg_context; end"),
    f("declare s text; begin exception when others then get stacked diagnostics s = message_text; end"),
    f("begin assert 1 = 1, 'x'; assert true; end"),
    f("begin begin perform 1; exception when unique_violation or sqlstate '23503' then null; end; end"),
    f("begin insert into people (id) values (1) on conflict (id) do update set name = excluded.name; end"),
    f("declare i int; begin insert into people (id) values (1) returning id into i; end"),
    f("declare i people; begin delete from people where id = 1 returning * into i; end"),
    f("begin with x as (select 1) insert into people select * from x; end"),
    f("begin merge into people p using (select 1 as i) s on p.id = s.i when matched then do nothing; end"),
    f("begin create temporary table t (a int) on commit drop; alter table t add b int; drop table t; end"),
    f("begin call public.p(); end"),
    f(
        "begin if a then null; elsif not a then null; elseif a then null; else null; end if; end",
        takes="a bool",
    ),
    f("begin case a when 1, 2 then null; else null; end case; end", takes="a int"),
    f("begin case when a > 1 then null; end case; end", takes="a int"),
    f("declare k constant int not null := 1; t text collate \"C\" = 'x'; begin end"),
    f("declare x alias for $1; begin x := 2; end", takes="int"),
    f("begin return; end"),
    f("begin $1 := 2; found := true; end", takes="int"),
    f("begin $1 := 2; end", takes="out int", gives="int"),
    f("begin select 1 into $2; $3 := $1; end", takes="int, out int, inout int", gives="record"),
    f("begin f.a := 1; end", takes="a int"),
    f("begin tg_argv[0] := 'x'; return new; end", gives="trigger"),
    f("begin return 1; end", gives="int"),
    f("begin return row(1, 'x')::pair; end", gives="pair"),
    f("begin return (1, 'x'); end", gives="public.pair"),
    f("declare p people; begin return p; end", gives="public.people"),
    f("declare p people; begin return next p; return; end", gives="setof people"),
    f("begin return query select 1; return query execute 'select 1' using 2; end", gives="setof int"),
    f("begin a := 1; b := 'x'; return next; end", gives="table (a int, b text)"),
    f("begin return query select p.id, p.mood from people p; end", gives="table (a int, b public.mood)"),
    f("begin a := 1; b := 'x'; end", takes="out a int, out b text", gives="record"),
    f("begin a := a + 1; end", takes="inout a int", gives="int"),
    f("begin a.name := 'x'; end", takes="inout a people", gives="people"),
    f("begin p.a := 1; end", takes="out p public.pair", gives="public.pair"),
    f("begin return a; end", takes="a anyelement", gives="anyelement"),
    f("declare x a%type; begin x := a[1]; return a; end", takes="a anyarray", gives="anyarray"),
    f("begin return array_length(a, 1); end", takes="variadic a int[]", gives="int"),
    f("begin return a; end", takes="a public.mood default 'sad'", gives="mood"),
    f("begin return a; end", takes="a email", gives="public.email"),
    f("begin new.name := lower(new.name); return new; end", gives="trigger"),
    f(
        "begin if tg_op = 'DELETE' then return old; end if; new.at = now(); insert into private.log "
        "values (tg_table_name || tg_argv[0]); return new; end",
        gives="trigger",
    ),
    f("declare r record; n people%rowtype; begin r := new; n := old; return null; end", gives="trigger"),
    f("begin new.tags[1] := 'x'; new.at := new.at + interval '1 day'; return new; end", gives="trigger"),
    f(
        "declare r record; begin for r in select * from pg_event_trigger_ddl_commands() loop "
        "raise notice '% %', tg_tag, r.object_identity; end loop; end",
        gives="event_trigger",
    ),
    f("#variable_conflict use_column\ndeclare id int; begin select id into id from people; end"),
    f("#print_strict_params on\nbegin end"),
    f(
        "begin perform set_config('a.b', 'x', true); perform pg_notify('a', 'b'); set local work_mem = '1MB'; end"
    ),
    f("declare j jsonb := '{}'; begin j['a'] := '1'; j := jsonb_set(j, '{a}', '2'); end"),
    f("declare x int := (select count(*) from people); begin x := case when x > 1 then 2 else 3 end; end"),
    f("declare a record; begin select 1 as x, 2 as y into a; a.x := 3; perform a.x + a.y; end"),
    f("declare a int; b int; begin select 1, 2 into strict a, b; select into a, b 1, 2; end"),
    f("-- remark\n/* and /* nested */ one */ begin /* here */ perform 'it''s; end'; end -- done"),
    f('declare "Odd Name" int := 1; begin "Odd Name" := 2; end'),
    f("declare größe int; begin größe := 1; end"),
    f("declare r private.log; t private.log.line%type; begin r.line := t; end"),
    f("declare u uuid = gen_random_uuid(); t timestamptz; d numeric(10,2); v varchar(5); b bytea; begin end"),
    f("begin return exists (select from people where id = any (a)); end", takes="a int[]", gives="boolean"),
    f('declare n name; o oid; c "char"; begin end'),
    "create procedure public.p() language plpgsql as $$ begin commit; rollback; return; end $$",
    "create procedure public.p(inout a int) language plpgsql as 'begin a := 1; end'",
    "create or replace function public.f() returns int as 'begin return ''x''::text::int; end' language plpgsql",
    "create function public.f() returns int as $$ begin return 1; end $$ language 'plpgsql' stable strict",
    "do $$ declare r record; begin for r in select 1 as a loop perform r.a; end loop; end $$",
    "do language plpgsql 'begin null; end'",
    "do $$ begin if not exists (select from pg_type where typname = 'm') then create type m as enum (); end if; end $$",
    "create function public.f(a int, b text default 'x') returns bool language sql as 'select a = 1 and $2 = b'",
    "create function public.f() returns void language sql as ''",
    "create function public.f() returns setof people language sql as $$ select * from people; select * from people $$",
    "create function public.f() returns int language sql begin atomic select 1; end",
    "create function public.f() returns int language sql return 1",
]
UNLAWFUL = [
    f("begin x := 1; end"),
    f("begin select 1 into x; end"),
    f("begin raise notice '%'; end"),
    f("begin raise notice 'x', 1; end"),
    f("begin retrun 1; end", gives="int"),
    f("begin return 1 end", gives="int"),
    f("begin if true then return; end"),
    f("begin perfrom 1; end"),
    f("begin perform 1 end"),
    f("begin select 1 form x; end"),
    f("begin insert into people (id values (1); end"),
    f("declare x int begin end"),
    f("declare x int; x int; begin end"),
    f("declare x int; begin x := 1 +; end"),
    f("begin loop null; end; end"),
    f("begin else null; end"),
    f("begin end if; end"),
    f("begin update people set name = ; return new; end", gives="trigger"),
    f("begin raise notice; end"),
    f("begin execute; end"),
    f("begin exception when others null; end"),
    f("begin case 1 when 1 then null; end; end"),
    f("bgin end"),
    f(""),
    f("begin <<a>> loop exit; end loop b; end"),
    f("begin for i 1..3 loop null; end loop; end"),
    f("begin return query selct 1; end", gives="setof int"),
    f("begin new.a = = 1; return new; end", gives="trigger"),
    "do $$ begin creat table x (); end $$",
    "do $$ begin foo; end $$",
    "create procedure public.p() language plpgsql as $$ begin commit end $$",
    "create function public.f() returns int language sql as 'selct 1'",
    "create function public.f() returns int language sql as $$ select 1; select from where $$",
]


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(PRELUDE)
        yield connection


def state(connection: psycopg.Connection, statement: str) -> str | None:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except psycopg.Error as error:
        return error.sqlstate
    return None


#: 15 refuses it and 18 accepts it; a body that any version accepts is no fault
LAWFUL_SINCE_17 = f("declare x a%type[]; begin end", takes="a int")


def test_a_body_that_newer_servers_accept_is_no_fault(connection: psycopg.Connection) -> None:
    assert parse(LAWFUL_SINCE_17).body_fault is None
    refused = state(connection, LAWFUL_SINCE_17) == "42601"
    assert refused is (connection.info.server_version < 170_000)


def test_lawful_bodies_are_accepted(connection: psycopg.Connection) -> None:
    refused = [each for each in LAWFUL if state(connection, each) == "42601"]
    assert refused == []
    assert [(each, parse(each).body_fault) for each in LAWFUL if parse(each).body_fault] == []


def test_syntax_errors_in_bodies_are_found(connection: psycopg.Connection) -> None:
    accepted = [each for each in UNLAWFUL if state(connection, each) != "42601"]
    assert accepted == []
    assert [each for each in UNLAWFUL if parse(each).body_fault is None] == []
