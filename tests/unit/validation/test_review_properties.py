"""Whatever SQL is reviewed: no rule raises, and every place lies inside its file."""

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.finding import Finding
from orchestrator.domain.lint import Mark
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import LongTransaction, Size, Survey
from orchestrator.validation.review import review
from orchestrator.validation.rules import MARKS
from orchestrator.validation.script import read_script
from orchestrator.validation.split import split_statements
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.support.statements import cut, statements, words

TABLES = [Name("public", name) for name in ("orders", "customers", "profiles", "notes", "t")]
SURVEY = Survey(
    target="staging",
    server_major=15,
    shape=Shape(schemas=frozenset({"public"})),
    sizes={name: Size(rows=10**7, bytes=10**9) for name in TABLES},
    long_transactions=(LongTransaction(pid=1, who="psql", seconds=0.0, tables=tuple(TABLES)),),
    api_roles=frozenset({"anon", "authenticated", "service_role"}),
)
TERMS = st.sampled_from(
    [
        Terms(),
        Terms(server_major=15, grants_new_tables=False, exposed_schemas=()),
        Terms(survey=SURVEY, server_major=15, longest_block_seconds=0.001),
    ]
)


def reviewed(texts: list[str], terms: Terms) -> tuple[Finding, ...]:
    files = [
        SqlText(path=f"supabase/migrations/{number}_a.sql", content=text.encode("utf-8", "surrogatepass"))
        for number, text in enumerate(texts)
    ]
    every = [
        Mark(name=name, path=file.path, line=line, column=1, message="")
        for file in files
        for name in MARKS
        for line in (1, 2)
    ]
    return review(files[1:], terms, earlier=files[:1], rollbacks=files[:1], lint=lambda _: every)


def assert_inside(findings: tuple[Finding, ...], texts: list[str]) -> None:
    for finding in findings:
        assert finding.message
        if finding.file is None or finding.line is None or finding.column is None:
            continue
        number = int(finding.file.rpartition("/")[2].partition("_")[0])
        lines = texts[number].removeprefix("\ufeff").split("\n")
        if finding.source != "squawk":  # their places are the linter's, made up here
            assert 1 <= finding.line <= len(lines), finding
            assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1, finding


def files_of(pieces: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.lists(pieces, max_size=6).map(";\n".join), min_size=2, max_size=4)


@settings(max_examples=150, deadline=None)
@given(files_of(st.deferred(lambda: st.sampled_from(statements()))), TERMS)
def test_statements_in_any_order_make_no_rule_raise(texts: list[str], terms: Terms) -> None:
    assert_inside(reviewed(texts, terms), texts)


@settings(max_examples=150, deadline=None)
@given(files_of(st.deferred(lambda: st.lists(st.sampled_from(words()), max_size=12).map(" ".join))), TERMS)
def test_words_of_sql_in_any_order_make_no_rule_raise(texts: list[str], terms: Terms) -> None:
    assert_inside(reviewed(texts, terms), texts)


@settings(max_examples=150, deadline=None)
@given(files_of(cut()), TERMS)
def test_statements_with_a_mistake_in_them_make_no_rule_raise(texts: list[str], terms: Terms) -> None:
    assert_inside(reviewed(texts, terms), texts)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.deferred(lambda: st.sampled_from(statements())), max_size=8))
def test_splitting_and_joining_statements_loses_nothing(pieces: list[str]) -> None:
    whole = ";\n".join(piece for piece in pieces)
    once = [each.text for each in split_statements(whole)]
    assert [each.text for each in split_statements(";\n".join(once))] == once
    assert list(read_script(whole).recorded) == once
    for each in split_statements(whole):
        assert whole[each.offset : each.offset + len(each.text)] == each.text
