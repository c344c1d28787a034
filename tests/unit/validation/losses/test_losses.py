"""What a migration and its rollback do to rows that were there before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.shape import (
    Column,
    EnumType,
    ForeignKey,
    Function,
    Name,
    Shape,
    Table,
    TableKind,
    Trigger,
)
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
    table(
        "orders",
        ("id", "bigint"),
        ("total", "numeric(10,2)"),
        ("state", "text"),
        ("mood", "public.mood"),
        primary_key=("id",),
    ),
    table(
        "items",
        ("id", "bigint"),
        primary_key=("id",),
        foreign_keys=(ForeignKey(name="f", columns=("o",), references=public("orders")),),
    ),
    table("tiers", ("id", "text"), ("price", "bigint"), primary_key=("id",)),
    table(
        "stamped",
        ("id", "bigint"),
        ("at", "timestamp with time zone"),
        primary_key=("id",),
        triggers=(
            Trigger(name="t", timing="BEFORE", events=frozenset({"UPDATE"}), function=public("stamp")),
        ),
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
        **function("stamp", "begin new.at = now(); return new; end"),
        **function("tell", "begin perform realtime.send('{}', 'a', 'b'); end"),
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
        (
            "select set_config('a.b', '1', true); create sequence numbers;"
            "select setval('public.numbers', 7);"
            "select pg_notify('a', 'b')"
        ),
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
        "select public.slug('A'); insert into items select 1 where public.slug('b') = 'b'",
        "drop table items",
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


NOTHING += [
    ("insert into tiers values ('pro', 5), ('max', 9)", "delete from tiers t where t.id in ('max', 'pro')"),
    (
        "insert into tiers (id, price) values ('pro', 5), ('max', 9)",
        "delete from tiers where id = 'pro' and price = 5; delete from tiers where id = any(array['max'])",
    ),
    ("insert into tiers values ('a', 1)", "delete from tiers where (id, price) in (('a', 1))"),
    ("insert into tiers values ('a', 1), ('b', 2)", "delete from tiers where id = 'a' or 'b' = id"),
    ("insert into tiers (id) values ('a'::text)", "delete from tiers where id = 'a'"),
    (
        (
            "create table plans (id serial primary key); insert into plans values (7);"
            "select setval('plans_id_seq', 7); select setval(pg_get_serial_sequence('plans', 'id'), 7)"
        ),
        "drop table plans",
    ),
    (
        (
            "create table g (id int primary key, n text); insert into g values (1);"
            "alter table orders add g int references g on delete set null; update orders set g = 1;"
            "update g set n = 'x'"
        ),
        "alter table orders drop g; drop table g",
    ),
    (
        (
            "create table g (id text primary key); alter table tiers add foreign key (id) references g"
            " on delete cascade"
        ),
        "alter table tiers drop constraint tiers_id_fkey; delete from g; drop table g",
    ),
    (
        (
            "create table g (id int, at timestamptz); create trigger s before insert or update on g"
            " for each row execute function stamp(); insert into g values (1); update g set id = 2"
        ),
        "drop table g",
    ),
    ("insert into stamped values (1)", "delete from stamped where id = 1"),
    ("alter table orders add a uuid default gen_random_uuid(), add b text default slug('A')", ""),
    ("create table plans as select * from orders", "drop table plans"),
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
        "",
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


GIVEN = "insert into tiers values ('pro', 5), ('max', 9)"

LOST += [
    (GIVEN, "delete from tiers where price > 0", "DELETE from public.tiers (line 1 of the rollback)"),
    (GIVEN, "delete from tiers where price in (5, 9)", "DELETE from public.tiers"),
    (GIVEN, "delete from tiers where id in ('pro', 'max', 'free')", "DELETE from public.tiers"),
    (GIVEN, "delete from tiers where id = 'free'", "DELETE from public.tiers"),
    (GIVEN, "delete from tiers where id = 'pro' or true", "DELETE from public.tiers"),
    (GIVEN, "delete from tiers using (values (1)) v (a) where id = 'pro'", "DELETE from public.tiers"),
    (GIVEN, "delete from tiers where id = 'pro' or price = 9", "DELETE from public.tiers"),
    (GIVEN, "delete from tiers where id <> 'pro'", "DELETE from public.tiers"),
    (
        f"{GIVEN}; alter table tiers rename price to x; alter table tiers rename id to price",
        "alter table tiers drop constraint tiers_pkey; delete from tiers where price = 'pro'",
        "DELETE from public.tiers",
    ),
    (
        GIVEN,
        "delete from tiers where id in ('pro', 'max'); update tiers set price = 1",
        "UPDATE of public.tiers (line 1 of the rollback)",
    ),
    (
        "insert into tiers (id) values ('pro') on conflict do nothing",
        "delete from tiers where id = 'pro'",
        "DELETE from public.tiers",
    ),
    (
        "insert into tiers (id) select 'pro' where not exists (select from tiers where id = 'pro')",
        "delete from tiers where id = 'pro'",
        "DELETE from public.tiers",
    ),
    (
        "do $$ begin if a then insert into tiers (id) values ('a'); end if; end $$",
        "delete from tiers where id = 'a'",
        "DELETE from public.tiers",
    ),
    (
        "insert into orders (id) overriding user value values (1)",
        "delete from orders where id = 1",
        "DELETE from public.orders",
    ),
    (
        (
            "create table g (g text primary key); insert into g select distinct id from tiers;"
            "alter table tiers add foreign key (id) references g on delete cascade"
        ),
        "delete from g; alter table tiers drop constraint tiers_id_fkey; drop table g",
        "DELETE from public.tiers (line 1 of the rollback), which refers to",
    ),
    (
        (
            "create table g (g text primary key); alter table tiers add foreign key (id) references g"
            " on delete set null"
        ),
        "delete from g; drop table g cascade",
        "DELETE from public.tiers (line 1 of the rollback), which refers to",
    ),
    (
        (
            "create table g (g text primary key); alter table tiers add foreign key (id) references g"
            " on update cascade; update g set g = 'x'"
        ),
        "drop table g cascade",
        "UPDATE of public.tiers (line 1), which refers to",
    ),
    (
        (
            "insert into tiers (id) values ('pro');"
            "alter table orders add foreign key (state) references tiers on delete cascade"
        ),
        "delete from tiers where id = 'pro'; alter table orders drop constraint orders_state_fkey",
        "DELETE from public.orders (line 1 of the rollback), which refers",
    ),
    (
        (
            "insert into tiers (id) values ('pro');"
            "alter table tiers add foreign key (price) references tiers on delete cascade"
        ),
        "delete from tiers where id = 'pro'",
        "DELETE from public.tiers (line 1 of the rollback), which refers",
    ),
    (
        (
            "alter table tiers add x int; alter table tiers drop x; alter table tiers rename price to x;"
            "update tiers set x = 0"
        ),
        "alter table tiers rename x to price",
        "UPDATE of public.tiers",
    ),
    (
        (
            "alter table tiers add x int; alter table tiers rename to levels;"
            "alter table items rename to tiers;"
            "update tiers set x = 0"
        ),
        "",
        "UPDATE of public.tiers",
    ),
    ("alter table orders alter id restart with 5", "", "the position of the sequence of public.orders"),
    ("alter sequence numbers restart", "", "the position of sequence numbers (line 1) does not come back"),
    ("select setval('public.numbers', 7)", "", "the position of sequence public.numbers (line 1)"),
    (
        "select setval(pg_get_serial_sequence('public.orders', 'id')::regclass, max(id)) from orders",
        "",
        "the position of the sequence of public.orders",
    ),
    ("select setval(a::regclass, 7) from orders", "", "the position of a sequence (line 1)"),
    ("select partman.undo_partition('a', 'b')", "", "the call of partman.undo_partition (line 1)"),
]


@pytest.mark.parametrize(("up", "down", "line"), LOST)
def test_what_does_not_come_back_is_told_once(up: str, down: str, line: str) -> None:
    [told] = judged(up, down).lost
    assert told.startswith(line)


LEFT = [
    (GIVEN, "delete from tiers where id = 'pro'", "INSERT into public.tiers (line 1)"),
    (GIVEN, "delete from tiers where id = 'free'", "INSERT into public.tiers (line 1)"),
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
        "alter table stamped add n int; update stamped set n = 1; alter table stamped drop n",
        "a trigger of public.stamped (line 1) may change other rows",
    ),
    (
        (
            "create table g (id int); create trigger s after insert on g execute function fix();"
            "insert into g values (1)"
        ),
        "a trigger of public.g (line 1)",
    ),
    (
        "create table g (id int); create rule r as on insert to g do also select 1; insert into g values (1)",
        "a rule of public.g (line 1)",
    ),
    ("alter table orders add n int default fix()", "the call of fix (line 1)"),
    ("alter table orders add n int default public.fix()", "the call of public.fix (line 1)"),
    ("create table n as select * from open_orders", "a view that is read (line 1)"),
    ("create materialized view n as select * from open_orders", "a view that is read (line 1)"),
    ("refresh materialized view public.numbers", "a view that is read (line 1)"),
    ("select realtime.send('{}', 'a', 'b')", "the call of realtime.send"),
    ("select net.http_post('http://localhost')", "the call of net.http_post"),
    ("select lo_create(7)", "the call of lo_create"),
    ("select tell()", "the call of tell"),
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


def test_a_deletion_is_not_certain_once_the_inserted_values_were_changed() -> None:
    found = judged(
        f"{GIVEN}; alter table tiers alter id type text using 'x'", "delete from tiers where id = 'pro'"
    )
    assert len(found.lost) == 2
    found = judged("insert into tiers values ('a', 1)", "delete from tiers where id = 'a'", shape=None)
    assert found.lost


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
    assert judged("create type m as enum ('a'); select setval('a_b_seq', 7)", shape=None).lost
    assert judged("alter table a add foreign key (b) references c on delete cascade", shape=None).unseen
    assert judged("alter table a add b int; update a set b = 1", shape=None).unseen
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
