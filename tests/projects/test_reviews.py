"""What a reviewer says of ordinary projects: an error only where ABOUT.md tells of a defect that hurts."""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.adapters.squawk import Squawk
from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages import validate
from orchestrator.validation.review import review
from orchestrator.validation.rules import MARKS
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.projects.folders import HOME, PROJECTS, Defect, apply_all, defects_of, files_of
from tests.support.servers import TestDatabase

each_project = pytest.mark.parametrize("project", PROJECTS)
SQUAWK = Squawk(MARKS)


def texts_of(project: str) -> list[SqlText]:
    return [
        SqlText(path=f"supabase/migrations/{file.name}", content=file.read_bytes())
        for file in files_of(project)
    ]


def terms_of(project: str) -> Terms:
    config = tomllib.loads((HOME / project / "supabase/config.toml").read_text())
    return Terms(
        exposed_schemas=tuple(config["api"]["schemas"]),
        server_major=config["db"]["major_version"],
        grants_new_tables=config["api"].get("auto_expose_new_tables"),
    )


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def names_defect(finding: Finding, defects: list[Defect]) -> bool:
    return any(
        (finding.file or "").endswith(defect.file.name) and defect.holds(finding.line or 0)
        for defect in defects
    )


def false_alarms(project: str, findings: Iterable[Finding]) -> list[str]:
    defects = defects_of(project)
    return [
        f"{finding.file}:{finding.line} {finding.rule}: {finding.message}"
        for finding in errors(findings)
        if not names_defect(finding, defects)
    ]


@each_project
def test_the_whole_project_has_errors_only_where_it_hurts(project: str) -> None:
    findings = review(texts_of(project), terms_of(project), lint=SQUAWK.lint)
    assert false_alarms(project, findings) == []


@each_project
def test_each_file_after_the_others_has_errors_only_where_it_hurts(project: str) -> None:
    texts = texts_of(project)
    findings = [
        finding
        for number, text in enumerate(texts)
        for finding in review([text], terms_of(project), earlier=texts[:number])
    ]
    assert false_alarms(project, findings) == []


@contextmanager
def looked_at(database: TestDatabase) -> Iterator[Reader]:
    with psycopg.connect(database.url, autocommit=True, connect_timeout=10) as connection:
        yield Reader(connection, "staging")


@each_project
def test_on_a_real_target_each_push_has_errors_only_where_it_hurts(
    project: str, target_database: TestDatabase
) -> None:
    policy = TargetPolicy(
        name="staging",
        repository="app",
        branch="staging",
        exposed_schemas=terms_of(project).exposed_schemas,
    )
    found: list[Finding] = []
    applying = apply_all(project, target_database)
    with looked_at(target_database) as reader:
        for text in texts_of(project):
            found += validate.judge([text], rollbacks=(), policy=policy, linter=SQUAWK, reader=reader)
            next(applying)
    assert false_alarms(project, found) == []
    assert unseen(project, found) == UNSEEN[project]


def unseen(project: str, findings: Iterable[Finding]) -> list[str]:
    found = errors(findings)
    return [
        f"{defect.file.name}:{defect.line}"
        for defect in defects_of(project)
        if not any(names_defect(finding, [defect]) for finding in found)
    ]


#: defects that validation does not call an error
UNSEEN: dict[str, list[str]] = {"chat": [], "pgflow_core": [], "saas": [], "shop": []}
