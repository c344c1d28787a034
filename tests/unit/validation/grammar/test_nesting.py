"""How deep a statement can be: never counted too low, and not much too high."""

import pytest

from orchestrator.domain.finding import Finding
from orchestrator.validation.grammar.parser import parse
from orchestrator.validation.losses import losses
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

MANY = 40_000


@pytest.mark.parametrize(
    "sql",
    [
        "select 1,1" + " union select 1,1" * MANY,
        "select 1 as case union select 1 end, 2 as case " * MANY,
        "select " + "case when a and " * MANY + "b" + " then c end + d" * MANY,
        "select " + "a between (1) and b + " * MANY + "1",
        "select from a" + " join b on x and y" * MANY,
        "select " + "not (a and " * MANY + "b" + ")" * MANY,
        "select " + "(" * 12 + "1" + (")" + "+1" * 4_900) * 12,
        "select a" + "[b and c" * MANY + "]" * MANY,
        "select * from " + "lateral (select * from " * MANY + "a" + ") b" * MANY,
    ],
)
def test_what_would_end_the_process_is_never_parsed(sql: str) -> None:
    fault = parse(sql).fault
    assert fault is not None
    assert "nested deeper" in fault.message


#: where thousands stand beside each other, or below each other as far as the limit lets them
READ = [
    "delete from public.a where " + " or ".join(f"b = {n}" for n in range(10_000)),
    "delete from public.a where " + " and ".join(f"b <> {n}" for n in range(10_000)),
    "update public.a set b = 1 where c = " + "+".join("1" * 3_000),
    "delete from public.a where " + "not " * 3_000 + "b",
    "delete from public.a where b = " + "(" * 3_000 + "1" + ")" * 3_000,
    "delete from public.a where b in (" + ",".join(map(str, range(100_000))) + ")",
    "insert into public.a values ('" + "'||'".join("x" * 3_000) + "')",
    "select 1" + " union all select 1" * 3_000,
    "alter table public.a alter b type text using " + "||".join("b" * 3_000),
    "do $$ begin update public.a set b = " + "+".join("1" * 3_000) + "; end $$",
    "do $$ begin execute '" + "'||'".join("x" * 3_000) + "'; end $$",
]
TOO_DEEP = [
    "update public.a set b = 1 where c = " + "+".join("1" * 10_000),
    "delete from public.a where b = " + "(" * 10_000 + "1" + ")" * 10_000,
    "delete from public.a where " + "not " * 10_000 + "b",
]


def file(text: str) -> SqlText:
    return SqlText(path="supabase/migrations/20260101000000_a.sql", content=text.encode())


def faults(text: str) -> list[Finding]:
    return [each for each in review([file(text)], Terms()) if each.rule == "syntax-error"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sql", READ)
def test_thousands_of_operators_are_reviewed_like_a_few(sql: str) -> None:
    assert not faults(sql)
    losses(file(sql), file(sql), None)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sql", TOO_DEEP)
def test_what_is_too_deep_is_one_clear_finding_and_may_change_rows(sql: str) -> None:
    [fault] = faults(sql)
    assert "nested deeper than 5000 levels" in fault.message.lower()
    assert losses(file(sql), None, None).unseen
