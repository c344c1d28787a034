"""Every template as written passes review without a finding: on a bare checkout, and on a target.

But for the blank one, which holds nothing yet: it says so of its migration and of its rollback.
"""

from datetime import date
from pathlib import Path

import psycopg
import pytest

from orchestrator.actions.writing import shape_after
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.adapters.squawk import Squawk
from orchestrator.authoring.draft import Draft, draft
from orchestrator.authoring.template import BLANK, NAMES, asked_for
from orchestrator.domain.finding import Finding
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages import validate
from orchestrator.validation.review import review
from orchestrator.validation.rules import MARKS, placeholder_left
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.integration.authoring.test_templates import ASKING, NEW_PRIVILEGES
from tests.support.servers import TestDatabase

BEFORE = Path(__file__).with_name("before")
SQUAWK = Squawk(MARKS)


def before(template: str) -> list[SqlText]:
    script = BEFORE / f"{template}.sql"
    return [SqlText(path="0_before.sql", content=script.read_bytes())] if script.exists() else []


def written(template: str) -> Draft:
    description = ASKING[template]
    return draft(
        description,
        asked_for(description),
        {},
        version="20261122120000",
        today=date(2026, 11, 22),
        earlier=shape_after(before(template)),
    )


def files(template: str) -> tuple[SqlText, SqlText]:
    made = written(template)
    name = made.file_name
    return (
        SqlText(path=f"supabase/migrations/{name}", content=made.migration.encode()),
        SqlText(path=f"supabase/rollbacks/{name}", content=made.rollback.encode()),
    )


def told(template: str, findings: tuple[Finding, ...]) -> list[str]:
    placeholders = {finding.file for finding in findings if finding.rule == placeholder_left.RULE.id}
    assert len(placeholders) == (2 if template == BLANK else 0)
    return [
        f"{finding.rule} {finding.line}: {finding.message}"
        for finding in findings
        if finding.rule != placeholder_left.RULE.id
    ]


@pytest.mark.parametrize("template", NAMES)
def test_nothing_is_found_on_a_bare_checkout(template: str) -> None:
    up, down = files(template)
    for grants in (None, True, False):
        terms = Terms(server_major=15, grants_new_tables=grants)
        found = review([up], terms, earlier=before(template), rollbacks=[down], lint=SQUAWK.lint)
        assert told(template, found) == [], grants


@pytest.mark.parametrize("privileges", ["old", "new"])
@pytest.mark.parametrize("template", NAMES)
def test_nothing_is_found_on_a_target(template: str, privileges: str, target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.superuser_url) as superuser:
        if privileges == "new":
            superuser.execute(NEW_PRIVILEGES)
    up, down = files(template)
    policy = TargetPolicy(name="staging", repository="app", branch="staging")
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        for script in before(template):
            connection.execute(script.content)
        found = validate.judge(
            [up], rollbacks=[down], policy=policy, linter=SQUAWK, reader=Reader(connection, "staging")
        )
    assert told(template, found) == []
