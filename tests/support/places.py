"""Targets of one service, each with a database, a branch and a checkout of its own: stories never meet."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from orchestrator.actions.adopting import adopt, look
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog import facts
from orchestrator.domain.deployment import Cause, Deployment, DeploymentId
from orchestrator.domain.facts import Facts
from orchestrator.domain.push import Request
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.support.repository import Repository
from tests.support.servers import TestDatabase
from tests.support.service import Service, service

_TARGET = """
[targets.{name}]
repository = "app"
branch = "{name}"
database_url = "env:URL_{variable}"
rehearse = false
{settings}
"""


def at(name: str) -> pytest.MarkDecorator:
    """Say at which place a test takes place."""
    return pytest.mark.parametrize("place", [name], indirect=True)


def table(name: str, columns: str = "id int") -> str:
    """Return SQL for a table that nobody but its owner may read."""
    return f"create table public.{name} ({columns});\nalter table public.{name} enable row level security;\n"


def unseen(sql: str) -> str:
    """Return the same as a block that makes it up while it runs: no rule of `validate` can read it."""
    return f"do $block$ begin execute $sql${sql}$sql$; end $block$;\n"


#: without a unique constraint: a migration that runs twice leaves two rows
EFFECTS = table("effects", "version text not null")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One target and all that belongs to it."""

    name: str
    database: TestDatabase
    work: Repository
    service: Service

    def migration(self, version: str, name: str, up: str, down: str | None = "select 1;\n") -> None:
        """Write a migration and its rollback into the checkout."""
        self.work.write(f"supabase/migrations/{version}_{name}.sql", up)
        if down is not None:
            self.work.write(f"supabase/rollbacks/{version}_{name}.sql", down)

    def commit(self, message: str = "Change") -> str:
        """Commit the checkout and move the branch there, by force; tell nobody."""
        self.work.commit(message)
        self.work.push("origin", self.name, force=True)
        return self.work.head

    def deliver(self, commit: str) -> httpx.Response:
        """Tell the service of a commit as the forge would."""
        return self.service.deliver(commit, self.name)

    def push(self, message: str = "Change") -> str:
        """Commit, push and tell."""
        commit = self.commit(message)
        answer = self.deliver(commit)
        assert answer.status_code == 202, answer.text
        return commit

    def deploy(self, message: str = "Change", *, seconds: float = 30) -> Deployment:
        """Commit, push, tell, and wait for the end."""
        return self.service.ended(self.push(message), self.name, seconds=seconds)

    def ask(self, commit: str) -> DeploymentId:
        """Make a deployment for a commit, past the webhook."""
        request = Request(
            target=self.name,
            repository="app",
            branch=self.name,
            commit=commit,
            cause=Cause.OPERATOR,
            actor="ada",
        )
        return self.service.house.care.ask(request, confirm_head=True)

    def adopt(self, *, baseline: str | None = None) -> None:
        """Take the target under care; the branch must exist."""
        house = self.service.house
        tools: dict[str, Any] = {
            "targets": house.targets,
            "contents": house.kept,
            "ledger_id": house.claims.ledger_id,
        }
        policy = house.policies[self.name]
        seen = look(policy, git=house.git, watching=house.watching, baseline=baseline, **tools)
        adopt(seen, care=house.care, actor="ada", **tools)

    def begin(self) -> None:
        """Push an empty tree and adopt."""
        self.work.write("README.md", self.name)
        self.commit("Begin")
        self.adopt()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the target as its superuser."""
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def versions(self) -> list[str]:
        """Return the target's history."""
        return [
            row[0]
            for row in self.rows("select version from supabase_migrations.schema_migrations order by version")
        ]

    def effects(self) -> list[str]:
        """Return what the migrations left in the table of effects; see EFFECTS."""
        return [row[0] for row in self.rows("select version from public.effects order by version")]

    def facts(self) -> Facts:
        """Return what the target's catalog says."""
        with (
            psycopg.connect(self.database.url, autocommit=True) as connection,
            Reader(connection, self.name).asking() as asked,
        ):
            return facts.read(asked)

    def deployments(self) -> list[Deployment]:
        """Return this target's deployments, oldest first."""
        return list(reversed(self.service.house.reading.deployments(target=self.name, limit=100)))

    def ledger(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the ledger; `%(target)s` is this target."""
        with self.service.house.control.connection() as connection:
            cursor = connection.execute(sql.encode(), {"target": self.name})
            return [tuple(row.values()) for row in cursor] if cursor.description else []

    def recorded(self) -> list[str]:
        """Return the versions that the ledger knows to be on the target."""
        return sorted(self.service.house.kept.recorded(self.name))


@contextmanager
def a_database(postgres: Postgres, name: str, *, ledger: bool = False) -> Iterator[TestDatabase]:
    """Make a Supabase-like database, or one for a ledger, and drop it afterwards."""
    if ledger:
        url = databases.create_control_database(postgres, name)
    else:
        url = databases.create_supabase_database(postgres, name)
    try:
        yield TestDatabase(name=name, url=url, superuser_url=postgres.url(name, SUPERUSER))
    finally:
        databases.drop_database(postgres, name)


@contextmanager
def places(
    folder: Path,
    names: Sequence[str],
    *,
    postgres: Postgres,
    broker_url: str,
    control_url: str | None = None,
    settings: Mapping[str, str] | None = None,
    urls: Mapping[str, str] | None = None,
    more: str = "",
    environment: Mapping[str, str] | None = None,
    compare_heads: str = "1h",
) -> Iterator[dict[str, Place]]:
    """Make a service with these targets; nothing runs before `start`.

    `settings` are further lines of a target's table, `urls` what stands there instead of its database's own.
    """
    prefix = folder.name.replace("-", "_").lower()
    with ExitStack() as stack:
        made = {
            name: stack.enter_context(a_database(postgres, f"{prefix}_{name}".replace("-", "_")))
            for name in names
        }
        if control_url is None:
            control_url = stack.enter_context(a_database(postgres, f"{prefix}_ledger", ledger=True)).url
        url_of = {name: (urls or {}).get(name, database.url) for name, database in made.items()}
        lines = (
            _TARGET.format(name=name, variable=_variable(name), settings=(settings or {}).get(name, ""))
            for name in names
        )
        running = stack.enter_context(
            service(
                folder,
                control_url=control_url,
                broker_url=broker_url,
                more="".join(lines) + more,
                environment={
                    **{f"URL_{_variable(name)}": url for name, url in url_of.items()},
                    **(environment or {}),
                },
                compare_heads=compare_heads,
            )
        )
        yield {
            name: Place(
                name=name,
                database=made[name],
                work=_checkout(running.work, folder / f"work-{name}"),
                service=running,
            )
            for name in names
        }


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def _checkout(of: Repository, folder: Path) -> Repository:
    """Make another checkout of the same remote, empty and without a commit."""
    folder.mkdir()
    another = Repository(work=folder, remote=of.remote)
    another.git("init", "--quiet", "--initial-branch=main")
    another.git("remote", "add", "origin", str(of.remote))
    return another
