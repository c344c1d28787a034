"""A check as text and as JSON, told of a rehearsal that was made by hand."""

from dataclasses import replace

import pytest

from orchestrator.actions.checking import Check, CheckedStage
from orchestrator.actions.reviewing import Report
from orchestrator.cli.output import Output
from orchestrator.cli.report.check_json import check_value
from orchestrator.cli.report.check_text import tell
from orchestrator.domain.deployment import Outcome, Stage
from orchestrator.domain.facts import PART_SEPARATOR, Change
from orchestrator.domain.finding import Finding
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import (
    CopyOrigin,
    Rehearsal,
    RollbackProof,
    RollbackSource,
    RollbackVerdict,
)
from orchestrator.validation.rehearsed import rehearsal_findings
from orchestrator.validation.terms import Terms
from tests.support.told_rehearsals import BROKEN, PLANNED, REHEARSAL, trace

STAGES = (
    CheckedStage(name=Stage.PLAN, outcome=Outcome.PASSED, seconds=0.002),
    CheckedStage(name=Stage.VALIDATE, outcome=Outcome.PASSED, seconds=0.03),
    CheckedStage(name=Stage.REHEARSE, outcome=Outcome.REFUSED, seconds=1.25),
    CheckedStage(name=Stage.SMOKE, outcome=Outcome.PASSED, seconds=0.017),
)
PLAN = Plan(pending=PLANNED, applied=3)
NEW_TABLE = (
    Change(kind="column", identity="public.more.id", before=None, after="type=integer"),
    Change(kind="index", identity="public.more_id", before=None, after="on=public.more"),
    Change(
        kind="table",
        identity="public.more",
        before=None,
        after=f"owner=postgres{PART_SEPARATOR}row security",
    ),
)


@pytest.fixture(autouse=True)
def _a_log(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def found(rehearsal: Rehearsal) -> tuple[Finding, ...]:
    return rehearsal_findings(PLAN, rehearsal, files=(), terms=Terms())


def check(rehearsal: Rehearsal | None = REHEARSAL, *, findings=(), stages=STAGES, plan=PLAN) -> Check:
    return Check(plan=plan, report=Report.of(findings, ()), stages=stages, rehearsal=rehearsal)


def said(capsys, told: Check, target: str | None = "staging") -> str:
    tell(Output(as_json=False), told, target=target)
    return capsys.readouterr().out


def with_one(**of_proof) -> Rehearsal:
    """Return a rehearsal of the first migration alone."""
    proof = RollbackProof(version=PLANNED[0].version, source=RollbackSource.FILE, **of_proof)
    return replace(REHEARSAL, rollbacks=(proof,), trace=(), matrix=Matrix())


def test_a_check_is_a_line_for_each_stage_and_nothing_more_where_all_is_proven(capsys):
    proven = with_one(verdict=RollbackVerdict.PROVEN)
    assert (
        said(capsys, check(proven))
        == """\
rehearsed on a copy of staging, PostgreSQL 18
✓ plan         2 ms  6 pending, 3 applied
✓ validate    30 ms
✗ rehearse    1.2 s  1 rollback proven
✓ smoke       17 ms  0 exposed relations

pass: nothing found in 0 files
"""
    )


def test_without_a_target_it_says_what_it_was_rehearsed_on(capsys):
    built = replace(REHEARSAL, copy=replace(REHEARSAL.copy, origin=CopyOrigin.FILES, why_files=""))
    told = said(capsys, check(built), target=None)
    assert told.startswith("rehearsed on a Supabase-like database, PostgreSQL 18\n")


def test_what_findings_tell_is_not_told_again_but_how_things_differ(capsys):
    told = said(capsys, check(findings=found(REHEARSAL)))
    assert "2 of 6 rollbacks proven, 1 drafted\n" in told
    assert "not brought back" not in told
    assert "after it: index public.orders_note_idx was added: where swordfish\n" in told
    assert "after it: type public.mood: labels changed from low to low, swordfish\n" in told


def test_what_no_finding_tells_because_it_was_allowed_is_told(capsys):
    told = said(capsys, check())
    assert "  lossy         20261121081000_drop_old_prices.sql\n" in told
    assert "    not brought back: the rows of public.old_prices\n" in told


def test_parts_of_a_table_that_is_left_behind_are_told_with_the_table_and_by_themselves_in_the_json(capsys):
    left = with_one(verdict=RollbackVerdict.UNPROVEN, residue=NEW_TABLE)
    told = said(capsys, check(left, findings=found(left)))
    assert "    after it: table public.more was added: owner postgres, row security\n" in told
    assert "public.more_id" not in told
    assert "public.more.id" not in told
    (proof,) = check_value(check(left))["rollbacks"]
    assert [each["identity"] for each in proof["residue"]] == [each.identity for each in NEW_TABLE]
    assert proof["residue"][2]["after"] == {"owner": "postgres", "row security": ""}
    assert proof["residue"][2]["before"] is None


def test_many_differences_are_cut_short(capsys):
    many = [Change(kind="view", identity=f"public.v{n}", before=None, after="") for n in range(7)]
    told = said(capsys, check(with_one(verdict=RollbackVerdict.UNPROVEN, residue=tuple(many))))
    assert told.count("after it: ") == 5
    assert "    and 2 more lines\n" in told


def test_what_cannot_be_shown_steers_no_terminal(capsys):
    odd = Change(kind="view", identity="public.\x1b[2J", before=None, after="")
    assert "\x1b" not in said(capsys, check(with_one(verdict=RollbackVerdict.UNPROVEN, residue=(odd,))))


def test_a_lock_is_told_once_in_a_file_and_again_where_a_table_is_written_anew(capsys):
    version, again = PLANNED[0].version, "AccessExclusiveLock"
    rehearsal = replace(
        REHEARSAL,
        rollbacks=(),
        trace=(
            trace(version, 1, "public.orders", again),
            trace(version, 2, "public.orders", again),
            trace(version, 3, "public.orders", again, rewrites=True),
            trace(version, 4, "public.orders", "RowExclusiveLock"),
        ),
    )
    lines = [line for line in said(capsys, check(rehearsal)).splitlines() if "public.orders" in line]
    assert lines == [
        f"  {version}.sql:1  ACCESS EXCLUSIVE on public.orders",
        f"  {version}.sql:3  ACCESS EXCLUSIVE on public.orders; rewritten",
    ]


@pytest.mark.parametrize(
    ("again", "words"),
    [(False, "does not apply"), (True, "does not apply a second time")],
)
def test_a_migration_that_does_not_apply_is_named(capsys, again, words):
    failed = replace(REHEARSAL, failed=BROKEN, failed_again=again, rollbacks=(), trace=())
    assert f"  20261121080500 {words}\n" in said(capsys, check(failed))


@pytest.mark.parametrize(
    ("plan", "words"),
    [(PLAN, "not before the errors below are mended"), (Plan(applied=3), "nothing to rehearse")],
)
def test_it_is_said_why_nothing_was_rehearsed(capsys, plan, words):
    skipped = (*STAGES[:2], *(replace(each, outcome=Outcome.SKIPPED, seconds=0) for each in STAGES[2:]))
    told = said(capsys, check(None, stages=skipped, plan=plan))
    assert f"– rehearse           {words}\n– smoke\n" in told
    assert "rehearsed on" not in told


def test_a_finding_of_the_smoke_names_what_it_is_about():
    value = check_value(check())["smoke"]
    assert value == {"verdict": "pass", "tables": [], "tests": []}
