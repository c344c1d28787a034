"""How a file was edited is said in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.edit import edit_of


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a\nb\nc\n", "a\nx\nc\n", "line 2: `b` became `x`"),
        ("a\nb\n", "a\nb\nc\nd\n", "line 3: `c` was added, and 1 more line"),
        ("a\nb\nc\nd\n", "a\n", "line 2: `b` was taken out, and 2 more lines"),
        ("a\r\nb\r\n", "a\nb\n", ""),
        ("", "x", "line 1: `x` was added"),
        ("select  1;", f"select '{'y' * 90}';", f"line 1: `select 1;` became `select '{'y' * 51}…`"),
    ],
)
def test_the_first_line_that_differs_is_named_and_the_others_counted(old: str, new: str, said: str) -> None:
    assert edit_of(old, new) == said


@given(st.lists(st.sampled_from("ab"), max_size=9), st.lists(st.sampled_from("ab"), max_size=9))
def test_an_edit_is_told_exactly_where_there_is_one(old: list[str], new: list[str]) -> None:
    assert bool(edit_of("\n".join(old), "\n".join(new))) is (old != new)
