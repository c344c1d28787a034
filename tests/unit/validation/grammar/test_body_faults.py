import pytest

from orchestrator.validation.grammar.parser import parse
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

HEAD = "create function f() returns int language "


def place(sql: str) -> tuple[int | None, int | None]:
    file = SqlText(path="supabase/migrations/1_a.sql", content=sql.encode())
    (found,) = [each for each in review([file], Terms()) if each.rule == "syntax-error"]
    return found.line, found.column


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"{HEAD}plpgsql as $$\nbegin\n  retrun 1;\nend $$", (3, 3)),
        (f"{HEAD}plpgsql as $$\nbegin\n  return 1\nend $$", (4, 1)),
        (f"select 1;\n{HEAD}plpgsql as $$ begin\n  select 1\n  form x;\nend $$", (4, 8)),
        (f"{HEAD}sql as $$\n  selct 1 $$", (2, 3)),
        (f"{HEAD}sql as $$ select 'é' form\n  x y $$", (2, 3)),
        (f"{HEAD}sql as 'select ''a'' b c'", (1, 46)),
        ("do $$\nbegin\n  perfrom 1;\nend $$", (3, 3)),
        ("do $$ begin x := 1; end $$", (1, 13)),
        (f"{HEAD}plpgsql as $$ begin\n  perform 1;\n  return 1 + ;\nend $$", (3, 14)),
    ],
)
def test_a_fault_is_told_where_it_stands_in_the_body(sql: str, expected: tuple[int, int]) -> None:
    assert place(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        f"{HEAD}plpgsql",
        f"{HEAD}plpython3u as 'retrun'",
        f"{HEAD}c as 'a', 'selct'",
        "do language plv8 'retrun'",
        f"{HEAD}sql begin atomic select 1; end",
        f"{HEAD}plpgsql as $$ declare x private.unknown; begin x.a := 1; end $$",
    ],
)
def test_what_cannot_be_told_is_not_reported(sql: str) -> None:
    assert parse(sql).body_fault is None


@pytest.mark.parametrize("value", ["off", "false", "'off'", "0"])
def test_where_the_server_does_not_look_nothing_is_reported(value: str) -> None:
    bad = f"{HEAD}sql as 'selct 1';"
    off = f"set check_function_bodies = {value};"
    for sql, expected in [(off + bad, 0), (f"{off}reset check_function_bodies;{bad}", 1), (bad + off, 1)]:
        file = SqlText(path="supabase/migrations/1_a.sql", content=sql.encode())
        assert len([each for each in review([file], Terms()) if each.rule == "syntax-error"]) == expected
