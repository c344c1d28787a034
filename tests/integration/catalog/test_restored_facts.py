"""A database and what is restored from its dump have the same facts."""

import subprocess
from pathlib import Path

import psycopg

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.catalog.facts import read
from orchestrator.domain.facts import Facts, difference
from tests.support.schema_dump import client_program, schema_dump
from tests.support.servers import TestDatabase

SCHEMA = (Path(__file__).parent / "draft" / "schema.sql").read_text()
#: in no dump of a schema
_NOT_DUMPED = ("bucket", "setting")


def _facts(url: str) -> Facts:
    with psycopg.connect(url) as connection:
        return read(OpenDatabase(connection, "copy"))


def _restore(text: str, url: str) -> None:
    subprocess.run(
        [client_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={url}"],
        input=text,
        text=True,
        capture_output=True,
        check=True,
        timeout=60,
    )


def test_facts_survive_a_dump_and_a_restore(
    target_database: TestDatabase, empty_database: TestDatabase
) -> None:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(SCHEMA)
    dump = schema_dump(target_database.superuser_url).replace("CREATE SCHEMA public;", "")
    # a schema's dump fills no materialized view
    _restore(f"{dump}\nrefresh materialized view public.counted;", empty_database.superuser_url)
    before, after = _facts(target_database.superuser_url), _facts(empty_database.superuser_url)
    changes = [
        change.headline
        for change in difference(before.all, after.all)
        if change.kind not in _NOT_DUMPED and not change.identity.startswith("database ")
    ]
    assert changes == []
