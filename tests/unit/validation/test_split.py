import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.split import decode, is_blank, split_statements

PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "'",
                '"',
                "$$",
                "$a$",
                "$",
                "--",
                "/*",
                "*/",
                ";",
                "\n",
                "\r\n",
                " ",
                "E'",
                "\\",
                "(",
                ")",
                "_e'",
            ),
            *(
                "begin atomic",
                "BEGIN\n ATOMIC",
                "end",
                "END;",
                "case",
                "x",
                "é",
                "🦔",
                "1",
                "-",
                "/",
                "\ufeff",
                "\u00a0",
            ),
        ]
    ),
    max_size=30,
).map("".join)
ANY_TEXT = st.one_of(st.text(), PIECES)


def texts(sql: str) -> list[str]:
    return [statement.text for statement in split_statements(sql)]


# What the Supabase CLI 3.1.0 recorded for each of these, except where a reason is given.
CASES = {
    "nothing": ("", []),
    "white space": (" \n\t;\n; ", []),
    "semicolons are dropped": ("select 1;;;select 2;", ["select 1", "select 2"]),
    "the last semicolon may be missing": ("select 1;\nselect 2", ["select 1", "select 2"]),
    "strings": ("select ';', 'it''s;'; select 2", ["select ';', 'it''s;'", "select 2"]),
    "a backslash is no escape": (r"select '\'; select 2", [r"select '\'", "select 2"]),
    "but in an escape string it is": (r"select E'\';'; select 2", [r"select E'\';'", "select 2"]),
    "a word that ends in e": (r"select type'\'; select 2", [r"select type'\'", "select 2"]),
    "an escape string goes on": (
        "select e'a'\n-- b\n'\\';' ; select 2",
        ["select e'a'\n-- b\n'\\';'", "select 2"],
    ),
    "not on the same line": ("select e'a' '\\';select 2", ["select e'a' '\\'", "select 2"]),
    "quoted names": ('select ";""--" ; select 2', ['select ";""--"', "select 2"]),
    "dollar quotes": (
        "do $$ begin; end $$; select $a$ ; $$ ; $a$",
        ["do $$ begin; end $$", "select $a$ ; $$ ; $a$"],
    ),
    "tags beyond ASCII": ("select $é$;$é$;select 2", ["select $é$;$é$", "select 2"]),
    "a dollar in a name": ("select a$$;select b$$", ["select a$$", "select b$$"]),
    "parameters": ("prepare p as select $1;select $2", ["prepare p as select $1", "select $2"]),
    "line comments": ("select 1 -- ; '\n; select 2", ["select 1 -- ; '", "select 2"]),
    "a comment ends at a carriage return": ("select 1 -- ;\r; select 2", ["select 1 -- ;", "select 2"]),
    "nested comments": ("/* ; /* ; */ ; */ select 1; select 2", ["/* ; /* ; */ ; */ select 1", "select 2"]),
    "an edge is not two edges": ("/*/ ; */ select 1; select 2", ["/*/ ; */ select 1", "select 2"]),
    "leading comments stay": (
        "-- one\nselect 1;\n-- two\nselect 2;",
        ["-- one\nselect 1", "-- two\nselect 2"],
    ),
    "only comments": ("-- one\n/* two */\n", ["-- one\n/* two */"]),
    "a semicolon that ends a comment that ends the file": ("-- drop table x;", ["-- drop table x"]),
    "but not before a line end": ("-- drop table x;\n", ["-- drop table x;"]),
    "rules": (
        "create rule r as on insert to t do (a; b); select 1",
        ["create rule r as on insert to t do (a; b)", "select 1"],
    ),
    # the CLI takes the first closing parenthesis for all of them and sends two broken halves
    "nested parentheses": (
        "create rule r as do (f(1); f(2)); select 1",
        ["create rule r as do (f(1); f(2))", "select 1"],
    ),
    "a body": (
        "create function f() begin atomic select case when a then 1 end; select 2; end; select 3",
        ["create function f() begin atomic select case when a then 1 end; select 2; end", "select 3"],
    ),
    "comments in a body": (
        "create function f() BEGIN\n ATOMIC select 1; /* end; */ -- end;\nEND; select 3",
        ["create function f() BEGIN\n ATOMIC select 1; /* end; */ -- end;\nEND", "select 3"],
    ),
    "a name in a body that begins with end": (
        "create function f() begin atomic select 1; end_it; end; select 3",
        ["create function f() begin atomic select 1; end_it; end", "select 3"],
    ),
    "begin without atomic": ("begin; select 1; end; select 2", ["begin", "select 1", "end", "select 2"]),
    "a backslash outside of strings": ("\\; select 1; select 2", ["\\; select 1", "select 2"]),
    "Windows line ends": ("select 1;\r\nselect\r\n2;\r\n", ["select 1", "select\r\n2"]),
    "a byte order mark": ("\ufeffselect 1;", ["select 1"]),
    "wide spaces": ("\u00a0select 1\u3000;", ["select 1"]),
    "what never ends": ("select 'a; select 2;", ["select 'a; select 2"]),
    "a dollar quote that never ends": ("select $a$ ; $b$", ["select $a$ ; $b$"]),
    "a comment that never ends": ("select 1; /* select 2;", ["select 1", "/* select 2"]),
}


@pytest.mark.parametrize(("sql", "expected"), CASES.values(), ids=CASES.keys())
def test_statements_are_those_that_the_supabase_cli_records(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


def test_a_statement_knows_its_place_in_characters() -> None:
    first, second, third = split_statements("-- Größe 🦔\nselect 1; select 'é';\r\n\r\n  select 3;")
    assert (first.line, first.column, first.offset) == (1, 1, 0)
    assert (second.line, second.column, second.offset) == (2, 11, 21)
    assert (third.line, third.column, third.offset) == (4, 3, 38)


def test_decoding_drops_a_byte_order_mark_and_keeps_line_ends() -> None:
    assert decode(b"\xef\xbb\xbfselect\r\n1;\n") == "select\r\n1;\n"


def test_decoding_refuses_what_is_not_utf_8() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode(b"select '\xff'")


@given(ANY_TEXT)
def test_nothing_but_semicolons_and_white_space_is_lost(sql: str) -> None:
    def essence(text: str) -> str:
        return re.sub(r"[\s;\ufeff]", "", text)

    assert essence("".join(texts(sql))) == essence(sql)


@given(ANY_TEXT)
def test_every_statement_stands_where_it_says(sql: str) -> None:
    lines = sql.split("\n")
    for statement in split_statements(sql):
        assert sql.startswith(statement.text, statement.offset)
        assert lines[statement.line - 1][statement.column - 1 :].startswith(statement.text.split("\n")[0])


@given(ANY_TEXT)
def test_statements_do_not_overlap_and_are_never_empty(sql: str) -> None:
    end = 0
    for statement in split_statements(sql):
        assert statement.text
        assert statement.offset >= end
        end = statement.offset + len(statement.text)


@given(ANY_TEXT)
def test_a_blank_text_holds_no_token(sql: str) -> None:
    if is_blank(sql):
        assert len(split_statements(sql)) <= 1


@pytest.mark.parametrize(
    "piece",
    [
        "'",
        "$a$ $b$ ",
        "$a",
        "/*",
        "(",
        ";",
        "\\",
        "b",
        "begin atomic;",
        "begin ",
        "E'a'\n--\n",
        "-- é\nselect 1;\n",
    ],
)
def test_the_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    sql = piece * (1_000_000 // len(piece))
    began = time.perf_counter()
    split_statements(sql)
    assert time.perf_counter() - began < 5, "a quadratic scan of a megabyte takes minutes"
