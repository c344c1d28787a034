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


def test_most_changes_are_read_in_part(made: Copy) -> None:
    in_part = 0
    for change, statements in CHANGES.items():
        if change.endswith(_SUPERUSER):
            continue
        with made.connect(superuser=False) as connection:
            database = OpenDatabase(connection, "copy")
            before = whole.read(database)
            connection.execute("set local search_path = public, extensions")
            connection.execute(statements.encode())
            now = whole.read(database)
            in_part += versions.changed(database, before.versions, now.versions) is not None
            connection.rollback()
    assert in_part >= 60
