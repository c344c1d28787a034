from collections.abc import Callable, Iterator

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.domain.declared import TestedFile, TestFile
from orchestrator.probes.declared.run import run
from orchestrator.probes.declared.session import Limits
from tests.support.servers import TestDatabase

Runs = Callable[..., tuple[TestedFile, ...]]


class Declaring:
    """A project's database under `postgres`, and its folder of tests."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)

    def does(self, sql: str) -> None:
        with self.connection.transaction():
            self.connection.execute(sql)

    def run(self, limits: Limits | None = None, /, **files: str) -> tuple[TestedFile, ...]:
        """Run files, each named by its path below supabase/tests with __ for a slash, .sql left out."""
        read = [
            TestFile(path=f"supabase/tests/{name.replace('__', '/')}.sql", text=text)
            for name, text in files.items()
        ]
        return self.run_files(read, limits)

    def run_files(self, files: list[TestFile], limits: Limits | None = None) -> tuple[TestedFile, ...]:
        """Run them in a transaction that is rolled back, and see that its owner still has it."""
        with self.connection.transaction(force_rollback=True):
            [(before,)] = self.connection.execute("select pg_current_xact_id()").fetchall()
            tested = run(OpenDatabase(self.connection, "staging"), files, limits=limits)
            [(after,)] = self.connection.execute("select pg_current_xact_id()").fetchall()
            assert before == after, "the transaction is another one"
        return tested


@pytest.fixture
def project(target_database: TestDatabase) -> Iterator[Declaring]:
    project = Declaring(target_database.url)
    with project.connection:
        yield project
