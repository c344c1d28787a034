"""Rows that are changed: all of them, very many of them."""

import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Index, Name, Shape, Table
from orchestrator.domain.survey import Size, Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

EVENTS = Table(
    name=Name("public", "events"),
    primary_key=("id",),
    indexes=(
        Index(name="events_code", columns=("code", "kind"), unique=True),
        Index(name="events_open", columns=("batch",), unique=True, partial=True),
    ),
)


def found(rule: str, sql: str, rows: int) -> list[Finding]:
    survey = Survey(
        target="staging",
        server_major=17,
        shape=Shape(tables={EVENTS.name: EVENTS}),
        sizes={EVENTS.name: Size(rows=rows, bytes=rows * 150)},
    )
    findings = review([SqlText(path="a.sql", content=sql.encode())], Terms(survey=survey))
    return [each for each in findings if each.rule == rule]


@pytest.mark.parametrize(
    ("rows", "severity"), [(10, Severity.NOTE), (10_001, Severity.WARNING), (5_000_000, Severity.WARNING)]
)
def test_how_many_rows_there_are_decides_how_much_all_of_them_weigh(rows: int, severity: Severity) -> None:
    (finding,) = found("rows-without-where", "update public.events set kind = 'x'", rows)
    assert finding.severity is severity
    assert "Every row is written anew in one transaction, about" in finding.effect


def test_deleting_a_few_rows_is_deleting_rows() -> None:
    (finding,) = found("rows-without-where", "delete from public.events", 10)
    assert finding.severity is Severity.WARNING


def test_the_limit_of_a_large_backfill_is_a_million_rows() -> None:
    sql = "update public.events set kind = 'x' where kind is null"
    assert found("large-backfill", sql, 1_000_000) == []
    (finding,) = found("large-backfill", sql, 1_000_001)
    assert finding.severity is Severity.WARNING
    assert "About 2.5 s in one transaction" in finding.effect


@pytest.mark.parametrize(
    ("condition", "reported"),
    [
        ("id = 7", False),
        ("id in (7, 8)", False),
        ("code = 'a' and kind = 'b'", False),
        ("code = 'a'", True),
        ("batch = 3", True),
        ("id > 7", True),
        ("id = other_id", True),
    ],
)
def test_a_condition_that_gives_a_whole_key_leaves_few_rows(condition: str, *, reported: bool) -> None:
    assert (
        bool(found("large-backfill", f"delete from public.events where {condition}", 4_000_000)) is reported
    )


def test_nothing_is_said_without_a_target() -> None:
    sql = b"update public.events set kind = 'x'"
    rules = {each.rule for each in review([SqlText(path="a.sql", content=sql)], Terms())}
    assert "large-backfill" not in rules
    assert "rows-without-where" in rules
