"""What is certain, and what is not, after statements were carried out on paper."""

import pytest

from orchestrator.domain.shape import Column, Name, Shape, Table
from orchestrator.validation.grammar.parser import parse
from orchestrator.validation.world.absence import is_missing
from orchestrator.validation.world.certainty import lacks_column
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

ORDERS = Name("public", "orders")
TARGET = Shape(
    schemas=frozenset({"public"}),
    tables={ORDERS: Table(name=ORDERS, columns={"id": Column(name="id", type="uuid")})},
)
BLOCK = "do $$ begin if now() > '2030-01-01' then {}; end if; end $$"
EXECUTE = "do $$ begin execute 'select 1'; end $$"
CREATE = "create table public.orders (id uuid, total int)"


def world_after(*statements: str, shape: Shape | None = None) -> World:
    world = World(shape)
    world.begin_file()
    for statement in statements:
        for change in parse(statement).changes:
            carry_out(change, world)
    return world


@pytest.mark.parametrize(
    ("statements", "certain"),
    [
        ([CREATE], True),
        (["create table if not exists public.orders (id uuid)"], True),
        (["create view orders as select 1"], True),
        ([BLOCK.format(CREATE)], False),
        ([CREATE, BLOCK.format("alter table orders drop column total")], False),
        ([CREATE, EXECUTE], False),
        ([EXECUTE, CREATE], True),
        ([CREATE, "drop table orders"], False),
        ([CREATE, "drop schema public cascade"], False),
        ([CREATE, "drop extension pg_trgm cascade"], False),
        ([CREATE, "drop extension pg_trgm"], True),
        (["create table old (id int)", "alter table old rename to orders"], True),
        (["create table x.orders (id int)", "alter table x.orders set schema public"], True),
        (["create temporary table orders (id int)"], False),
        ([CREATE, "alter schema public rename to older"], False),
    ],
)
def test_a_table_is_there_for_certain(statements: list[str], certain: bool) -> None:  # noqa: FBT001
    assert (ORDERS in world_after(*statements).sure) is certain


@pytest.mark.parametrize(
    ("statements", "missing"),
    [
        ([], False),
        (["drop table if exists orders"], True),
        (["drop table orders", EXECUTE], False),
        (["alter table orders rename to others"], True),
        (["alter table orders set schema archive"], True),
        (["drop table orders", CREATE], False),
        (["drop table orders", BLOCK.format(CREATE)], False),
        ([BLOCK.format("drop table orders")], False),
        (["drop table orders", "alter table others rename to orders"], False),
        (["drop table orders", "select 1 as one into orders"], False),
        (["drop table orders", "create temporary table orders (id int)"], False),
    ],
)
def test_a_table_is_missing_only_when_it_was_taken_away_for_certain(
    statements: list[str],
    missing: bool,  # noqa: FBT001
) -> None:
    assert is_missing(Name(None, "orders"), world_after(*statements)) is missing


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        (Name("public", "others"), True),
        (Name(None, "others"), True),
        (Name(None, "orders"), False),
        (Name("pgmq", "q_others"), False),
        (Name("nowhere", "others"), False),
        (Name(None, "pg_class"), False),
        (Name("public", "spatial_ref_sys"), False),
        (Name("public", "orders_id_seq"), False),
        (Name("public", "orders_pkey"), False),
    ],
)
def test_a_survey_tells_what_is_missing_but_for_what_it_leaves_out(
    name: Name,
    missing: bool,  # noqa: FBT001
) -> None:
    assert is_missing(name, world_after(shape=TARGET)) is missing
    assert not is_missing(name, world_after())


def test_beside_an_extension_that_nobody_knows_nothing_is_missing_for_certain() -> None:
    world = world_after("create extension timescaledb", shape=TARGET)
    assert not is_missing(Name("public", "others"), world)


