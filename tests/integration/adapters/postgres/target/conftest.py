from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.domain.migration import Migration, SqlFile
from tests.support.servers import TestDatabase

LEDGER = "ledger-one"


def migration(version: str, name: str = "some", *, rollback: bool = False) -> Migration:
    file = SqlFile(path=f"supabase/migrations/{version}_{name}.sql", sha256=f"up-{version}")
    down = SqlFile(path=f"supabase/rollbacks/{version}_{name}.sql", sha256=f"down-{version}")
    return Migration(version=version, name=name, file=file, rollback=down if rollback else None)


@pytest.fixture
def address(target_database: TestDatabase) -> TargetAddress:
    return TargetAddress(
        name="staging",
        url=target_database.url,
        lock_timeout_seconds=0.3,
        lock_tries=2,
        lock_pause_seconds=0.05,
        statement_timeout_seconds=5,
        migration_timeout_seconds=20,
    )


@pytest.fixture
def make_targets(address: TargetAddress) -> Callable[..., PostgresTargets]:
    def make(**changes: object) -> PostgresTargets:
        return PostgresTargets([replace(address, **changes)])  # type: ignore[arg-type]

    return make


@pytest.fixture
def unadopted(make_targets: Callable[..., PostgresTargets]) -> PostgresTargets:
    return make_targets()


@pytest.fixture
def targets(unadopted: PostgresTargets) -> PostgresTargets:
    with unadopted.adopting("staging") as adoption:
        adoption.place(LEDGER)
    return unadopted


@pytest.fixture
def db(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    """Somebody else's session on the target, as its superuser."""
    with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
        yield connection
