"""Ordinary Supabase projects, one folder each: what validation has to live with. ABOUT.md says what hurts."""

import tomllib

import psycopg
import pytest

from orchestrator.domain.finding import Severity
from tests.projects.folders import (
    HOME,
    PROJECTS,
    apply_all,
    defects_of,
    files_of,
    migration_of,
    said_size,
    statements_of,
)
from tests.support.checking import check_file
from tests.support.servers import TestDatabase

each_project = pytest.mark.parametrize("project", PROJECTS)


def test_every_folder_here_is_a_project_that_is_tested() -> None:
    folders = {path.name for path in HOME.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(PROJECTS)
    assert all((HOME / project / "ABOUT.md").is_file() for project in PROJECTS)


@each_project
def test_every_file_applies_in_its_order(project: str, target_database: TestDatabase) -> None:
    versions = [migration_of(file).version for file in files_of(project)]
    assert list(apply_all(project, target_database)) == versions
    with psycopg.connect(target_database.url, connect_timeout=10) as connection:
        history = connection.execute(
            "select version from supabase_migrations.schema_migrations order by version"
        ).fetchall()
    assert [version for (version,) in history] == versions


@each_project
def test_versions_are_unique_and_have_fourteen_digits(project: str) -> None:
    versions = [migration_of(file).version for file in files_of(project)]
    assert len(set(versions)) == len(versions)
    assert {len(version) for version in versions} == {14}


@each_project
def test_the_project_is_as_large_as_it_is_said_to_be(project: str) -> None:
    statements = sum(len(statements_of(file)) for file in files_of(project))
    assert (len(files_of(project)), statements) == said_size(project)


@each_project
def test_each_defect_stands_where_it_is_said_to_stand(project: str) -> None:
    defects = defects_of(project)
    assert len(defects) <= 5
    for defect in defects:
        line = defect.file.read_text().splitlines()[defect.line - 1].strip()
        assert line.startswith(defect.begins), defect.file.name
        assert defect.holds(defect.line)


@each_project
def test_an_error_is_found_only_in_a_statement_that_is_a_known_defect(project: str) -> None:
    defects = defects_of(project)
    false_alarms = [
        f"{file.name}:{finding.line} {finding.rule}"
        for file in files_of(project)
        for finding in check_file(f"supabase/migrations/{file.name}", file.read_bytes())
        if finding.severity is Severity.ERROR
        and not any(defect.file == file and defect.holds(finding.line or 0) for defect in defects)
    ]
    assert false_alarms == []


@each_project
def test_the_settings_of_the_supabase_cli_can_be_read(project: str) -> None:
    config = tomllib.loads((HOME / project / "supabase/config.toml").read_text())
    assert "inbucket" not in config
    assert "public" in config["api"]["schemas"]
