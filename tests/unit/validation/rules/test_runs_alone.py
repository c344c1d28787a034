"""What rules say, and do not say, about files that run outside a transaction."""

import pytest

from orchestrator.domain.finding import Severity
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

HEADER = "-- bascule: transaction=false because of a test\n"
BUILD = "create index concurrently i on public.t (a)"
ENUM = "alter type public.mood add value 'x'; insert into public.t values ('x')"


def rules(sql: str) -> set[str]:
    found = review([SqlText(path="supabase/migrations/1_a.sql", content=sql.encode())], Terms())
    return {finding.rule for finding in found if finding.severity is not Severity.NOTE}


@pytest.mark.parametrize(
    "sql",
    [
        BUILD,
        f"-- why\n{BUILD};\n-- that is all\n",
        f"{HEADER}{BUILD};\nvacuum public.t;",
        f"-- pg-delta: transaction=false\n{BUILD};\nvacuum public.t;",
        f"{HEADER}{ENUM}",
        f"{HEADER}call public.fill()",
        f"{HEADER}do $$ begin commit; end $$",
    ],
)
def test_nothing_is_said_about_what_runs_alone_rightly(sql: str) -> None:
    assert rules(sql) == set()


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        (f"{BUILD}; vacuum public.t", "not-transactional"),
        (f"begin; {BUILD}; commit", "not-transactional"),
        ("create index concurrently on public.t (a)", "not-transactional"),
        (f"{HEADER}discard all", "not-transactional"),
        (f"{HEADER}begin; {BUILD}; commit", "transaction-control"),
        (f"-- bascule: transaction=false\n{BUILD}", "transaction-header-invalid"),
        (f"{HEADER}select 1", "transaction-header-unused"),
        (ENUM, "enum-value-used-at-once"),
    ],
)
def test_what_cannot_run_so_is_reported_by_one_rule(sql: str, rule: str) -> None:
    assert rules(sql) == {rule}
