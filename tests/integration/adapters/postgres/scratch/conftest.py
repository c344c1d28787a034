import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.likeness import facts_as
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.domain.facts import Facts
from orchestrator.embedded import databases, programs
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.support.scratch import TestServer
from tests.support.servers import TestDatabase

WHEEL = programs.client("pg_dump")
EXAMPLE = Path(__file__).parents[5] / "examples/telecom"


@pytest.fixture
def server(postgres: Postgres) -> Iterator[TestServer]:
    """The session's own cluster as a scratch server; what a test copies is dropped."""
    yield TestServer(postgres)
    with psycopg.connect(postgres.url("postgres", SUPERUSER), autocommit=True) as connection:
        copies = connection.execute(
            "select datname from pg_database where datname like 'copy\\_%'"
        ).fetchall()
        for (name,) in copies:
            databases.drop_database(postgres, name)


@pytest.fixture
def copies(server: TestServer) -> Copies:
    return Copies(server, pg_dump_of_wheel=WHEEL)


@pytest.fixture
def address(target_database: TestDatabase) -> TargetAddress:
    return TargetAddress(name="staging", url=target_database.url)


@pytest.fixture
def db(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    """The target, as who runs migrations there."""
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def superuser(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def facts_of(target_database: TestDatabase) -> Callable[[], Facts]:
    def read() -> Facts:
        with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
            return facts_as(connection, "postgres")

    return read


@pytest.fixture
def telecom(db: psycopg.Connection) -> None:
    """The telecom example with rows."""
    for file in sorted((EXAMPLE / "baseline/supabase/migrations").glob("*.sql")):
        db.execute(file.read_bytes())
    db.execute((EXAMPLE / "rows.sql").read_bytes())


@dataclass(frozen=True, kw_only=True)
class PlainTarget:
    """A database of nobody's platform, owned by a role of its own."""

    name: str
    role: str
    password: str
    url: str
    superuser_url: str

    def facts(self) -> Facts:
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            return facts_as(connection, self.role)


@pytest.fixture
def plain_target(postgres: Postgres) -> Iterator[PlainTarget]:
    name, role, password = "plain_target", "shop_owner", secrets.token_hex(8)
    with psycopg.connect(postgres.url("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute(f"create role {role} login nosuperuser password '{password}'")
        connection.execute(f"create database {name} owner {role} template template0")
        yield PlainTarget(
            name=name,
            role=role,
            password=password,
            url=f"postgresql://{role}:{password}@127.0.0.1:{postgres.port}/{name}",
            superuser_url=postgres.url(name, SUPERUSER),
        )
        made = connection.execute("select datname from pg_database where datdba = 'shop_owner'::regrole")
        for (owned,) in made.fetchall():
            databases.drop_database(postgres, owned)
        connection.execute(f"drop role {role}")
