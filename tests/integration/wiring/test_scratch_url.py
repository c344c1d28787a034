"""A server that the operator names for rehearsals: what is wrong with it is told once, with a way out."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestrator.domain.errors import BasculeError, ConfigurationError, Unavailable
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from orchestrator.settings import Secret
from orchestrator.wiring.scratch import scratch_on
from tests.support.servers import TestDatabase


def refusal(state: Path, url: str) -> BasculeError:
    with pytest.raises(BasculeError) as refused:
        scratch_on(state, url=Secret(url)).build([])
    assert urlsplit(url).password not in f"{refused.value} {refused.value.remedy}"
    assert refused.value.remedy
    return refused.value


def test_a_wrong_password_is_the_operators_to_mend(tmp_path: Path, postgres: Postgres) -> None:
    parts = urlsplit(postgres.url("postgres", SUPERUSER))
    wrong = parts._replace(netloc=f"{SUPERUSER}:never-this@{parts.hostname}:{parts.port}").geturl()
    error = refusal(tmp_path, wrong)
    assert isinstance(error, ConfigurationError)
    assert error.code == "wrong-password"


def test_a_server_that_is_away_is_waited_for(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"postgresql://{SUPERUSER}:hush-hush@127.0.0.1:1/postgres")
    assert isinstance(error, Unavailable)


def test_the_ledgers_own_server_is_not_thrown_away(
    tmp_path: Path, postgres: Postgres, empty_database: TestDatabase
) -> None:
    with psycopg.connect(empty_database.url) as connection:
        connection.execute("create schema bascule")
        connection.execute("create table bascule.identity as select gen_random_uuid() as id")
    url = f"{postgres.url('postgres', SUPERUSER)}?application_name=the_ledgers"
    assert refusal(tmp_path, url).code == "scratch-not-worthless"
