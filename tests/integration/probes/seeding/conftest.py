from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.embedded import databases
from orchestrator.embedded.postgres import Postgres
from tests.projects.folders import PROJECTS, apply_all
from tests.support.servers import TestDatabase

_TELECOM = Path(__file__).parents[4] / "examples/telecom/baseline/supabase/migrations"


@pytest.fixture(scope="session")
def projects(postgres: Postgres) -> Iterator[dict[str, str]]:
    """The projects of tests/projects and the example, each applied to a database of its own: their URLs."""
    urls: dict[str, str] = {}
    for project in (*PROJECTS, "telecom"):
        name = f"probed_{project}"
        urls[project] = databases.create_supabase_database(postgres, name)
        if project == "telecom":
            with psycopg.connect(urls[project], autocommit=True) as connection:
                for file in sorted(_TELECOM.iterdir()):
                    with connection.transaction():
                        connection.execute(file.read_bytes())
        else:
            database = TestDatabase(name=name, url=urls[project], superuser_url=urls[project])
            assert list(apply_all(project, database))
    yield urls
    for project in urls:
        databases.drop_database(postgres, f"probed_{project}")
