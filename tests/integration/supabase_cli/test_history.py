import psycopg

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog import facts
from tests.integration.supabase_cli.shapes import SHAPES

HISTORY = """
select version, name, statements, md5(row(version, name, statements)::text)
  from supabase_migrations.schema_migrations order by version collate "C"
"""


def history(url):
    with psycopg.connect(url) as connection:
        return connection.execute(HISTORY).fetchall()


def made(url):
    """Return what the database's catalog says."""
    with psycopg.connect(url, autocommit=True) as connection, Reader(connection, "here").asking() as database:
        return facts.read(database)


def test_the_cli_lists_as_applied_what_bascule_deployed_and_has_written_the_same_history(
    service, cli, target_database, second_target_database
):
    for name, content in SHAPES.items():
        service.work.write(f"supabase/migrations/{name}", content)
    service.work.commit("Files of every shape")
    service.work.push("origin", "staging")
    service.command("adopt", "staging")
    service.command("deploy", "staging", "--here")

    versions = sorted(name.partition("_")[0] for name in SHAPES)
    listed = cli.listed(target_database.url)
    assert listed == {"applied": versions, "pending": [], "unknown": []}
    assert cli.push(target_database.url)["upToDate"] is True

    pushed = cli.push(second_target_database.url)
    assert len(pushed["migrations"]) == len(SHAPES)
    assert history(target_database.url) == history(second_target_database.url)
    assert made(target_database.url) == made(second_target_database.url)
