import pytest

from orchestrator.domain.deployment import Outcome
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import Plan
from orchestrator.stages import validate


def a_plan(up: bytes, down: bytes | None = None) -> tuple[Plan, dict[str, bytes]]:
    rollback = None if down is None else SqlFile(path="supabase/rollbacks/1_a.sql", sha256=checksum(down))
    file = SqlFile(path="supabase/migrations/1_a.sql", sha256=checksum(up))
    plan = Plan(pending=(Migration(version="1", name="a", file=file, rollback=rollback),))
    return plan, {checksum(content): content for content in (up, down) if content is not None}


def test_good_files_pass() -> None:
    plan, contents = a_plan(b"create table a ();", b"drop table a;")
    done = validate.run(plan, contents=contents)
    assert (done.outcome, done.findings, done.gave) == (Outcome.PASSED, (), None)


def test_a_syntax_error_refuses_and_names_its_place() -> None:
    plan, contents = a_plan(b"create table a (\n  id int,\n);")
    done = validate.run(plan, contents=contents)
    assert done.outcome is Outcome.REFUSED
    (finding,) = done.findings
    assert (finding.file, finding.line, finding.column) == ("supabase/migrations/1_a.sql", 3, 1)


def test_a_rollback_that_could_not_run_refuses_too() -> None:
    plan, contents = a_plan(b"create table a ();", b"drop tabel a;")
    done = validate.run(plan, contents=contents)
    assert done.outcome is Outcome.REFUSED
    assert [finding.file for finding in done.findings] == ["supabase/rollbacks/1_a.sql"]


def test_warnings_and_notes_pass() -> None:
    plan, contents = a_plan(b"-- later\n", b"begin; drop table a; commit;\r\n")
    done = validate.run(plan, contents=contents)
    assert done.outcome is Outcome.PASSED
    assert [finding.rule for finding in done.findings] == [
        "empty-file",
        "file-encoding",
        "transaction-control",
    ]


def test_an_empty_plan_passes() -> None:
    assert validate.run(Plan(), contents={}).outcome is Outcome.PASSED


def test_content_that_is_not_there_is_no_finding() -> None:
    plan, _ = a_plan(b"select 1;")
    with pytest.raises(KeyError):
        validate.run(plan, contents={})
