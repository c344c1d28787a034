"""The Supabase-like database, as a migration sees it."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.servers import TestDatabase

USER = "7f1c1a52-8a9c-4a55-9d52-2f0f6bd0a8b1"


@pytest.fixture
def migrator(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection, question: str) -> object:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_postgres_is_no_superuser(migrator: psycopg.Connection) -> None:
    attributes = migrator.execute(
        "select current_user, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"
    ).fetchone()
    assert attributes == ("postgres", False, True, True)
