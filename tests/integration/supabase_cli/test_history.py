from pathlib import Path

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog import facts
from orchestrator.domain.deployment import Status
from tests.integration.supabase_cli.shapes import SHAPES

TELECOM = Path(__file__).parents[3] / "examples/telecom"
#: three folders of the example that succeed one after the other, as its story tells
BRANCH = ("baseline", "acts/1-three-good-migrations", "acts/5-unrelated")

HISTORY = """
select version, name, statements, md5(row(version, name, statements)::text)
  from supabase_migrations.schema_migrations order by version collate "C"
"""
COLUMNS = """
select attname, format_type(atttypid, atttypmod), attnotnull
  from pg_attribute
 where attrelid = 'supabase_migrations.schema_migrations'::regclass and attnum > 0
 order by attnum
"""


def rows(url, sql):
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def catalog_of(url):
    with psycopg.connect(url, autocommit=True) as connection, Reader(connection, "here").asking() as database:
        return facts.read(database)


def of_every_shape():
    return {f"supabase/migrations/{name}": content for name, content in SHAPES.items()}


def of_the_example():
    folders = [TELECOM / folder for folder in BRANCH]
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for folder in folders
        for file in sorted(folder.rglob("*.sql"))
    }


@pytest.mark.parametrize("files", [of_every_shape, of_the_example])
def test_bascule_and_the_cli_leave_the_same_history_and_the_same_schema(
    files, service, cli, target_database, second_target_database
):
    for path, content in files().items():
        service.work.write(path, content)
    service.work.commit("Everything at once")
    service.work.push("origin", "staging")
    service.command("adopt", "staging")
    service.command("deploy", "staging", "--here")
    assert service.newest().status is Status.SUCCEEDED

    migrations = sorted((cli.checkout / "supabase/migrations").iterdir())
    listed = cli.listed(target_database.url)
    assert listed["applied"] == sorted(file.name.partition("_")[0] for file in migrations)
    assert listed["pending"] == listed["unknown"] == []
    assert cli.push(target_database.url)["upToDate"] is True

    pushed = cli.push(second_target_database.url)
    assert len(pushed["migrations"]) == len(migrations)
    for sql in (HISTORY, COLUMNS):
        assert rows(target_database.url, sql) == rows(second_target_database.url, sql)
    assert catalog_of(target_database.url) == catalog_of(second_target_database.url)
