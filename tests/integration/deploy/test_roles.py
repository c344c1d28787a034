"""deploy/roles.sql on a server of its own: the session's server has a role of the same name."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.servers import Embedded
from tests.support import servers as support
from tests.support.folders import a_folder
from tests.support.schema_dump import client_program

SCRIPT = Path(__file__).parents[3] / "deploy/roles.sql"
PASSWORD = "it's a 'password' \\ with $signs$"

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with (
        a_folder("roles") as state,
        Embedded.start(state, source=support.server_under_test(), postgres_options=["fsync=off"]) as running,
        psycopg.connect(admin_url(running), autocommit=True) as connection,
    ):
        connection.execute("drop database bascule")
        connection.execute("drop role bascule")
        yield running


def admin_url(server: Embedded) -> str:
    return server.postgres.url("postgres", SUPERUSER)


def run(server: Embedded, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BASCULE_")}
    return subprocess.run(
        [client_program("psql"), "--no-psqlrc", "--quiet", f"--file={SCRIPT}", admin_url(server)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment | variables,
    )


def as_bascule(server: Embedded, database: str = "bascule") -> psycopg.Connection:
    address = psycopg.conninfo.conninfo_to_dict(admin_url(server))
    mine = {**address, "dbname": database, "user": "bascule", "password": PASSWORD}
    return psycopg.connect(psycopg.conninfo.make_conninfo("", **mine), autocommit=True)


def test_without_a_password_nothing_is_made_and_the_variable_is_named(server: Embedded) -> None:
    said = run(server)
    assert said.returncode != 0
    assert "BASCULE_CONTROL_PASSWORD" in said.stderr


def test_the_role_can_make_its_schema_and_little_else(server: Embedded) -> None:
    for _ in range(2):  # the script may be run again
        said = run(server, BASCULE_CONTROL_PASSWORD=PASSWORD)
        assert (said.returncode, said.stderr) == (0, "")
    with as_bascule(server) as connection:
        connection.execute("create schema ours")
        connection.execute("create table ours.kept (id int)")
        for statement in (
            b"create table public.stray (id int)",
            b"create role another",
            b"create database another",
            b"alter role bascule superuser",
            b"copy ours.kept from program 'true'",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_password_stays_out_of_the_servers_log(server: Embedded) -> None:
    with psycopg.connect(admin_url(server), autocommit=True) as connection:
        connection.execute("alter system set log_statement = 'all'")
        connection.execute("select pg_reload_conf()")
    assert run(server, BASCULE_CONTROL_PASSWORD=PASSWORD).returncode == 0
    logged = "".join(file.read_text(errors="replace") for file in server.state.logs.iterdir())
    assert "revoke all on database bascule" in logged
    assert "with $signs$" not in logged
