from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.grammar.assignments import assignments_in, written_rows


def written(sql: str) -> list[tuple[str | None, int, str, str | None]]:
    return [
        (each.column, each.position, each.literal.text, each.literal.cast) for each in assignments_in(sql)
    ]


def test_values_are_told_with_their_columns() -> None:
    sql = """insert into t (a, b) values ('x', 1), (default, 'y'::public.mood)
             on conflict (a) do update set b = 'z'"""
    assert written(sql) == [("a", 0, "x", None), ("b", 1, "y", "public.mood"), ("b", 0, "z", None)]


def test_values_without_columns_are_told_by_their_position() -> None:
    assert written("insert into t values (1, 'x')") == [(None, 1, "x", None)]


def test_an_update_tells_what_it_sets_and_not_what_it_asks_for() -> None:
    assert written("update t set a = 'x', b = upper('y') where c = 'z'") == [("a", 0, "x", None)]


def test_other_statements_write_nothing() -> None:
    assert written("select 'x'") == []
    assert written("insert into t select 'x' from s") == []
    assert written("insert into t default values") == []


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assignments_in(text)


def test_rows_are_written_out_by_column_and_an_update_says_which_row() -> None:
    insert = "insert into b (id, public, n) values ('a', true, 1), ('b', 'f'::boolean, random())"
    assert written_rows(insert) == (
        {"id": "a", "public": "true", "n": "1"},
        {"id": "b", "public": "f"},
    )
    assert written_rows("update b set public = true where id = 'a'") == ({"id": "a", "public": "true"},)
    assert written_rows("delete from b") == ()
    assert written_rows("not sql") == ()
