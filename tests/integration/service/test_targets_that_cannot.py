"""Targets that take no writes, have no room for a session, or are gone: one clear error, nothing lost."""

from contextlib import contextmanager

import psycopg
import pytest

from orchestrator.domain.deployment import Status
from orchestrator.embedded.postgres import SUPERUSER
from tests.support.places import table

PLACES = ("read-only", "full", "gone")
SETTINGS = {"settings": dict.fromkeys(PLACES, 'patience = "2s"')}
FIRST, SECOND = "20260101000000", "20260102000000"

#: what is done to the database, how it is undone, the code that is told, and a word of the remedy
CASES = {
    "read-only": (
        "alter database {name} set default_transaction_read_only = on",
        "alter database {name} reset default_transaction_read_only",
        "read-only",
        "replica",
    ),
    "full": (
        "alter database {name} connection limit 0",
        "alter database {name} connection limit -1",
        "too-many-connections",
        "end sessions",
    ),
    "gone": (
        "alter database {name} rename to elsewhere",
        "alter database elsewhere rename to {name}",
        "unknown-database",
        "the URL",
    ),
}


@contextmanager
def spoiled(postgres, place, spoil, mend):
    with psycopg.connect(postgres.url("template1", SUPERUSER), autocommit=True) as connection:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %(name)s"
        connection.execute(others, {"name": place.database.name})
        name = f'"{place.database.name}"'
        connection.execute(spoil.format(name=name).encode())
        try:
            yield
        finally:
            connection.execute(mend.format(name=name).encode())


@pytest.mark.parametrize("name", PLACES)
def test_it_is_said_in_one_clear_error_and_the_next_push_goes_through(running_places, postgres, name):
    place = running_places[name]
    spoil, mend, code, word = CASES[name]
    place.begin()
    place.migration(FIRST, "notes", table("notes"), "drop table public.notes;\n")
    assert place.deploy().status is Status.SUCCEEDED
    place.migration(SECOND, "books", table("books"), "drop table public.books;\n")
    with spoiled(postgres, place, spoil, mend):
        failed = place.deploy()
    assert failed.status is Status.FAILED
    assert failed.failure is not None
    assert (failed.failure.code, word in failed.failure.remedy) == (code, True), failed.failure
    assert place.versions() == place.recorded() == [FIRST]
    assert place.deploy("again").status is Status.SUCCEEDED
    assert place.versions() == place.recorded() == [FIRST, SECOND]
