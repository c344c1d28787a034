import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.supabase_cli.program import SupabaseCli, find_program
from tests.support.service import Service
from tests.support.service import service as a_service

_CONFIG = 'project_id = "app"\n\n[db]\nmajor_version = 17\n'


@pytest.fixture
def service(tmp_path: Path, empty_database, target_database, valkey) -> Iterator[Service]:
    """A service whose repository is a Supabase project as well."""
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=valkey.url,
        staging_url=target_database.url,
    ) as it:
        it.work.write("supabase/config.toml", _CONFIG)
        it.work.commit("Begin")
        it.work.push("origin", "staging")
        yield it


@pytest.fixture
def cli(tmp_path: Path, service: Service) -> SupabaseCli:
    """The Supabase CLI in the author's checkout."""
    program = find_program()
    if program is None:
        missing = "the Supabase CLI is not installed (npm package supabase; or set BASCULE_TEST_SUPABASE_CLI)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    home = tmp_path / "home"
    home.mkdir()
    return SupabaseCli(program=program, checkout=service.work.work, home=home)
