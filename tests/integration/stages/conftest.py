from collections.abc import Iterator

import pytest

from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.catalog import facts
from orchestrator.domain.migration import Migration, checksum
from orchestrator.domain.plan import Plan
from tests.support.deployed import DOWN, UP, Deployed, file_of

LEDGER = "ledger-one"


@pytest.fixture
def make(target_database) -> Iterator[object]:
    address = TargetAddress(
        name="staging",
        url=target_database.url,
        lock_timeout_seconds=0.2,
        lock_tries=2,
        lock_pause_seconds=0.05,
    )
    targets = PostgresTargets([address])
    with targets.adopting("staging") as adoption:
        adoption.place(LEDGER)
    with targets.writing("staging", ledger_id=LEDGER) as writer:

        def begin(down: tuple[str | None, ...] = DOWN, up: tuple[str, ...] = UP) -> Deployed:
            with writer.asking() as database:
                before = facts.read(database)
            pending = tuple(
                Migration(
                    version=str(number),
                    name="x",
                    file=file_of(up[number], f"supabase/migrations/{number}_x.sql"),
                    rollback=None if sql is None else file_of(sql, f"supabase/rollbacks/{number}_x.sql"),
                )
                for number, sql in enumerate(down)
            )
            sqls = [sql for sql in (*up, *down) if sql is not None]
            contents = {checksum(sql.encode()): sql.encode() for sql in sqls}
            return Deployed(writer, before, contents, Plan(pending=pending), target_database.url)

        yield begin
