"""What a rollback drops that holds rows, by the names that it has before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.shape import Column, EnumType, Name, Shape, Table, TableKind
from orchestrator.validation.losses.dropped_rows import inserts_only, what_is_dropped
from orchestrator.validation.sql_text import SqlText
from tests.support.statements import cut


def table(name: str, **more: object) -> Table:
    columns = {each: Column(name=each, type="text") for each in ("id", "note")}
    columns["mood"] = Column(name="mood", type="public.mood[]")
    return Table(**{"name": Name("public", name), "columns": columns, **more})  # type: ignore[arg-type]


TABLES = (
    table("orders"),
    table("items"),
    table("events", kind=TableKind.PARTITIONED),
    table("events_1", parents=(Name("public", "events"),)),
    table("shown", kind=TableKind.VIEW),
    table("counted", kind=TableKind.MATERIALIZED_VIEW),
    table("far", kind=TableKind.FOREIGN),
    Table(name=Name("app", "things")),
)
SHAPE = Shape(
    schemas=frozenset({"public", "app"}),
    tables={each.name: each for each in TABLES},
    enums={Name("public", "mood"): EnumType(name=Name("public", "mood"), labels=("a",))},
)


def dropped(down: str, shape: Shape | None = SHAPE) -> list[str]:
    file = SqlText(path="a.down.sql", content=down.encode("utf-8", "surrogatepass"))
    return [str(each) for each in what_is_dropped(file, shape)]


WAYS = [
    ("drop table orders", ["public.orders"]),
    ("drop table if exists orders, app.things cascade", ["public.orders", "app.things"]),
    ("drop table if exists nobody", []),
    (
        "drop view shown; drop materialized view counted; drop foreign table far; drop index i",
        [],
    ),
    ("alter table orders drop column note, drop if exists nothing", ["public.orders.note"]),
    ("alter table orders drop column note; drop table orders", ["public.orders"]),
    ("alter table orders rename to sales; drop table sales", ["public.orders"]),
    ("alter table orders rename note to said; alter table orders drop said", ["public.orders.note"]),
    (
        "alter table orders rename note to n; alter table orders rename to sales; alter table sales drop n",
        ["public.orders.note"],
    ),
    ("alter table app.things set schema public; drop table things", ["app.things"]),
    ("create table more (id int); insert into more values (1); drop table more", []),
    ("create temp table t (id int); drop table t", []),
    ("drop schema app cascade", ["app.things"]),
    ("drop schema public cascade", ["public.events", "public.items", "public.orders"]),
    (
        "drop type mood cascade",
        ["public.orders.mood", "public.items.mood", "public.events.mood"],
    ),
    ("drop type mood", []),
    ("truncate orders", ["public.orders"]),
    ("delete from orders; delete from items where id = '1'", ["public.orders", "public.items (DELETE)"]),
    (
        "update items set note = 'x', id = id || '1' where id > '1'",
        ["public.items.note (UPDATE)", "public.items.id (UPDATE)"],
    ),
    ("delete from shown where id = '1'", []),
    ("create table more (id int); delete from more where id = 1", []),
    ("alter table items rename to things; delete from things where id = '1'", ["public.items (DELETE)"]),
    ("select pgmq.drop_queue('Jobs')", ["pgmq.q_jobs", "pgmq.a_jobs"]),
    (
        "insert into items values ('1') on conflict (id) do update set note = 'x'",
        ["public.items.note (INSERT)"],
    ),
    ("do $$ begin drop table orders; end $$", ["public.orders"]),
    ("set search_path = app; drop table things", ["app.things"]),
    ("drop table orders; drop table orders", ["public.orders"]),
    ("selekt", []),
    ("", []),
]


@pytest.mark.parametrize(("down", "names"), WAYS)
def test_what_holds_rows_and_is_dropped_is_told_once(down: str, names: list[str]) -> None:
    assert dropped(down) == names


def test_without_a_shape_all_that_is_named_may_be_there() -> None:
    assert dropped("drop table if exists a; alter table b drop if exists c", None) == [
        "public.a",
        "public.b.c",
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(cut(), max_size=5).map(";\n".join), st.sampled_from([None, SHAPE]))
def test_no_text_makes_it_raise(down: str, shape: Shape | None) -> None:
    assert len(set(dropped(down, shape))) == len(dropped(down, shape))


def test_the_rows_that_a_statement_names_by_constants_are_told_by_the_names_of_before() -> None:
    down = "alter table items rename id to key; delete from items where key in ('b', 'a') or note = 'c'"
    [found] = what_is_dropped(SqlText(path="a.down.sql", content=down.encode()), SHAPE)
    assert found.only == ((("id", ("a", "b")),), (("note", ("c",)),))
    [found] = what_is_dropped(SqlText(path="a.down.sql", content=b"delete from items where id > 'a'"), SHAPE)
    assert found.only == ()


@pytest.mark.parametrize(
    ("up", "only_inserts"),
    [
        ("insert into items values ('1')", True),
        ("alter table orders add more int; update orders set more = 1", True),
        ("insert into items values ('1') on conflict (id) do update set note = 'x'", False),
        ("update items set note = 'x'", False),
        ("alter table things rename to items", False),
        ("do $$ begin execute 'up' || 'date'; end $$", False),
        ("selekt", False),
    ],
)
def test_rows_of_a_migration_are_its_own_only_where_it_changed_no_others(
    up: str, *, only_inserts: bool
) -> None:
    file = SqlText(path="a.sql", content=up.encode())
    assert inserts_only([file], Name("public", "items"), SHAPE) is only_inserts
