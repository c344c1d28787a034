"""What is not followed may have done anything: nothing about the rest is claimed."""

import pytest

from orchestrator.domain.finding import Severity
from orchestrator.domain.lint import Mark
from orchestrator.domain.shape import Shape
from orchestrator.domain.survey import Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

TABLE = "create table public.orders (id int, other int references public.others (id));\n"
UNREAD = [
    "alter table public.orders enble row level security;\n",
    "\\i more.sql\n",
    "copy public.others from stdin;\n1\n\\.\n",
    "savepoint a; rollback to savepoint a;\n",
]
REFUSED = {"syntax-error", "psql-command", "copy-from-stdin"}


def rules(sql: str, terms: Terms | None = None, mark: str = "") -> set[str]:
    marks = [Mark(name=mark, path="1.sql", line=sql.count("\n"), column=1, message="")] if mark else []
    found = review([SqlText(path="1.sql", content=sql.encode())], terms or Terms(), lint=lambda _: marks)
    return {each.rule for each in found if each.severity is not Severity.NOTE} - REFUSED


def test_of_a_file_that_is_read_as_a_whole_it_is_told_what_is_missing() -> None:
    assert {"row-security-missing", "primary-key-missing"} <= rules(TABLE)


@pytest.mark.parametrize("unread", UNREAD)
def test_what_a_file_with_an_unread_part_lacks_is_not_claimed(unread: str) -> None:
    found = rules(TABLE + unread)
    assert found.isdisjoint(
        {"row-security-missing", "primary-key-missing", "policy-missing", "grant-missing"}
    )


@pytest.mark.parametrize("unread", UNREAD[:2])
def test_what_may_have_been_made_by_an_unread_part_is_neither_old_nor_missing(unread: str) -> None:
    shape = Shape(schemas=frozenset({"public"}))
    terms = Terms(survey=Survey(target="staging", server_major=17, shape=shape), server_major=17)
    sql = f"{unread}create index i on public.things (id);\n"
    for each in (Terms(), terms):
        found = rules(sql, each, mark="require-concurrent-index-creation")
        assert found.isdisjoint({"index-blocks-writes", "not-there"})


def test_a_dump_s_own_lines_hide_nothing() -> None:
    assert "row-security-missing" in rules(f"\\restrict abc\n{TABLE}\\unrestrict abc\n")


def test_a_long_chain_of_views_is_dropped() -> None:
    chain = "".join(f"create view public.v{n} as select 1 from public.v{n - 1};" for n in range(1, 2000))
    assert "syntax-error" not in rules(
        f"create view public.v0 as select 1;{chain}drop view public.v0 cascade;"
    )
