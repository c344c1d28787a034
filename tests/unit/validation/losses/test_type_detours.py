"""Columns that have another type on the way: told is what the catalog shows at neither end."""

import pytest

from orchestrator.domain.shape import Column, EnumType, Name, Shape, Table
from orchestrator.validation.losses.type_detours import type_detours
from orchestrator.validation.sql_text import SqlText

ORDERS = Table(
    name=Name("public", "orders"),
    columns={
        name: Column(name=name, type=type_)
        for name, type_ in {
            "total": "numeric(10,2)",
            "note": "text",
            "at": "timestamp without time zone",
            "mood": "public.mood",
        }.items()
    },
)
SHAPE = Shape(
    schemas=frozenset({"public", "app"}),
    tables={ORDERS.name: ORDERS},
    enums={Name("public", "mood"): EnumType(name=Name("public", "mood"), labels=("a",))},
)
THERE = "alter table orders alter total type numeric(10,0);"
AND_BACK = "alter table orders alter total type numeric(10,2);"
LINE = "the values of public.orders.total: numeric(10,2) became numeric(10,0) on the way"


def told(up: str, down: str = "", *, kept: tuple[str, ...] = ()) -> tuple[str, ...]:
    one, two = (
        SqlText(path="supabase/migrations/20260101000000_a.sql", content=each.encode()) for each in (up, down)
    )
    return type_detours(one, two, SHAPE, kept=kept)


@pytest.mark.parametrize(
    ("up", "down"),
    [
        (THERE + AND_BACK, ""),
        ("", THERE + AND_BACK),
        (
            (
                "alter table orders rename total to sum; alter table orders alter sum type numeric(10,0);"
                f"alter table orders rename sum to total; {AND_BACK}"
            ),
            "",
        ),
        (
            (
                "alter table orders rename to sales; alter table sales alter total type numeric(10,0);"
                "alter table sales set schema app; alter table app.sales alter total type numeric(10,2)"
            ),
            "",
        ),
        (
            (
                "alter schema public rename to old; alter table old.orders alter total type numeric(10,0);"
                "alter table old.orders alter total type numeric(10,2)"
            ),
            "",
        ),
        (f"do $$ begin {THERE} {AND_BACK} end $$", ""),
    ],
)
def test_a_way_through_a_smaller_type_is_told_by_the_first_name(up: str, down: str) -> None:
    assert told(up, down) == (LINE,)


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("", ""),
        (THERE, AND_BACK),  # the catalog shows it
        ("alter table orders alter total type numeric(12,2);" + AND_BACK, ""),
        ("alter table orders alter mood type text; alter table orders alter mood type public.mood", ""),
        ("alter table orders add x numeric(9,2); alter table orders alter x type int, alter x type text", ""),
        ("alter table orders drop total; alter table orders add total int;" + THERE + AND_BACK, ""),
        ("drop table orders; create table orders (total numeric(10,2));" + THERE + AND_BACK, ""),
        ("alter table elsewhere alter a type int; alter table elsewhere alter a type text", ""),
        ("selekt 1; alter table orders alter", THERE),
    ],
)
def test_a_way_that_gives_all_back_is_not_told(up: str, down: str) -> None:
    assert told(up, down) == ()


def test_what_utc_keeps_is_kept_on_the_way_too() -> None:
    zone = "timestamp {} time zone using at at time zone 'utc'"
    way = "".join(f"alter table orders alter at type {zone.format(each)};" for each in ("with", "without"))
    assert told(way, kept=("public.orders.at",)) == ()
    assert len(told(way)) == 1
