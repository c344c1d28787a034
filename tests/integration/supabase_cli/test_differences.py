"""Where the two differ on purpose; docs/supabase.md gives the reasons. A newer CLI may change its side."""

import psycopg
import pytest

from orchestrator.domain.deployment import Status

VERSION = "20260101000000"
BEFORE = "create schema app;\ncreate table app.t (id int);\n"


@pytest.fixture
def both(service, cli, target_database, second_target_database):
    """Carry a file out with Bascule on one database and with the CLI on another."""
    service.work.write("supabase/migrations/1_before.sql", BEFORE)
    service.command("adopt", "staging")
    for database in (target_database, second_target_database):
        cli.push(database.url)

    def carry_out(content):
        service.work.write(f"supabase/migrations/{VERSION}_file.sql", content)
        service.work.commit("The file")
        service.work.push("origin", "staging")
        service.command("deploy", "staging", "--here", code=None)
        return service.newest()

    return carry_out


def recorded(url):
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select statements from supabase_migrations.schema_migrations where version = %s", [VERSION]
        ).fetchall()


@pytest.mark.parametrize(
    "statement",
    [
        "create rule r as on insert to app.t do also (delete from app.t where id in (1); delete from app.t)",
        "comment on table app.t is $$$ ; $$",
    ],
)
def test_bascule_keeps_statements_whole_that_the_cli_cuts_in_two(
    statement, both, cli, target_database, second_target_database
):
    assert both(f"{statement};\nselect 1;\n").status is Status.SUCCEEDED
    assert recorded(target_database.url) == [([statement, "select 1"],)]
    assert cli.push(target_database.url)["upToDate"] is True

    error = cli.refuses("db", "push", "--yes", url=second_target_database.url)
    assert "(SQLSTATE 42601)" in error["message"]


@pytest.mark.parametrize("statement", ["lock table app.t in share mode", "savepoint one"])
def test_bascule_runs_a_first_statement_that_needs_a_transaction_and_the_cli_does_not(
    statement, both, cli, target_database, second_target_database
):
    assert both(f"{statement};\nselect 1;\n").status is Status.SUCCEEDED
    assert cli.push(target_database.url)["upToDate"] is True

    error = cli.refuses("db", "push", "--yes", url=second_target_database.url)
    assert "(SQLSTATE 25P01)" in error["message"]


@pytest.mark.parametrize(
    "content",
    [
        "create table app.u (id int);\ncreate index concurrently i on app.t (id);\n",
        "create table app.u (id int);\ncommit;\nbegin;\ncreate table app.v (id int);\n",
        b"comment on table app.t is 'caf\xe9';\n",
    ],
    ids=["no transaction", "control of the transaction", "not UTF-8"],
)
def test_bascule_refuses_what_the_cli_takes(content, both, cli, target_database, second_target_database):
    assert both(content).status is Status.REFUSED
    assert recorded(target_database.url) == []
    assert cli.push(second_target_database.url)["upToDate"] is False


@pytest.mark.parametrize(
    "line",
    ["-- pg-delta: transaction=false ", "--pg-delta: transaction=false", "\n-- pg-delta: transaction=false"],
)
def test_a_header_in_another_form_is_a_fault_for_bascule_and_a_comment_for_the_cli(
    line, both, cli, target_database, second_target_database
):
    content = f"{line}\ncreate type app.mood as enum ('good');\nalter type app.mood add value 'bad';\n"
    assert both(content).status is Status.REFUSED
    assert recorded(target_database.url) == []
    assert cli.push(second_target_database.url)["upToDate"] is False


def test_the_cli_keeps_a_temporary_table_from_file_to_file_and_bascule_does_not(
    service, both, cli, target_database, second_target_database
):
    service.work.write("supabase/migrations/20260102000000_reads.sql", "select * from left_over;\n")
    service.work.write(f"supabase/rollbacks/{VERSION}_file.sql", "select 1;\n")
    assert both("create temp table left_over (id int);\n").status is Status.ROLLED_BACK
    assert len(cli.push(second_target_database.url)["migrations"]) == 2