@pytest.mark.parametrize(
    ("statements", "lacks"),
    [
        ([CREATE], True),
        ([CREATE, "alter table orders add column note text"], False),
        ([CREATE, EXECUTE], False),
        ([CREATE, "alter table orders rename column total to note"], False),
        (["create table orders as select 1 as id"], False),
        (["create table orders (like elsewhere)"], False),
        ([CREATE, "create table copies (like orders)", "drop table orders", CREATE], True),
        (["create table up (note text)", "create table orders (id int) inherits (up)"], False),
        (["create table up (a text)", "create table orders (id int) inherits (up)"], True),
        (["create table orders (id int) inherits (elsewhere)"], False),
        (["create view orders as select 1 as id"], False),
    ],
)
def test_a_column_is_missing_only_when_all_columns_are_known(statements: list[str], lacks: bool) -> None:  # noqa: FBT001
    world = world_after(*statements)
    assert lacks_column(world.tables[ORDERS], "note", world) is lacks


def test_system_columns_are_never_missing() -> None:
    world = world_after(CREATE)
    assert not lacks_column(world.tables[ORDERS], "ctid", world)


def test_a_function_that_makes_up_sql_takes_certainty_away_when_it_is_called() -> None:
    body = "begin execute 'drop table public.orders'; end"
    function = f"create function public.clean() returns void language plpgsql as $${body}$$"
    assert ORDERS in world_after(CREATE, function).sure
    assert ORDERS not in world_after(CREATE, function, "select public.clean()").sure
    assert ORDERS in world_after(CREATE, "select public.clean()").sure


def test_cascade_takes_views_and_foreign_keys_along() -> None:
    world = world_after(
        CREATE,
        "create view v as select id from orders",
        "create view w as select id from v",
        "create table lines (order_id uuid constraint k references orders on delete cascade)",
        "drop table orders cascade",
    )
    assert set(world.tables) == {Name("public", "lines")}
    [lines] = world.tables.values()
    assert lines.foreign_keys == ()
    assert "k" not in lines.constraints


@pytest.mark.parametrize(
    "statement",
    [
        "drop function public.touch() cascade",
        "drop type public.mood cascade",
        "alter table customers drop constraint customers_pkey cascade",
        "alter table customers drop column id cascade",
    ],
)
def test_what_cascade_may_have_changed_is_certain_no_longer(statement: str) -> None:
    world = world_after(
        "create type public.mood as enum ('glad')",
        "create table customers (id uuid primary key)",
        "create table orders (id uuid, mood public.mood, c uuid references customers (id) on delete cascade)",
        "create trigger touch before update on orders for each row execute function touch()",
        statement,
    )
    assert ORDERS not in world.sure


def test_an_index_a_constraint_a_policy_and_a_trigger_are_found_under_their_new_names() -> None:
    [orders] = world_after(
        "create table orders (id uuid constraint k primary key, total int constraint c check (total > 0))",
        "create index i on orders (total)",
        "create policy p on orders using (true)",
        "create trigger t before update on orders for each row execute function touch()",
        "alter index i rename to i2",
        "alter table orders rename constraint k to k2",
        "alter table orders rename constraint c to c2",
        "alter policy p on orders rename to p2",
        "alter trigger t on orders rename to t2",
    ).tables.values()
    assert {index.name for index in orders.indexes} == {"k2", "i2"}
    assert orders.constraints == {"k2", "c2"}
    assert [policy.name for policy in orders.policies] == ["p2"]
    assert [trigger.name for trigger in orders.triggers] == ["t2"]


def test_an_index_knows_its_table_until_one_of_them_goes() -> None:
    index = Name("public", "i")
    made = (CREATE, "create index i on orders (total)")
    table = world_after(*made).table_of_index(index)
    assert table is not None
    assert table.name == ORDERS
    assert world_after(*made, "alter table orders rename to others").table_of_index(index) is not None
    assert world_after(*made, "drop index i").table_of_index(index) is None
    assert world_after(*made, "drop table orders").table_of_index(index) is None
    assert world_after(*made, "alter table orders drop column total").table_of_index(index) is None


def test_what_cannot_happen_changes_nothing() -> None:
    [orders] = world_after(
        CREATE,
        "create table orders (other int)",
        "create view orders as select 1 as one",
        "create index i on orders (id)",
        "create index i on orders (total)",
    ).tables.values()
    assert set(orders.columns) == {"id", "total"}
    assert [index.columns for index in orders.indexes] == [("id",)]
