from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.git import GitLimits, Repositories, RepositorySource
from tests.support.repository import Repository

MIGRATIONS = "supabase/migrations"

Opened = Callable[..., Repositories]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One migration on main, pushed."""
    repository = Repository.create(tmp_path / "author")
    repository.write(f"{MIGRATIONS}/1_customers.sql", "create table customers ();\n")
    repository.commit("Customers")
    repository.push("origin", "main")
    return repository


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def opened(repository: Repository, cache: Path) -> Opened:
    """Open the repository under the name "app", or what the options say instead."""

    def open_(
        *,
        url: str | None = None,
        token: str | None = None,
        mirror_bytes: int = 2**30,
        branches: frozenset[str] | None = None,
        **limits: float,
    ) -> Repositories:
        source = RepositorySource(
            url=url or repository.remote_url,
            token=token,
            allow_local=True,
            mirror_bytes=mirror_bytes,
            branches=branches,
        )
        return Repositories({"app": source}, cache=cache, limits=GitLimits(**limits))  # type: ignore[arg-type]

    return open_


@pytest.fixture
def git(opened: Opened) -> Repositories:
    return opened()
