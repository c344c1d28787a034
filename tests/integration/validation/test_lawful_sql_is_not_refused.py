"""What PostgreSQL accepts, no rule that claims to be certain calls an error."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog import survey
from orchestrator.domain.finding import Severity
from orchestrator.domain.survey import Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.support.servers import TestDatabase

CERTAIN = {
    "already-exists",
    "not-there",
    "drop-in-use",
    "enum-value-used-at-once",
    "syntax-error",
    "duplicate-assignment",
    "newer-than-server",
}
SNIPPETS = (Path(__file__).parent / "lawful.sql").read_text().split("\n----\n")


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url, autocommit=True, connect_timeout=10) as connection:
        yield connection


def refusal(connection: psycopg.Connection, sql: str) -> str | None:
    """Execute statements, undo them, and return what the server said against them."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.encode())
    except psycopg.Error as error:
        return str(error)
    finally:
        connection.execute("reset all")
    return None


def errors(sql: str, terms: Terms) -> list[tuple[str, int | None, str]]:
    file = SqlText(path="supabase/migrations/20260101000000_a.sql", content=sql.encode())
    found = review([file], terms)
    return [
        (each.rule, each.line, each.message)
        for each in found
        if each.rule in CERTAIN and each.severity is Severity.ERROR
    ]


def surveyed(connection: psycopg.Connection) -> Survey:
    with Reader(connection, "staging").asking() as database:
        return survey.read(database, target="staging")


def lawful_on(connection: psycopg.Connection) -> list[str]:
    """Return the snippets that a server of this version accepts."""
    major = connection.info.server_version // 10_000
    since = {sql: re.match(r"-- since (\d+)\n", sql) for sql in SNIPPETS}
    return [sql for sql, told in since.items() if told is None or int(told[1]) <= major]


def test_the_server_accepts_every_snippet(connection: psycopg.Connection) -> None:
    refused = [(sql, said) for sql in lawful_on(connection) if (said := refusal(connection, sql))]
    assert refused == []


@pytest.mark.parametrize("sql", SNIPPETS)
def test_on_a_bare_checkout_nothing_lawful_is_an_error(sql: str) -> None:
    assert errors(sql, Terms()) == []


def test_with_a_target_nothing_lawful_is_an_error(connection: psycopg.Connection) -> None:
    terms = Terms(survey=surveyed(connection), server_major=connection.info.server_version // 10_000)
    assert {sql: found for sql in lawful_on(connection) if (found := errors(sql, terms))} == {}
