"""What a session keeps prepared: the same answers, whatever a migration leaves prepared or forgets."""

from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.prepared import Prepared, PreparedDatabase
from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.domain.errors import TargetError
from tests.support.servers import TestDatabase

OF_NUMBERS = (
    "-- which are there\nwith n as (select 10 %% 7 as rest) select rest = any (%(numbers)s::bigint[]) from n"
)


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url, prepare_threshold=None) as connection:
        yield connection


@pytest.fixture
def prepared() -> Prepared:
    return Prepared()


@pytest.fixture
def database(connection: psycopg.Connection, prepared: Prepared) -> PreparedDatabase:
    return PreparedDatabase(connection, "scratch", prepared)


def names(connection: psycopg.Connection) -> list[str]:
    return [name for (name,) in connection.execute("select name from pg_prepared_statements order by 1")]


def test_what_is_asked_again_is_prepared_once_and_answers_the_same(database, connection):
    answers = [database.rows(OF_NUMBERS, {"numbers": each}) for each in ([3], [4], [], [4, 3])]
    assert answers == [[(True,)], [(False,)], [(False,)], [(True,)]]
    assert len(names(connection)) == 1


def test_a_percent_sign_without_parameters_is_one(database, connection):
    assert [database.rows("select 10 % 7") for _ in range(3)] == [[(3,)]] * 3
    assert len(names(connection)) == 1


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("select %(word)s::text", {"word": "it's"}),
        ("select %(words)s::text[]", {"words": ["a"]}),
        ("select %(numbers)s::int[]", {"numbers": None}),
        ("set local lock_timeout = 100", None),
        ("savepoint a; release savepoint a", None),
    ],
)
def test_what_is_told_something_else_or_is_no_question_is_asked_as_it_is(
    database, connection, sql, parameters
):
    connection.execute("begin")
    first, *others = [database.rows(sql, parameters) for _ in range(3)]
    assert others == [first, first]
    assert names(connection) == []


def test_what_a_migration_made_the_session_forget_is_prepared_again(database, connection, prepared):
    for _ in range(2):
        database.rows("select 1")
    connection.execute("deallocate all; prepare theirs as select 2")
    prepared.look(OpenDatabase(connection, "scratch"))
    assert prepared.strangers == ("theirs",)
    assert database.rows("select 1") == [(1,)]
    prepared.look(OpenDatabase(connection, "scratch"))
    assert prepared.strangers == ("theirs",)
    assert len(names(connection)) == 2


def test_a_question_that_fails_is_told_as_any_other(database, connection):
    connection.execute("savepoint before")
    for _ in range(2):
        with pytest.raises(TargetError):
            database.rows("select 1 / (select 0)")
        connection.execute("rollback to savepoint before")
