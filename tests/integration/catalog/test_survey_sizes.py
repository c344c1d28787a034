"""A look at a target finds how much is there and who is busy, and waits for nobody."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import OpenDatabase, Reader
from orchestrator.catalog.queries import query
from orchestrator.catalog.survey import read
from orchestrator.domain.shape import Name
from orchestrator.domain.survey import LongTransaction, Size, Survey
from tests.support.servers import TestDatabase

if TYPE_CHECKING:
    from tests.integration.catalog.conftest import Catalog

#: whoever wrote rows has it told to the statistics at once
_TOLD = "select pg_stat_force_next_flush()"


def survey_of(catalog: "Catalog", **asked: Any) -> Survey:
    with Reader(catalog.connection, "staging").asking() as database:
        return read(database, target="staging", **asked)


@pytest.fixture
def somebody(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    """Somebody else on the same database; what they do stays open until the test ends."""
    with psycopg.connect(target_database.url, application_name="nightly report") as connection:
        yield connection
        connection.rollback()


# sizes ------------------------------------------------------------------------------------------------------


def _forgotten(superuser: "Catalog", *tables: str) -> None:
    """Do what a crash does to the statistics of these tables."""
    for table in tables:
        superuser.does(f"select pg_stat_reset_single_table_counters('{table}'::regclass)")


def _filled(rows: int, table: str = "public.notes") -> str:
    return f"insert into {table} select i, repeat('x', 100) from generate_series(1, {rows}) i"


def test_rows_and_bytes_are_known_before_anybody_analyzed(catalog: "Catalog") -> None:
    catalog.does("create table public.notes (id int, note text)", _filled(1000), _TOLD)
    assert survey_of(catalog).sizes[Name("public", "notes")] == Size(rows=1000, bytes=18 * 8192)


def test_a_table_without_rows_or_statistics_is_empty(catalog: "Catalog") -> None:
    catalog.does("create table public.notes (id int, note text)")
    assert survey_of(catalog).sizes[Name("public", "notes")] == Size(rows=0, bytes=0)


def test_a_big_table_whose_statistics_were_lost_is_not_called_small(
    catalog: "Catalog", superuser: "Catalog"
) -> None:
    catalog.does("create table public.notes (id int, note text)", _filled(10_000), _TOLD)
    _forgotten(superuser, "public.notes")
    size = survey_of(catalog).sizes[Name("public", "notes")]
    assert 5_000 < size.rows < 50_000
    assert size.bytes > 1_000_000


def test_rows_that_were_counted_anew_since_a_crash_do_not_hide_those_of_the_last_analyze(
    catalog: "Catalog", superuser: "Catalog"
) -> None:
    catalog.does(
        "create table public.notes (id int, note text)", _filled(1000), _TOLD, "analyze public.notes"
    )
    _forgotten(superuser, "public.notes")
    catalog.does(_filled(1), _TOLD)
    assert survey_of(catalog).sizes[Name("public", "notes")].rows == 1000


def test_a_load_after_the_last_analyze_counts_in_rows_and_in_bytes(catalog: "Catalog") -> None:
    catalog.does(
        "create table public.notes (id int, note text)", _filled(1000), _TOLD, "analyze public.notes"
    )
    catalog.does(_filled(9000), _TOLD)
    size = survey_of(catalog).sizes[Name("public", "notes")]
    assert size.rows == 10_000
    assert 160 * 8192 < size.bytes < 200 * 8192


def test_values_that_were_moved_out_of_the_table_count(catalog: "Catalog") -> None:
    catalog.does("create table public.notes (note text)")
    catalog.does("alter table public.notes alter column note set storage external")
    catalog.does("insert into public.notes select repeat('x', 100000) from generate_series(1, 20)")
    assert survey_of(catalog).sizes[Name("public", "notes")].bytes > 2_000_000
    catalog.does("vacuum analyze public.notes")
    assert survey_of(catalog).sizes[Name("public", "notes")].bytes > 2_000_000


def test_a_partitioned_table_holds_what_its_partitions_hold_together(catalog: "Catalog") -> None:
    catalog.does(
        "create table public.log (id int, text text) partition by range (id)",
        "create table public.log_1 partition of public.log for values from (1) to (101)",
        """create table public.log_2 partition of public.log for values from (101) to (999)
           partition by range (id)""",
        "create table public.log_2a partition of public.log_2 for values from (101) to (999)",
        _filled(300, "public.log"),
        _TOLD,
        "analyze public.log_1, public.log_2a",
        "create materialized view public.counted as select id from public.log",
        "analyze public.counted",
    )
    sizes = {name.name: size for name, size in survey_of(catalog).sizes.items() if name.schema == "public"}
    assert {name: size.rows for name, size in sizes.items()} == {
        "log": 300,
        "log_1": 100,
        "log_2": 200,
        "log_2a": 200,
        "counted": 300,
    }
    assert sizes["log"].bytes == sizes["log_1"].bytes + sizes["log_2a"].bytes


# who is busy, and who has locked something ------------------------------------------------------------------


def _transactions(survey: Survey) -> Mapping[int, LongTransaction]:
    """By process: now and then the server's own housekeeping is among them."""
    return {transaction.pid: transaction for transaction in survey.long_transactions}


