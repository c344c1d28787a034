"""What a migration and its rollback do to rows that were there before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.shape import Column, EnumType, ForeignKey, Function, Name, Shape, Table, TableKind
from orchestrator.validation.losses import Losses, losses, shape_after
from orchestrator.validation.sql_text import SqlText
from tests.support.statements import cut, statements


def public(name: str) -> Name:
    return Name("public", name)


def table(name: str, *columns: tuple[str, str], **more: object) -> Table:
    known = {column: Column(name=column, type=type_) for column, type_ in columns}
    return Table(name=public(name), columns=known, **more)  # type: ignore[arg-type]


def function(name: str, body: str | None) -> dict[Name, tuple[Function, ...]]:
    return {public(name): (Function(name=public(name), body=body),)}


TABLES = (
    table("orders", ("id", "bigint"), ("total", "numeric(10,2)"), ("state", "text"), ("mood", "public.mood")),
    table(
        "items",
        ("id", "bigint"),
        foreign_keys=(ForeignKey(name="f", columns=("o",), references=public("orders")),),
    ),
    table("events", ("id", "bigint"), ("at", "timestamp without time zone"), kind=TableKind.PARTITIONED),
    table("events_2026", ("id", "bigint"), parents=(public("events"),)),
    table("open_orders", kind=TableKind.VIEW, reads=frozenset({public("orders")})),
)
SHAPE = Shape(
    schemas=frozenset({"public", "app"}),
    tables={each.name: each for each in TABLES},
    functions={
        **function("slug", "select lower(value)"),
        **function("fix", "begin update public.orders set state = 'x'; end"),
        **function("outer_fix", "begin perform public.fix(); end"),
        **function("atomic", None),
    },
    enums={public("mood"): EnumType(name=public("mood"), labels=("a", "b"))},
)


def file(text: str) -> SqlText:
    return SqlText(
        path="supabase/migrations/20260101000000_a.sql", content=text.encode("utf-8", "surrogatepass")
    )


def judged(up: str, down: str | None = "", shape: Shape | None = SHAPE) -> Losses:
    return losses(file(up), None if down is None else file(down), shape)


#: the migration, its rollback
NOTHING = [
    ("alter table items add a int; alter table items rename to parts; update parts set a = 1", ""),
    ("do $$ begin execute format('drop table if exists %I;', 'x'); end $$", ""),
    ("create table public.plans (id int); insert into public.plans values (1); delete from public.plans", ""),
    (
        "create table plans (id int); insert into plans values (1); update plans set id = 2",
        "drop table plans",
    ),
    ("alter table public.orders add column note text; update public.orders set note = 'x'", ""),
    ("alter table orders add column a int, add column b int; update orders set (a, b) = (select 1, 2)", ""),
    (
        "alter table items add a int, add z int; alter table items rename a to b; update items set b = 1",
        "",
    ),
    ("alter table public.events add column n int; update public.events_2026 set n = 1", ""),
    ("alter table orders add n int; insert into items select 1", "delete from items where id = 1"),
    ("insert into public.orders (id) values (1)", "delete from orders where id = 1"),
    ("insert into public.orders (id) values (1)", "drop table orders"),
    ("insert into public.orders (id) values (1)", "drop schema public cascade"),
    (
        "alter table orders rename to sales; insert into sales (id) values (1)",
        "delete from sales where id = 1",
    ),
    (
        "insert into orders (id) values (1); alter table orders rename to sales",
        "delete from sales where id = 1",
    ),
    ("do $$ begin create table plans (id int); insert into plans values (1); end $$", ""),
    ("do $$ begin execute format('alter table %I enable row level security', 'orders'); end $$", ""),
    ("do $$ begin execute 'create policy own on ' || 'orders' || ' using (true)'; end $$", ""),
    ("do $$ declare n int; begin select count(*) into n from orders; raise notice '%', n; end $$", ""),
    ("create temp table t as select * from orders; delete from t", ""),
    ("create function public.wipe() returns void language sql as 'delete from public.orders'", ""),
    ("create function wipe() returns void begin atomic delete from public.orders; end", ""),
    ("create rule r as on delete to orders do instead update orders set total = 1", ""),
    ("explain delete from public.orders", ""),
    (
        "select set_config('a.b', '1', true); select setval('public.numbers', 7); select pg_notify('a', 'b')",
        "",
    ),
    ("select cron.schedule('a', '* * * * *', 'delete from public.orders')", "select cron.unschedule('a')"),
    ("select pgmq.create('jobs'); select pgmq.send('jobs', '{}')", "select pgmq.drop_queue('jobs')"),
    ("insert into storage.buckets (id) values ('a')", "delete from storage.buckets where id = 'a'"),
    (
        "comment on table orders is 'update'; grant delete on orders to anon; create policy p on t for all",
        "",
    ),
    (
        "select public.slug('A'); insert into items select length(public.slug('b'))",
        "delete from items where id = 1",
    ),
    ("alter table orders alter id type int using id::int", "alter table orders alter id type bigint"),
    (
        "create type feel as enum ('a'); alter table orders alter mood type feel using mood::text::feel",
        "",
    ),
    (
        "alter table orders drop column state",
        "alter table orders add state text; update orders set state = 'x'",
    ),
    ("drop table items", "create table items (id int); insert into items values (1)"),
    ("select 1", "select 1"),
    ("", ""),
]


@pytest.mark.parametrize(("up", "down"), NOTHING)
def test_what_loses_nothing_is_not_told(up: str, down: str) -> None:
    found = judged(up, down)
    assert (found.lost, found.left, found.unseen) == ((), (), ())


#: the migration, its rollback, the beginning of what is lost
LOST = [
    ("\nupdate public.orders set total = 1", "", "UPDATE of public.orders (line 2): the old values"),
    ("update orders set note = 1", "", "UPDATE of public.orders (line 1)"),
    (
        "alter table orders add n int; update orders set n = 1, total = 2",
        "",
        "UPDATE of public.orders (line 1)",
    ),
    (
        "alter table orders add if not exists total int; update orders set total = 2",
        "",
        "UPDATE of public.orders",
    ),
    ("delete from public.orders where id = 1", "", "DELETE from public.orders (line 1): the deleted rows"),
    ("truncate public.items", "", "TRUNCATE of public.items (line 1): its rows do not come back"),
    (
        "create table a (id int); alter table orders add foreign key (id) references a; truncate a cascade",
        "",
        "TRUNCATE of public.a (line 1)",
    ),
    ("update public.elsewhere set a = 1", "", "UPDATE of public.elsewhere"),
    ("update public.open_orders set total = 1", "", "UPDATE of public.open_orders"),
    ("create view v as select * from orders; delete from v", "", "DELETE from public.v"),
    (
        "create table e () partition by list (a); alter table e attach partition items default;delete from e",
        "",
        "DELETE from public.e",
    ),
    ("with gone as (delete from orders returning *) select * from gone", "", "DELETE from public.orders"),
    (
        "with gone as (delete from orders returning *) insert into items select 1",
        "",
        "DELETE from public.orders",
    ),
    (
        "insert into orders (id) values (1) on conflict (id) do update set total = 1",
        "delete from orders where id = 1",
        "INSERT into public.orders ON CONFLICT DO UPDATE (line 1): the old values",
    ),
    (
        "merge into orders using items on true when matched then update set total = 1",
        "",
        "MERGE into public.orders (line 1): the old values",
    ),
    ("merge into orders using items on true when matched then delete", "", "MERGE into public.orders"),
    ("do $$ begin if true then delete from orders; end if; end $$", "", "DELETE from public.orders (line 1)"),
    (
        "do $$ declare r record; begin for r in delete from orders returning * loop end loop; end $$",
        "",
        "DELETE from public.orders",
    ),
    ("do $$ begin execute 'delete ' || 'from orders'; end $$", "", "DELETE from public.orders"),
    (
        "do $$ declare r record; begin for r in select 1 loop update orders set total = 1; end loop; end $$",
        "",
        "UPDATE of public.orders",
    ),
    ("explain analyze delete from public.orders", "", "DELETE from public.orders"),
    ("set search_path = app; delete from orders", "", "DELETE from app.orders"),
    ("create table if not exists orders (id int); delete from orders", "", "DELETE from public.orders"),
    ("create table app.orders (id int); delete from orders", "", "DELETE from public.orders"),
    ("create temp table t (id int); delete from t; delete from orders", "", "DELETE from public.orders"),
    ("select pgmq.drop_queue('jobs')", "select pgmq.create('jobs')", "the call of pgmq.drop_queue (line 1)"),
    ("select vault.update_secret('a', 'b')", "", "the call of vault.update_secret (line 1)"),
    ("", "delete from public.orders where id = 1", "DELETE from public.orders (line 1 of the rollback)"),
    ("", "update public.orders set total = 1", "UPDATE of public.orders (line 1 of the rollback)"),
    (
        "insert into orders (id) values (1)",
        "truncate orders",
        "TRUNCATE of public.orders (line 1 of the rollback)",
    ),
    ("insert into orders (id) values (1)", "delete from orders", "DELETE from public.orders (line 1 of"),
    ("alter table orders alter total type text using 'x'", "", "TYPE text of public.orders.total (line 1)"),
    ("alter table orders alter state type text using upper(state)", "", "TYPE text of public.orders.state"),
    (
        "alter table orders alter state type text using state::int::text",
        "",
        "TYPE text of public.orders.state",
    ),
    (
        "alter table orders alter state type uuid using gen_random_uuid()",
        "",
        "TYPE uuid of public.orders.state",
    ),
    ("", "alter table orders alter state type text using 'x'", "TYPE text of public.orders.state (line 1 of"),
]


@pytest.mark.parametrize(("up", "down", "line"), LOST)
def test_what_does_not_come_back_is_told_once(up: str, down: str, line: str) -> None:
    [told] = judged(up, down).lost
    assert told.startswith(line)


LEFT = [
    (
        "insert into public.orders (id) values (1)",
        "",
        "INSERT into public.orders (line 1): the rollback does not",
    ),
    (
        "insert into public.orders (id) values (1)",
        "delete from items where id = 1",
        "INSERT into public.orders",
    ),
    ("insert into orders (id) values (1) on conflict do nothing", "", "INSERT into public.orders"),
    ("copy public.orders from '/tmp/x'", "", "COPY into public.orders (line 1)"),
    (
        "merge into orders using items on true when not matched then insert values (1)",
        "",
        "MERGE into public.orders (line 1)",
    ),
    ("insert into open_orders values (1)", "", "INSERT into public.open_orders"),
    (
        "create table if not exists items (id int); insert into items values (1)",
        "",
        "INSERT into public.items",
    ),
    (
        "",
        "insert into orders (id) values (1)",
        "INSERT into public.orders (line 1 of the rollback): these rows were",
    ),
    ("select vault.create_secret('a')", "", "the call of vault.create_secret (line 1)"),
    ("select pgmq.send('jobs', '{}')", "", "the call of pgmq.send (line 1)"),
]


@pytest.mark.parametrize(("up", "down", "line"), LEFT)
def test_rows_that_a_rollback_leaves_behind_are_told(up: str, down: str, line: str) -> None:
    told = [each for each in judged(up, down).left if each.startswith(line)]
    assert len(told) == 1


UNSEEN = [
    (
        "do $$ begin execute format('update %I set a = 1', 'orders'); end $$",
        "EXECUTE in the DO block (line 1)",
    ),
    ("do $$ declare q text; begin execute q; end $$", "EXECUTE in the DO block (line 1)"),
    ("do $$ begin execute 'create table x ();' || y; end $$", "EXECUTE in the DO block"),
    (
        "do $$ begin execute format('alter table %I alter a type int using 1', 'x'); end $$",
        "EXECUTE in the DO block",
    ),
    ("do $$ declare r record; begin for r in execute q loop end loop; end $$", "EXECUTE in the DO block"),
    ("do language plperl 'x'", "the DO block in plperl (line 1)"),
    ("do $$ begin begin; end $$", "the DO block, which cannot be read, (line 1)"),
    ("select public.fix()", "the call of public.fix (line 1)"),
    ("select fix()", "the call of fix (line 1)"),
    ("call outer_fix()", "the call of outer_fix (line 1)"),
    ("do $$ begin perform public.outer_fix(); end $$", "the call of public.outer_fix (line 1)"),
    ("do $$ declare x int := public.fix(); begin null; end $$", "the call of public.fix"),
    ("do $$ declare x int; begin x := public.fix(); end $$", "the call of public.fix"),
    ("select public.atomic()", "the call of public.atomic"),
    ("select app.nobody_knows()", "the call of app.nobody_knows"),
    ("select dblink_exec('x', 'delete from y')", "the call of dblink_exec"),
    (
        "create function f() returns void language plpgsql as 'begin delete from orders; end'; select f()",
        "the call of f (line 1)",
    ),
    ("selekt 1", "a statement that cannot be read (line 1)"),
    ("\\i other.sql\n", "a statement that cannot be read"),
]


@pytest.mark.parametrize(("up", "line"), UNSEEN)
def test_what_cannot_be_read_beforehand_is_told_forth_and_back(up: str, line: str) -> None:
    forth, back = judged(up), judged("", up)
    assert [each.startswith(line) for each in forth.unseen] == [True]
    assert (
        back.unseen == tuple(each.replace(")", " of the rollback)", 1) for each in forth.unseen)
        or len(back.unseen) == 1
    )
    assert forth.lost == back.lost == ()


def test_bytes_that_are_no_text_may_do_anything() -> None:
    assert losses(SqlText(path="a.sql", content=b"\xff"), None, SHAPE).unseen == (
        "a.sql is no text: it may change rows",
    )


def test_without_a_rollback_all_that_the_migration_does_is_told() -> None:
    found = judged("insert into orders (id) values (1); delete from items", None)
    assert found.lost == ("DELETE from public.items (line 1): the deleted rows do not come back",)
    assert found.left == ("INSERT into public.orders (line 1): the rollback does not remove these rows",)


def test_putting_back_what_the_migration_took_is_no_second_loss() -> None:
    found = judged("delete from orders where id = 1", "insert into orders (id) values (1)")
    assert len(found.lost) == 1
    assert found.left == ()
    found = judged("update orders set total = 2", "update orders set total = 1")
    assert [line.endswith("(line 1): the old values do not come back") for line in found.lost] == [True]


def test_without_a_shape_what_the_migration_does_not_make_was_there() -> None:
    assert judged("update a set b = 1", shape=None).lost
    assert not judged("create table a (b int); update a set b = 1", shape=None).lost
    assert judged("create table if not exists a (b int); update a set b = 1", shape=None).lost
    assert not judged("alter table a add b int; update a set b = 1", shape=None).lost
    assert judged("alter table a add if not exists b int; update a set b = 1", shape=None).lost
    assert judged("select backfill()", shape=None).unseen
    assert not judged("select set_config('a.b', lower('c'), true)", shape=None).unseen


def test_a_time_zone_that_is_said_on_both_ways_keeps_the_values() -> None:
    up = "alter table events alter at type timestamptz using at at time zone 'UTC'"
    down = "alter table events alter at type timestamp using at at time zone 'UTC'"
    assert judged(up, down) == Losses(kept=frozenset({"public.events.at"}))
    assert judged(up, "alter table events alter at type timestamp") == Losses()
    elsewhere = judged(up.replace("UTC", "Europe/Berlin"), down)
    assert elsewhere.kept == frozenset()
    assert len(elsewhere.lost) == 1
    assert judged(up.replace("timestamptz", "timestamptz(0)"), down).kept == frozenset()


def test_the_shape_after_a_migration_is_that_of_the_world_on_paper() -> None:
    after = shape_after(file("alter table orders add note text; create table plans (id int)"), SHAPE)
    assert after is not None
    assert "note" in after.tables[public("orders")].columns
    assert public("plans") in after.tables
    assert public("plans") not in SHAPE.tables


@pytest.mark.parametrize("up", ["do $$ begin execute 'x'; end $$", "selekt", "create table t as select 1"])
def test_no_shape_is_told_after_what_nobody_followed(up: str) -> None:
    assert shape_after(file(up), SHAPE) is None


@settings(max_examples=200, deadline=None)
@given(
    up=st.lists(cut(), max_size=4).map(";\n".join),
    down=st.lists(cut() | st.deferred(lambda: st.sampled_from(statements())), max_size=3).map(";\n".join),
    shape=st.sampled_from([None, SHAPE]),
)
def test_no_text_makes_it_raise(up: str, down: str, shape: Shape | None) -> None:
    found = judged(up, down, shape)
    assert all(line and "\n" not in line for line in (*found.lost, *found.left, *found.unseen))
    if shape is not None:
        shape_after(file(up), shape)


@pytest.mark.parametrize("deep", ["||1" * 3000, " + f(1)" * 2000, ")" * 10])
def test_what_nests_deeply_is_unseen_or_read(deep: str) -> None:
    found = judged(
        f"update public.orders set total = 1{deep}", f"do $$ begin update orders set total = 1{deep}; end $$"
    )
    assert found.lost or found.unseen
