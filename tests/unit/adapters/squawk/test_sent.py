import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.squawk.sent import encoded, sendable, without_statements
from orchestrator.validation.grammar.parser import parse

PIECES = st.lists(
    st.sampled_from(
        [
            "-- squawk-ignore-file\n", "squawk-ignore", "squawk-", "squawk->>'a'", "'", '"', "$$", "/*", "*/",
            "--", ";", "\n", "\r\n", "é", "😀", "\ufeff", "select 1;", "copy t from stdin;\n", "\\.\n",
        ]
    ),
    max_size=20,
)  # fmt: skip
TEXTS = PIECES.map("".join)


@given(text=TEXTS)
def test_what_is_sent_has_a_character_for_each_of_the_file_until_it_ends(text: str) -> None:
    sent = sendable(text)
    assert len(sent) <= len(text)
    assert sent.replace("squawk+", "squawk-") == text[: len(sent)].replace("squawk+", "squawk-")
    assert "squawk-ignore" not in sent


@pytest.mark.parametrize(
    "sql",
    [
        "select squawk-ignore from t",
        "select squawk-disable from t",
        "select squawk->>'ignore' from t",
        "create table squawk--ignore\n(id bigint)",
        'create table "squawk-ignore" (id bigint)',
        "select 'squawk-ignore', $$squawk-ignore$$, $squawk$-ignore$squawk$",
    ],
)
def test_taking_the_silences_out_leaves_sql_that_can_be_read(sql: str) -> None:
    assert parse(sql).fault is None
    assert parse(sendable(sql)).fault is None


def test_a_text_without_a_silence_is_sent_as_it_is() -> None:
    text = "select a->>'squawk-x', b - c; -- squawk: fine\n"
    assert sendable(text) == text


@pytest.mark.parametrize("mark", ["", "\ufeff", "\\restrict abc\n", "-- é\n"])
def test_the_data_of_a_copy_are_not_sent(mark: str) -> None:
    text = (
        mark + "create table t (a text);\nCOPY t FROM stdin WITH (DELIMITER ';');\n1;2\n\\.\ndrop table t;\n"
    )
    assert sendable(text) == text[: text.index(";\n1;2")]


def test_words_that_only_look_like_a_copy_change_nothing() -> None:
    text = "comment on table t is 'filled with COPY t FROM STDIN;';\ndrop table t;\n"
    assert sendable(text) == text


@given(text=TEXTS, offsets=st.sets(st.integers(0, 300), max_size=4))
def test_blanking_statements_changes_neither_length_nor_lines(text: str, offsets: set[int]) -> None:
    blanked = without_statements(text, offsets)
    assert len(blanked) == len(text)
    assert all(new in (old, " ") for new, old in zip(blanked, text, strict=True))
    assert [c for c in blanked if c in "\r\n"] == [c for c in text if c in "\r\n"]


def test_only_the_statement_at_the_place_is_blanked() -> None:
    text = "select 1;\nselec é;\nselect 3;\n"
    assert without_statements(text, {12}) == "select 1;\n       ;\nselect 3;\n"
    assert without_statements(text, set()) == text
    assert without_statements("", {0}) == ""


def test_a_character_that_utf8_does_not_have_is_no_obstacle() -> None:
    assert encoded("a\ud800b") == b"a?b"
