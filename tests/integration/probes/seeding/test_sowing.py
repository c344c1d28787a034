"""Of how many tables of whole projects a row can be made up."""

import time
from collections.abc import Mapping

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.probes.seeding.ground import read_ground
from orchestrator.probes.seeding.order import Order
from orchestrator.probes.seeding.outward import Outward
from orchestrator.probes.seeding.sowing import Sower
from orchestrator.probes.seeding.wishes import Reading

#: in percent
_SHARE = 97
_NOT_OURS = ("realtime", "supabase_functions", "supabase_migrations", "vault", "net", "cron", "pgmq")


def _sown(connection: psycopg.Connection) -> tuple[list[str], dict[str, str]]:
    """Make rows up for every table; gives the tables, and why some have none."""
    database = OpenDatabase(connection, "staging")
    connection.execute("set search_path = pg_catalog")
    connection.execute("set session_replication_role = replica")
    ground = read_ground(database)
    reading = Reading(ground)
    wanted = [table for table in ground.tables.values() if table.schema not in _NOT_OURS]
    sower = Sower(
        database,
        ground,
        reading,
        Order(ground, reading),
        Outward(ground, reading),
        until=time.monotonic() + 60,
    )
    connection.execute("set constraints all immediate")
    sown = sower.sow(table.oid for table in wanted)
    without = {table.name: sown.unsown.get(table.oid, "") for table in wanted if not sown.of(table.oid)}
    connection.rollback()
    return [table.name for table in wanted], without


def test_nearly_every_table_of_a_project_has_rows_and_each_other_a_reason(
    projects: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tables, without = 0, {}
    for project, url in projects.items():
        with psycopg.connect(url) as connection:
            found, missing = _sown(connection)
            tables += len(found)
            without |= {f"{project}: {name}": why for name, why in missing.items()}
    with capsys.disabled():
        print(f"\n{tables - len(without)} of {tables} tables have rows", *without.items(), sep="\n")  # noqa: T201
    assert all(without.values())
    assert len(without) * 100 <= (100 - _SHARE) * tables
