"""Which table pays when the time of one call is over: the one that used it up, wherever that was noticed."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.domain.matrix import Command
from orchestrator.probes.identities import USER_A
from orchestrator.probes.seeding.carrying import LATE, Statement, carry_out
from orchestrator.probes.seeding.ground import Table, read_ground
from orchestrator.probes.seeding.tries import Try
from orchestrator.probes.seeding.trying import carry_out_tries
from tests.support.seeded import within
from tests.support.servers import TestDatabase

#: the third is the one that the end of the time is noticed at
_TURNS = (("slow", 0.4), ("slow", 0.4), ("innocent", 0.35), ("slow", 0.4), ("innocent", 0.01))
_LIMIT = "set local statement_timeout = '1s'"


@pytest.fixture
def tables(target_database: TestDatabase) -> Iterator[tuple[psycopg.Connection, dict[str, Table]]]:
    with psycopg.connect(target_database.url) as connection:
        connection.execute("create table public.slow (id int); create table public.innocent (id int)")
        with within(connection)() as database:
            ground = read_ground(database)
        connection.execute(_LIMIT)
        yield connection, {table.bare: table for table in ground.tables.values()}
        connection.rollback()


def test_a_statement_that_the_end_of_the_time_meets_has_another_turn(
    tables: tuple[psycopg.Connection, dict[str, Table]],
) -> None:
    connection, known = tables
    wanted = [
        Statement(sql=f"select array['{name}'] from pg_sleep({seconds})", table=known[name].oid)
        for name, seconds in _TURNS
    ]
    with within(connection)() as database:
        told = carry_out(database, wanted, until=time.monotonic() + 20)
    assert [each.gave for each in told] == [("slow",), ("slow",), ("innocent",), None, ("innocent",)]
    assert told[3] == LATE


def test_a_try_that_the_end_of_the_time_meets_has_another_turn(
    tables: tuple[psycopg.Connection, dict[str, Table]],
) -> None:
    connection, known = tables
    wanted = [
        Try(
            identity=USER_A,
            table=known[name],
            command=Command.SELECT,
            statement=f"select from pg_sleep({seconds})",
            seeds=(),
        )
        for name, seconds in _TURNS
    ]
    with within(connection)() as database:
        told = list(carry_out_tries(database, wanted, until=time.monotonic() + 20))
    answers = [(each.tried.table.bare, each.sqlstate, each.late) for each in told]
    assert sorted(answers, key=str) == sorted(
        [("slow", None, False)] * 2 + [("innocent", None, False)] * 2 + [("slow", "57014", True)], key=str
    )
