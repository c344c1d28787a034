"""Names as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.grammar.names import LONGEST, long_names

LONG = "a" * 64


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"create table {LONG} (id int)", [(13, LONG)]),
        (f"create table {LONG.upper()} (id int)", [(13, LONG)]),
        (f'create table "{LONG.upper()}" (id int)', [(13, LONG.upper())]),
        (f"create table {'a' * 63} (id int)", []),
        (f'create table "{"a" * 62}""" (id int)', []),
        (f'create table "{"é" * 32}" (id int)', [(13, "é" * 32)]),
        (f"/* é */ create table {LONG} (id int)", [(21, LONG)]),
        (f"select '{LONG}', $${LONG}$$ -- {LONG}", []),
        (f"select '{LONG}", []),
    ],
)
def test_a_name_is_long_by_its_bytes_without_its_quotes(text: str, found: list[tuple[int, str]]) -> None:
    assert list(long_names(text)) == found


@given(st.text(max_size=200))
def test_whatever_the_text_is_long_names_stand_in_it(text: str) -> None:
    for offset, name in long_names(text.replace("\0", "")):
        assert 0 <= offset < len(text)
        assert len(name.encode()) > LONGEST
