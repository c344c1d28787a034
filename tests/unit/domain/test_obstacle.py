import pytest

from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.obstacle import (
    MOST_ROWS_COUNTED,
    Obstacle,
    duplicates,
    not_known,
    rows_in_the_way,
    some_row_fails,
)
from orchestrator.domain.shape import Name

ORDERS = Name("public", "orders")


def demand(kind, **more):
    return Demand(kind=kind, table=ORDERS, **more)


@pytest.mark.parametrize("kind", DemandKind)
def test_every_kind_of_demand_has_words(kind):
    obstacle = rows_in_the_way(demand(kind), 2)
    assert obstacle.words.startswith("2 rows of public.orders ")
    assert not_known(demand(kind), "why").words.startswith("it is not known whether rows of public.orders ")


def test_one_row_is_spoken_of_in_the_singular():
    obstacle = rows_in_the_way(demand(DemandKind.NOT_NULL, columns=("note",)), 1)
    assert str(obstacle) == "1 row of public.orders has no note"


def test_large_numbers_are_readable_and_the_largest_is_not_exact():
    column = demand(DemandKind.NEW_COLUMN, columns=("total",))
    assert rows_in_the_way(column, 12345).words.startswith("12,345 rows of public.orders are there")
    assert rows_in_the_way(column, MOST_ROWS_COUNTED).words.startswith("1,000,000 rows")
    assert rows_in_the_way(column, MOST_ROWS_COUNTED + 1).words.startswith("more than 1,000,000 rows")


def test_keys_are_written_as_a_person_would():
    unique = demand(DemandKind.UNIQUE, keys=('"No."', "(lower(a))"))
    words = "4 rows of public.orders in 2 groups share the same (No., (lower(a)))"
    assert duplicates(unique, 4, 2).words == words


def test_a_long_condition_is_cut():
    words = rows_in_the_way(demand(DemandKind.CHECK, condition="a > 1 and " * 100), 2).words
    assert len(words) < 200
    assert words.endswith("…")


def test_a_row_that_ended_the_search_is_told_by_its_sqlstate():
    change = demand(DemandKind.TYPE, columns=("amount",), type="int")
    expected = (
        "at least one row of public.orders has a value in amount that cannot become int (SQLSTATE 22003)"
    )
    assert some_row_fails(change, "22003").words == expected
    check = demand(DemandKind.CHECK, condition="1 / a > 0")
    assert some_row_fails(check, "22012").words.endswith("makes 1 / a > 0 fail (SQLSTATE 22012)")


def test_examples_follow_the_words_and_a_reason_too():
    assert str(Obstacle(words="2 rows", rows=2, key=("a", "b"), examples=("1, 2", "3, 4"))) == (
        "2 rows; a, b: 1, 2 | 3, 4"
    )
    assert str(Obstacle(words="it is not known", unknown="a lock")) == "it is not known: a lock"
