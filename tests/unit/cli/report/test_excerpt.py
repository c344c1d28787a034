import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchestrator.cli.report.excerpt import excerpt
from orchestrator.cli.report.printable import printable


@pytest.mark.parametrize(
    ("line", "column", "shown", "before"),
    [
        ("select 1", 8, "select 1", 7),
        ("select 1", 9, "select 1", 8),
        ("select 1", 99, "select 1", 8),
        ("\tselect 1", 2, "    select 1", 4),
        ("'日本' x", 6, "'日本' x", 7),
        ("e\u0301 x", 4, "e\u0301 x", 2),
        ("a\x1b[31m x", 2, "a\N{REPLACEMENT CHARACTER}[31m x", 1),
        ("", 1, "", 0),
    ],
)
def test_a_line_is_shown_with_the_columns_before_its_place(line, column, shown, before):
    assert excerpt(line, column, 70) == (shown, before)


def test_a_long_line_is_cut_around_the_place():
    line = "a" * 100 + "X" + "b" * 100
    assert excerpt(line, 101, 21) == ("…aaaaaaaaaXbbbbbbbbb…", 10)
    assert excerpt(line, 1, 10) == ("aaaaaaaaa…", 0)
    assert excerpt(line, 201, 10) == ("…bbbbbbbbb", 9)


@given(
    line=st.text(alphabet=st.characters(exclude_characters="\n")),
    column=st.integers(1, 300),
    width=st.integers(8, 90),
)
def test_an_excerpt_fits_and_its_place_is_within(line, column, width):
    shown, before = excerpt(line, column, width)
    assert cell_len(shown) <= width
    assert before <= width
    assert printable(shown) == shown


@given(
    st.text(alphabet="ab日\t\u0301", max_size=300), st.sampled_from("xね"), st.text(alphabet="ab日\t\u0301")
)
def test_the_place_points_at_its_character_however_the_line_is_cut(ahead, wanted, behind):
    shown, before = excerpt(ahead + wanted + behind, len(ahead) + 1, 30)
    assert cell_len(shown.partition(wanted)[0]) == before
