"""A moment that is made from another one hangs together like one that is made from nothing."""

from collections.abc import Sequence

import pytest

from orchestrator.catalog.draft.moment import Moment
from orchestrator.domain.facts import Fact, Facts

TABLE = Fact("table", "public.orders", "owner=postgres")
COLUMN = Fact("column", "public.orders.total", "type=integer")
INDEX = Fact("index", "public.orders_total", "on=public.orders\x1fuses column public.orders.total")
KEY = Fact("constraint", "public.orders.orders_total", "definition=CHECK\x1fuses column public.orders.total")
FUNCTION = Fact("function", "public.f(integer, text)", "uses table public.orders")
PROCEDURE = Fact("procedure", "public.f(integer, text)", "uses table public.orders")
COMMENT = Fact("comment", "function public.f(integer,text)", "said=counts")
GRANT = Fact("grant", "relation public.orders", "anon=r")
VIEW = Fact("view", "public.orders", "owner=postgres")
ALL = (TABLE, COLUMN, INDEX, KEY, FUNCTION, COMMENT, GRANT)

#: what is there by then
MOMENTS = {
    "the same": ALL,
    "a table is gone, and what was in it is not": tuple(fact for fact in ALL if fact != TABLE),
    "a view has its name": (VIEW, *(fact for fact in ALL if fact != TABLE)),
    "an index is about something else": (
        *(fact for fact in ALL if fact != INDEX),
        Fact("index", "public.orders_total", "on=public.orders"),
    ),
    "a routine is of another kind": (PROCEDURE, *(fact for fact in ALL if fact != FUNCTION)),
    "nothing": (),
}


def moment(facts: Sequence[Fact], like: Moment | None = None) -> Moment:
    return Moment(Facts(server_major=18, all=tuple(sorted(facts))), like=like)


@pytest.mark.parametrize("before", MOMENTS)
@pytest.mark.parametrize("now", MOMENTS)
def test_it_hangs_together_like_one_made_from_nothing(before, now):
    made = moment(MOMENTS[now], like=moment(MOMENTS[before]))
    anew = moment(MOMENTS[now])
    keys = [(fact.kind, fact.identity) for fact in (*ALL, VIEW, PROCEDURE)]
    for key in keys:
        assert made.children(key) == anew.children(key)
        assert made.users(key) == anew.users(key)
        if key in anew:
            assert (made.parents(key), made.uses(key)) == (anew.parents(key), anew.uses(key))


def test_what_goes_with_something_is_known():
    made = moment(ALL, like=moment((TABLE,)))
    assert made.children(("table", "public.orders")) == (
        ("column", "public.orders.total"),
        ("constraint", "public.orders.orders_total"),
        ("grant", "relation public.orders"),
        ("index", "public.orders_total"),
    )
    assert made.children(("column", "public.orders.total")) == (
        ("constraint", "public.orders.orders_total"),
        ("index", "public.orders_total"),
    )
    assert made.children(("function", "public.f(integer, text)")) == (
        ("comment", "function public.f(integer,text)"),
    )
    assert made.users(("table", "public.orders")) == (("function", "public.f(integer, text)"),)


def test_a_comment_finds_a_routine_of_another_kind():
    made = moment(MOMENTS["a routine is of another kind"], like=moment(ALL))
    assert made.children(("procedure", "public.f(integer, text)")) == (
        ("comment", "function public.f(integer,text)"),
    )