def test_a_long_transaction_is_seen_with_the_tables_that_it_holds(
    catalog: "Catalog", somebody: psycopg.Connection
) -> None:
    catalog.does('create table public."Notes" (id int primary key)')
    somebody.execute('select from public."Notes"')
    somebody.execute("select from pg_catalog.pg_class limit 1")
    found = _transactions(survey_of(catalog, long_after_seconds=0))[somebody.info.backend_pid]
    assert found.who == "nightly report"
    assert found.tables == (Name("public", "Notes"),)
    assert found.seconds > 0


def test_a_short_transaction_and_an_idle_session_are_no_long_transactions(
    catalog: "Catalog", somebody: psycopg.Connection, superuser: "Catalog"
) -> None:
    somebody.execute("select 1")
    superuser.does("select 1")
    assert survey_of(catalog).long_transactions == ()
    found = _transactions(survey_of(catalog, long_after_seconds=0))
    assert somebody.info.backend_pid in found
    assert superuser.connection.info.backend_pid not in found


def test_without_the_right_to_monitor_whoever_holds_a_lock_is_seen(
    superuser: "Catalog", somebody: psycopg.Connection, catalog: "Catalog"
) -> None:
    catalog.does("create table public.notes (id int)")
    somebody.execute("lock table public.notes in share mode")
    superuser.does("set role authenticated")
    found = _transactions(survey_of(superuser))
    assert found[somebody.info.backend_pid] == LongTransaction(
        pid=somebody.info.backend_pid, who="nightly report", seconds=0, tables=(Name("public", "notes"),)
    )


def _locked_against_everybody(catalog: "Catalog", somebody: psycopg.Connection) -> None:
    catalog.does(
        "create table public.known (id int, note text check (note <> ''))",
        "create table public.counted (id int, note text default 'a')",
        "create table public.dark (id int, note text)",
        "alter table public.known enable row level security",
        "create policy own on public.known using (id > 0)",
        "create index on public.known ((id + 1)) where id > 0",
        "create view public.shown as select id from public.known",
        "create table public.log (id int) partition by range (id)",
        "create table public.log_1 partition of public.log for values from (1) to (9)",
        *(_filled(500, f"public.{table}") for table in ("known", "counted", "dark")),
        _TOLD,
        "analyze public.known",
    )
    somebody.execute("lock table public.known, public.counted, public.dark, public.shown, public.log")
    catalog.does("set lock_timeout = '2s'")


def test_a_table_that_somebody_has_locked_is_no_reason_to_wait(
    catalog: "Catalog", superuser: "Catalog", somebody: psycopg.Connection
) -> None:
    _locked_against_everybody(catalog, somebody)
    _forgotten(superuser, "public.dark")
    survey = survey_of(catalog)
    sizes = {name.name: size for name, size in survey.sizes.items() if name.schema == "public"}
    assert len(survey.shape.tables[Name("public", "known")].policies) == 1
    assert sizes["known"].rows == 500
    assert sizes["counted"].rows == 500
    assert sizes["counted"].bytes > 500 * 10
    assert "dark" not in sizes
    assert "log" not in sizes


class _Interrupted:
    """A database in which somebody locks a table just before it is measured."""

    def __init__(self, database: OpenDatabase, somebody: psycopg.Connection, table: str) -> None:
        self.database = database
        self.somebody = somebody
        self.table = table

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        if sql == query("survey_measured"):
            self.somebody.execute(f"lock table {self.table}")
        return self.database.rows(sql, parameters)


def test_a_table_that_is_locked_just_before_it_is_measured_has_no_size(
    catalog: "Catalog", somebody: psycopg.Connection
) -> None:
    catalog.does("set lock_timeout = '7s'", "create table public.notes (id int)")
    with Reader(catalog.connection, "staging").asking() as database:
        survey = read(_Interrupted(database, somebody, "public.notes"), target="staging")
        [(lock_timeout,)] = database.rows("show lock_timeout")
    assert Name("public", "notes") in survey.shape.tables
    assert Name("public", "notes") not in survey.sizes
    assert lock_timeout == "7s"


def test_no_lock_on_a_user_s_table_is_left_behind(catalog: "Catalog") -> None:
    catalog.does(
        "create table public.notes (id int primary key)",
        "create view public.shown as select id from public.notes",
    )
    with Reader(catalog.connection, "staging").asking() as database:
        read(database, target="staging")
        locked = database.rows(
            """select c.relname from pg_locks l join pg_class c on c.oid = l.relation
                where l.pid = pg_backend_pid() and c.oid >= 16384"""
        )
    assert locked == []
