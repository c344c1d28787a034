from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.finding import Finding
from orchestrator.domain.matrix import Cell, Command, Matrix
from orchestrator.probes.asking import Patience
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from tests.support.servers import TestDatabase


class Target:
    """A target under `postgres`, whose schema public is exposed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)

    def does(self, sql: str) -> None:
        with self.connection.transaction():
            self.connection.execute(sql)

    def matrix(self, patience: Patience | None = None, schemas: tuple[str, ...] = ("public",)) -> Matrix:
        with Reader(self.connection, "staging").asking() as database:
            return ask(database, schemas, patience=patience)

    def cell(self, relation: str, identity: str, command: Command) -> Cell:
        [found] = [
            cell
            for one in self.matrix().relations
            for cell in one.cells
            if one.name == relation and cell.identity == identity and cell.command is command
        ]
        return found

    def findings_after(self, sql: str) -> tuple[Finding, ...]:
        before = self.matrix()
        self.does(sql)
        return judge(before, self.matrix())


@pytest.fixture
def target(target_database: TestDatabase) -> Iterator[Target]:
    target = Target(target_database.url)
    with target.connection:
        yield target
