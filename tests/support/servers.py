"""Real servers for tests: one PostgreSQL and one Valkey for the session, a database of its own for each test.

BASCULE_TEST_POSTGRES=15 takes Debian's PostgreSQL 15 instead of the embedded one. A server that is missing
fails the tests; it never skips them.
"""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import redis

from orchestrator.embedded import databases, programs
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from orchestrator.embedded.servers import Embedded
from tests.support.folders import a_folder

#: a database lives for one test: vacuuming its catalogs would only hold locks that a test does not wait for
_OPTIONS = ("fsync=off", "autovacuum=off")
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class TestDatabase:
    """A database that exists for one test."""

    __test__ = False

    name: str
    #: for its owner, an ordinary role, with the password: `postgres` or, for a ledger, `bascule`
    url: str
    superuser_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TestBroker:
    """The session's Valkey, emptied before the test."""

    __test__ = False

    url: str


def server_under_test() -> programs.Source:
    """Return the servers that this session tests with."""
    return programs.with_valkey(postgres_under_test())


def postgres_under_test() -> programs.Source:
    """Return the PostgreSQL that this session tests with."""
    major = os.environ.get("BASCULE_TEST_POSTGRES", "")
    if not major:
        return programs.postgres_from_wheel()
    found = programs.installed(int(major))
    assert found is not None, f"there is no PostgreSQL {major} on this machine"
    return found


@pytest.fixture(scope="session")
def embedded_servers() -> Iterator[Embedded]:
    """PostgreSQL and Valkey for the whole session, in a state directory of their own."""
    with (
        a_folder("tests") as state,
        Embedded.start(state, source=server_under_test(), postgres_options=_OPTIONS) as servers,
    ):
        yield servers


@pytest.fixture(scope="session")
def postgres(embedded_servers: Embedded) -> Postgres:
    """The session's PostgreSQL. Its `url(database, role)` knows supabase_admin, postgres and bascule."""
    return embedded_servers.postgres


@pytest.fixture
def target_database(postgres: Postgres) -> Iterator[TestDatabase]:
    """A fresh Supabase-like database; its url is for the role `postgres`, which is no superuser."""
    name = f"target_{next(_NUMBERS)}"
    url = databases.create_supabase_database(postgres, name)
    yield TestDatabase(name=name, url=url, superuser_url=postgres.url(name, SUPERUSER))
    databases.drop_database(postgres, name)


@pytest.fixture
def second_target_database(postgres: Postgres) -> Iterator[TestDatabase]:
    """Another one, for tests that promote or compare."""
    name = f"target_{next(_NUMBERS)}"
    url = databases.create_supabase_database(postgres, name)
    yield TestDatabase(name=name, url=url, superuser_url=postgres.url(name, SUPERUSER))
    databases.drop_database(postgres, name)


@pytest.fixture
def empty_database(postgres: Postgres) -> Iterator[TestDatabase]:
    """An empty database for a ledger; its url is for its owner, the ordinary role `bascule`."""
    name = f"ledger_{next(_NUMBERS)}"
    databases.create_control_database(postgres, name)
    yield TestDatabase(
        name=name, url=postgres.url(name, databases.CONTROL), superuser_url=postgres.url(name, SUPERUSER)
    )
    databases.drop_database(postgres, name)


@pytest.fixture
def valkey(embedded_servers: Embedded) -> TestBroker:
    """The session's Valkey, emptied."""
    with redis.Redis.from_url(embedded_servers.broker_url) as client:
        client.flushall()
    return TestBroker(url=embedded_servers.broker_url)
