from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.words import Words, words_of

ORDERS = Name("public", "orders")


def test_a_table_is_mentioned_without_a_schema_or_with_its_own() -> None:
    assert words_of("select * from Orders o").mentions(ORDERS)
    assert words_of('select * from public."orders"').mentions(ORDERS)
    assert not words_of("select * from other.orders").mentions(ORDERS)
    assert not words_of('select * from "Orders"').mentions(ORDERS)
    assert not words_of("select new.orders, o.orders").mentions(ORDERS)


def test_words_of_constants_and_comments_are_no_mention() -> None:
    assert not words_of("select 'orders' -- orders\n /* orders */").mentions(ORDERS)


def test_a_function_is_called_only_with_a_parenthesis_behind_it() -> None:
    total = Name("public", "total")
    assert words_of("select total(1), public.total (2)").calls(total)
    assert not words_of("select total, app.total(1)").calls(total)


def test_a_column_is_held_whatever_stands_in_front_of_it() -> None:
    words = words_of('select o.note, "Total" from orders o')
    assert words.holds("note")
    assert words.holds("Total")
    assert not words.holds("total")


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    Words.of(text)
