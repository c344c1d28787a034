"""A real target on which a plan is begun, and rolled back."""

from dataclasses import dataclass
from typing import Any

import psycopg

from orchestrator.adapters.postgres.target.write import Writer
from orchestrator.domain.deployment import Done, Rollback
from orchestrator.domain.facts import Facts
from orchestrator.domain.migration import SqlFile, checksum
from orchestrator.domain.plan import Plan
from orchestrator.stages import rollback

UP = ("create table public.a (id int)", "create table public.b (id int)")
DOWN = ("drop table public.a", "drop table public.b")


@dataclass
class Deployed:
    """A target on which a plan was begun."""

    writer: Writer
    before: Facts
    contents: dict[str, bytes]
    plan: Plan
    #: of the target
    url: str

    def apply(self, *numbers: int) -> None:
        for number in numbers:
            migration = self.plan.pending[number]
            self.writer.apply(migration, self.contents[migration.file.sha256].decode())

    def roll_back(self, **changes: Any) -> Done[Rollback]:
        kept: dict[str, Any] = {"contents": self.contents, "writer": self.writer, "before": self.before}
        arguments = kept | changes
        return rollback.run(arguments.pop("plan", self.plan), **arguments)

    def does(self, sql: str) -> None:
        """Do something as somebody else."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.encode())

    def history(self) -> list[str]:
        return [row.version for row in self.writer.history()]


def file_of(sql: str, path: str) -> SqlFile:
    return SqlFile(path=path, sha256=checksum(sql.encode()))
