"""What is read in part is what is read as a whole, whatever was changed or undone meanwhile."""

import pytest

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.catalog import versions, whole
from orchestrator.embedded.postgres import Postgres
from tests.integration.catalog.draft.test_draft import CHANGES, Copy
from tests.support.looks import read_twice

_SUPERUSER = " (superuser)"


@pytest.fixture(scope="module")
def made(postgres: Postgres) -> Copy:
    copy = Copy(postgres, name="wholes")
    copy.make()
    return copy


@pytest.mark.parametrize("change", CHANGES)
def test_a_part_read_anew_and_the_rest_known_are_the_whole(change: str, made: Copy) -> None:
    with made.connect(superuser=change.endswith(_SUPERUSER)) as connection:
        database = OpenDatabase(connection, "copy")
        before = whole.read(database)
        connection.execute("savepoint before; set local search_path = public, extensions")
        connection.execute(CHANGES[change].encode())
        after = read_twice(database, since=before)
        assert after.facts != before.facts
        connection.execute("rollback to savepoint before")
        again = read_twice(database, since=after)
        assert again.versions == before.versions
        assert again == before
        connection.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "a table as the guide makes it: keys, indexes, policies, trigger, comments",
        "a column is added, in the way of the guide",
        "policies come, go and change",
        "two tables swap their names",
        "a function returns something else, under the policy that calls it",
        "a partitioned table is dropped",
    ],
)
def test_what_most_migrations_do_is_read_in_part(change: str, made: Copy) -> None:
    with made.connect(superuser=False) as connection:
        database = OpenDatabase(connection, "copy")
        before = whole.read(database)
        connection.execute("set local search_path = public, extensions")
        connection.execute(CHANGES[change].encode())
        now = whole.read(database)
        part = versions.changed(database, before.versions, now.versions)
        assert part is not None
        assert len(part.keys) < len(now.versions) / 4
        connection.rollback()
