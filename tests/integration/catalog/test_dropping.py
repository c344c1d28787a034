"""Rows are counted before they are dropped, and what cannot be counted in time is said to be unknown."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog.dropping import rows_in
from orchestrator.domain.dropped import Counted, Dropped
from orchestrator.domain.obstacle import MOST_ROWS_COUNTED
from orchestrator.domain.shape import Name
from tests.support.servers import TestDatabase

if TYPE_CHECKING:
    from tests.integration.catalog.conftest import Catalog

ORDERS = Name("public", "orders")


def counted(
    catalog: "Catalog", *what: Dropped, limit_seconds: float = 10, written_by: Sequence[str] = ()
) -> tuple[Counted, ...]:
    with Reader(catalog.connection, "staging").asking() as database:
        found = rows_in(database, what, limit_seconds=limit_seconds, written_by=written_by)
        assert database.rows("select 1") == [(1,)]
    return found


def test_rows_and_values_are_counted(catalog: "Catalog") -> None:
    catalog.does(
        'create schema "App"; create table public.orders (id int, "Total" numeric, twice int'
        " generated always as (id * 2) stored)",
        "insert into public.orders select n, nullif(n % 3, 0) from generate_series(1, 12) n",
        'create table "App"."a""b" (id int); insert into "App"."a""b" values (1)',
    )
    found = counted(
        catalog,
        Dropped(table=ORDERS),
        Dropped(table=ORDERS, column="Total"),
        Dropped(table=ORDERS, column="twice"),
        Dropped(table=ORDERS, column="gone"),
        Dropped(table=Name("public", "gone")),
        Dropped(table=Name("App", 'a"b')),
    )
    assert [each.headline for each in found] == [
        "public.orders: 12 rows",
        "public.orders.Total: 8 values",
        "public.orders.twice: 0 values",
        "public.orders.gone: 0 values",
        "public.gone: 0 rows",
        'App.a"b: 1 row',
    ]
    assert [each.is_empty for each in found] == [False, False, True, True, True, False]


def test_nothing_to_count_asks_nothing(catalog: "Catalog") -> None:
    assert counted(catalog) == ()


@pytest.mark.parametrize(("kind", "default", "other"), [("text", "'new'", "'x'"), ("json", "'{}'", "'[1]'")])
def test_a_default_that_came_with_the_column_is_nobody_s_value(
    kind: str, default: str, other: str, catalog: "Catalog"
) -> None:
    catalog.does(
        "create table public.orders (id int); insert into public.orders select generate_series(1, 5)",
        f"alter table public.orders add state {kind} not null default {default}",
    )
    state = Dropped(table=ORDERS, column="state")
    assert counted(catalog, state)[0].is_empty
    catalog.does(f"update public.orders set state = {other} where id < 3")
    assert counted(catalog, state)[0].rows == 2


def test_a_partitioned_table_is_counted_with_its_partitions(catalog: "Catalog") -> None:
    catalog.does(
        "create table public.orders (id int) partition by range (id)",
        "create table public.orders_1 partition of public.orders for values from (1) to (10)",
        "insert into public.orders select generate_series(1, 9)",
    )
    assert counted(catalog, Dropped(table=ORDERS))[0].rows == 9


def test_what_takes_too_long_is_told_from_the_statistics(catalog: "Catalog") -> None:
    catalog.does(
        "create table public.orders (id int, note text); create table public.items (id int)",
        "insert into public.orders select n, nullif(n % 2, 0)::text from generate_series(1, 200000) n",
        "analyze public.orders",
    )
    found = counted(
        catalog,
        Dropped(table=ORDERS),
        Dropped(table=ORDERS, column="note"),
        limit_seconds=0,
    )
    assert [each.rows for each in found] == [None, None]
    assert found[0].headline == (
        "public.orders: not counted, about 200,000 rows by the statistics (there was not enough time)"
    )
    assert found[1].about is not None
    assert 90_000 < found[1].about < 110_000
    assert not found[0].is_empty


def test_a_lock_is_not_waited_for_longer_than_half_of_the_time(
    catalog: "Catalog", target_database: TestDatabase
) -> None:
    catalog.does("create table public.orders (id int); create table public.items (id int)")
    with psycopg.connect(target_database.url) as other:
        other.execute("lock table public.orders in access exclusive mode")
        start = time.monotonic()
        found = counted(
            catalog, Dropped(table=ORDERS), Dropped(table=Name("public", "items")), limit_seconds=0.4
        )
        seconds = time.monotonic() - start
    assert found[0].headline == "public.orders: not counted (somebody holds a lock on it)"
    assert found[1].rows == 0
    assert seconds < 5


def test_rows_that_are_hidden_from_this_role_are_not_said_to_be_none(
    catalog: "Catalog", superuser: "Catalog"
) -> None:
    superuser.does(
        "create table public.orders (id int); insert into public.orders values (1)",
        "alter table public.orders enable row level security; grant select on public.orders to authenticated",
        "create table public.items (id int); revoke all on public.items from authenticated",
    )
    catalog.does("set role authenticated")
    found = counted(catalog, Dropped(table=ORDERS), Dropped(table=Name("public", "items")))
    assert found[0].headline == "public.orders: not counted (row level security hides rows from this role)"
    assert found[1].headline == "public.items: not counted (this role lacks a right to look)"


def test_a_million_is_enough() -> None:
    many = Counted(dropped=Dropped(table=ORDERS), rows=MOST_ROWS_COUNTED + 1)
    assert many.headline == "public.orders: more than 1,000,000 rows"


def test_what_a_transaction_wrote_into_what_it_made_itself_does_not_count(catalog: "Catalog") -> None:
    catalog.does("create table public.items (id int, total int); insert into public.items values (1), (2)")
    with catalog.connection.transaction():
        catalog.does(
            "create table public.orders (id int); insert into public.orders select generate_series(1, 5)",
            "alter table public.items add state text",
            "update public.items set state = 'new', total = 1",
        )
        written_by = [row[0] for row in catalog.connection.execute("select pg_current_xact_id()::text")]
    items, orders = Name("public", "items"), Dropped(table=ORDERS)
    everything = [
        orders,
        *(Dropped(table=items, column=name) for name in ("state", "total")),
        Dropped(table=items),
    ]

    def left() -> list[int | None]:
        return [each.rows for each in counted(catalog, *everything, written_by=written_by)]

    assert left() == [0, 0, 2, 2]
    catalog.does(
        "insert into public.orders values (6); update public.orders set id = 7 where id = 1",
        "update public.items set state = 'mine' where id = 1",
    )
    assert left() == [2, 1, 2, 2]
    assert [each.rows for each in counted(catalog, *everything)] == [6, 2, 2, 2]
