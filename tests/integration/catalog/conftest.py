from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog.facts import read
from orchestrator.domain.facts import Facts
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.support.servers import TestDatabase

#: a schema with something of every kind
SCHEMA = Path(__file__).with_name("schema.sql").read_text()


class Catalog:
    """A database with its facts."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)

    def does(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute(statement)

    def facts(self) -> Facts:
        with Reader(self.connection, "staging").asking() as database:
            return read(database)


@pytest.fixture
def catalog(target_database: TestDatabase) -> Iterator[Catalog]:
    catalog = Catalog(target_database.url)
    with catalog.connection:
        yield catalog


@pytest.fixture
def superuser(target_database: TestDatabase) -> Iterator[Catalog]:
    catalog = Catalog(target_database.superuser_url)
    with catalog.connection:
        yield catalog


@pytest.fixture(scope="module")
def shared(postgres: Postgres) -> Iterator[Catalog]:
    """The schema with something of every kind; whoever changes it puts it back."""
    name = "facts"
    url = databases.create_supabase_database(postgres, name)
    with psycopg.connect(url) as owner:
        owner.execute(SCHEMA)
    catalog = Catalog(postgres.url(name, SUPERUSER))
    with catalog.connection:
        yield catalog
    databases.drop_database(postgres, name)
