import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.postgres.target.failure import Place, place_of, quote
from orchestrator.adapters.postgres.target.write import array_literal
from orchestrator.validation.split import Statement, split_statements


def statement(text: str, line: int = 1, column: int = 1) -> Statement:
    return Statement(text=text, line=line, column=column, offset=0)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("select nope", "8", Place(line=3, column=12)),
        ("select\n  nope", "10", Place(line=4, column=3)),
        ("-- ü\nselect 'é', nope", "18", Place(line=4, column=13)),
        ("-- why\n/* x */ select 1", None, Place(line=4, column=9)),
    ],
)
def test_a_position_in_a_statement_becomes_a_place_in_the_file(text, position, expected):
    assert place_of(statement(text, line=3, column=5), position) == expected


def test_a_server_that_counts_bytes_is_understood():
    assert place_of(statement("select 'éé', nope"), "16", in_bytes=True) == Place(line=1, column=14)


@given(st.text(alphabet="aé😀;'\n -", max_size=60))
def test_every_position_of_every_statement_lies_on_the_character_that_it_means(sql):
    lines = sql.split("\n")
    for found in split_statements(sql):
        for position, character in enumerate(found.text, start=1):
            place = place_of(found, str(position))
            if character != "\n":
                assert lines[place.line - 1][place.column - 1] == character


def test_a_quote_is_one_short_line_without_the_comment_before_it():
    quoted = quote(statement("-- why\nselect 1,\n  2" + " " * 10 + "x" * 200))
    assert quoted.startswith("select 1, 2 xxx")
    assert len(quoted) == 120


def test_an_array_is_written_with_its_quotes_and_backslashes_escaped():
    assert array_literal(()) == "{}"
    assert array_literal(("a", 'b"c', "d\\e", "{f,g}", "")) == '{"a","b\\"c","d\\\\e","{f,g}",""}'
