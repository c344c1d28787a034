"""What a draft brings back, for real: by its facts, and by what pg_dump says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.catalog import names
from orchestrator.catalog.draft import Draft, arranged, draft, written
from orchestrator.catalog.facts import read
from orchestrator.domain.facts import Facts, difference
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.support.schema_dump import schema_dump, without_order
from tests.support.servers import TestDatabase

_HERE = Path(__file__).parent
SCHEMA: Final = (_HERE / "schema.sql").read_text()
_SUPERUSER: Final = " (superuser)"

#: a change that is not brought back -> the headlines of what is left undrafted
NOT_BROUGHT_BACK: Final = {
    "a label is added to an enum": ("type app.unused changed",),
    # its columns are its own since then, and no statement makes them come from the parent alone
    "a table stops to inherit": ("column public.derived.id changed", "column public.derived.label changed"),
    "jobs and queues (superuser)": ("cron job hourly was removed",),
}


def _changes() -> dict[str, str]:
    parts = re.split(r"^-- change: (.*)\n", (_HERE / "changes.sql").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


CHANGES: Final = _changes()


@dataclass
class Copy:
    """A database with something of everything. Whoever changes it puts it back, or it is made anew."""

    server: Postgres
    name: str = "drafts"
    #: facts and dump of the schema as it should be
    facts: Facts | None = None
    dump: str = ""

    def connect(self, *, superuser: bool) -> psycopg.Connection:
        url = self.server.url(self.name, SUPERUSER if superuser else databases.MIGRATOR)
        return psycopg.connect(url)

    def make(self) -> None:
        databases.drop_database(self.server, self.name)
        databases.create_supabase_database(self.server, self.name)
        with psycopg.connect(self.server.url("postgres", SUPERUSER)) as connection:
            connection.execute("drop role if exists drafts_admin; create role drafts_admin superuser")
        with self.connect(superuser=True) as connection:
            connection.execute("create schema cron; create extension pg_cron; create schema pgmq")
            connection.execute("create extension pgmq schema pgmq; grant select on pgmq.meta to postgres")
            connection.execute("select cron.schedule('hourly', '0 * * * *', 'select 1')")
            connection.execute("select cron.schedule('weekly', '0 0 * * 0', 'select 1')")
            connection.execute("select pgmq.create('mails')")
        with self.connect(superuser=False) as connection:
            connection.execute(SCHEMA)
            self.facts = read(OpenDatabase(connection, "copy"))
        self.dump = self.dumped()

    def dumped(self) -> str:
        return without_order(schema_dump(self.server.url(self.name, SUPERUSER)))


@pytest.fixture(scope="module")
def made(postgres: Postgres) -> Iterator[Copy]:
    copy = Copy(postgres)
    copy.make()
    yield copy
    databases.drop_database(postgres, copy.name)


@pytest.fixture
def copy(made: Copy, request: pytest.FixtureRequest) -> Iterator[Copy]:
    yield made
    if getattr(request.node, "left_behind", True):
        made.make()


@dataclass
class Way:
    """What a draft did."""

    text: str
    not_drafted: tuple[str, ...]
    did_not_run: tuple[str, ...]
    facts: Facts


def works(connection: psycopg.Connection, statement: str) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement.encode())
    except psycopg.Error:
        return False
    return True


def there_and_back(connection: psycopg.Connection, up: str) -> Way:
    """Change, draft the way back, and go it. Everything in the connection's open transaction."""
    database = OpenDatabase(connection, "copy")
    before, names_before = read(database), names.read(database)
    connection.execute("set local search_path = public, extensions")
    connection.execute(up.encode())
    named_again = names.renamings(names_before, names.read(database))
    for statement in named_again:
        connection.execute(statement.encode())
    made = draft(before, read(database))
    ran, left = arranged(made.statements, partial(works, connection))
    return Way(
        text=written([*named_again, *ran]),
        not_drafted=made.not_drafted,
        did_not_run=left,
        facts=read(database),
    )


@pytest.mark.parametrize("change", [change for change in CHANGES if change not in NOT_BROUGHT_BACK])
def test_a_change_is_taken_back(change: str, copy: Copy, request: pytest.FixtureRequest) -> None:
    with copy.connect(superuser=change.endswith(_SUPERUSER)) as connection:
        way = there_and_back(connection, CHANGES[change])
    assert copy.facts
    assert difference(copy.facts.all, way.facts.all) == (), way
    assert way.not_drafted == ()
    assert way.did_not_run == (), way.text
    assert copy.dumped() == copy.dump, way.text
    request.node.left_behind = False


@pytest.mark.parametrize("change", NOT_BROUGHT_BACK)
def test_what_cannot_be_taken_back_is_named(change: str, copy: Copy) -> None:
    with copy.connect(superuser=change.endswith(_SUPERUSER)) as connection:
        way = there_and_back(connection, CHANGES[change])
    assert way.not_drafted == NOT_BROUGHT_BACK[change]
    assert way.did_not_run == ()


def test_a_whole_schema_is_made_from_nothing_and_taken_away(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.url) as connection:
        database = OpenDatabase(connection, "copy")
        nothing = read(database)
        connection.execute(SCHEMA)
        everything = read(database)
        connection.commit()
        dump = without_order(schema_dump(target_database.superuser_url))
        for wanted in (nothing, everything, nothing):
            made = draft(wanted, read(database))
            assert made.not_drafted == ()
            ran, left = arranged(made.statements, partial(works, connection))
            assert left == (), ran
            assert difference(wanted.all, read(database).all) == (), ran
            connection.commit()
            if wanted is everything:
                assert without_order(schema_dump(target_database.superuser_url)) == dump


def test_equal_facts_need_no_draft(made: Copy) -> None:
    assert made.facts
    assert draft(made.facts, made.facts) == Draft(statements=(), not_drafted=())


def test_more_than_enough_kinds_of_change_are_among_them() -> None:
    assert len(CHANGES) >= 60
    assert len(CHANGES) - len(NOT_BROUGHT_BACK) >= 55
