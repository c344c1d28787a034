import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.grammar.literals import LOOKED_AT, constants_in


def texts(sql: str) -> list[str]:
    return [each.text for each in constants_in(sql) if not each.is_comment]


def test_constants_of_every_form_are_found_with_their_place() -> None:
    sql = "select 'it''s', E'a\\n', $$b$$, $x$c$x$, U&'d', b'1', \"e\", 'é' -- 'f'"
    found = [each for each in constants_in(sql) if not each.is_comment]
    assert [each.text for each in found] == ["it's", "a\\n", "b", "c", "d", "é"]
    assert [sql[each.start : each.start + 1] for each in found] == ["i", "a", "b", "c", "d", "é"]
    assert [each.text for each in constants_in(sql) if each.is_comment] == ["-- 'f'"]


def test_the_body_of_a_function_is_read_as_code() -> None:
    sql = "create or replace function f() returns int language plpgsql as $$ begin -- 'a'\n x('b'); end $$"
    assert texts(sql) == ["b"]
    (constant,) = [each for each in constants_in(sql) if not each.is_comment]
    assert sql[constant.offset :].startswith("'b'")


def test_a_block_is_read_as_code_and_a_value_in_dollar_quotes_is_not() -> None:
    assert texts("do $$ begin perform 'a'; end $$") == ["a"]
    assert texts("insert into t values ($$ 'a' $$)") == [" 'a' "]


def test_code_in_code_is_read_three_levels_deep() -> None:
    sql = "do $a$ execute $b$ do $c$ perform $d$ 'x' $d$ $c$ $b$ $a$"
    assert texts(sql) == [" 'x' "]


def test_the_word_in_front_of_a_constant_is_told() -> None:
    (constant,) = constants_in("alter role a PASSWORD 'x'")
    assert constant.behind == "password"


@pytest.mark.parametrize("sql", ["select 'a', 'b", "select 'a', $x$ b"])
def test_what_comes_before_a_string_that_is_never_closed_is_found(sql: str) -> None:
    assert texts(sql) == ["a"]


def test_a_very_long_statement_is_read_only_in_part() -> None:
    sql = "insert into t values ('first')" + ", ('xxxxxxxx')" * (LOOKED_AT // 10)
    found = constants_in(sql)
    assert found[0].text == "first"
    assert found[-1].offset < LOOKED_AT


@given(st.text())
def test_any_text_gives_constants_inside_it(sql: str) -> None:
    for constant in constants_in(sql):
        assert 0 <= constant.offset <= constant.start <= len(sql)
