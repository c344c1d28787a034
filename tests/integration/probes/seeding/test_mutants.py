"""Faults written into whole schemas: whether the probes notice each, and say nothing where there is none."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.judge import judge
from tests.support.mutants import VIEW, Mutant, mutants
from tests.support.seeded import cells_of, probed

SCHEMAS = {"pgflow_core": ("public", "pgflow")}
USUAL = ("public", "storage")
FEWEST = 400
#: errors where nothing was there before: each is a fault of the project
WRONG = {
    ("chat", "anon-writes", "public.device_tokens"),
    ("chat", "rls-disabled", "public.moderation_actions"),
    ("chat", "view-bypasses-rls", "public.conversation_overview"),
    ("saas", "rls-disabled", "public.events_2026_03"),
    ("saas", "rls-disabled", "public.payment_events"),
    ("saas", "view-bypasses-rls", "public.organisation_directory"),
    ("shop", "anon-writes", "public.contact_messages"),
    ("shop", "rls-disabled", "public.coupons"),
}
#: of the faults that change something, in percent
SHARE = 98


@dataclass(frozen=True, kw_only=True, slots=True)
class Noticed:
    """What became of one fault."""

    project: str
    mutant: Mutant
    by_cells: bool
    by_findings: bool


@pytest.mark.timeout(400)
def test_nearly_every_fault_changes_a_cell_or_raises_a_finding(
    projects: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        told = [each for some in pool.map(_tried, projects, projects.values()) for each in some]
    counted = [each for each in told if not each.mutant.changes_nothing]
    unseen = [each for each in counted if not (each.by_cells or each.by_findings)]
    with capsys.disabled():
        print("\n".join(_figures(told, counted, unseen)))  # noqa: T201  # figures that people want to see
    assert len(counted) >= FEWEST
    assert len(unseen) * 100 <= (100 - SHARE) * len(counted)
    assert {each.project for each in counted} == set(projects)


def test_a_schema_held_against_itself_is_without_a_word(projects: Mapping[str, str]) -> None:
    for project, url in projects.items():
        with psycopg.connect(url) as connection:
            once, again = (probed(connection, SCHEMAS.get(project, USUAL)) for _ in range(2))
            for relation in once.relations:
                assert cells_of(once, relation.name) == cells_of(again, relation.name), relation.name
            assert {*map(_told, judge(once, again))} == {*map(_told, judge(once, once))}
            assert [each for each in judge(once, again) if each.severity is Severity.ERROR] == []


def test_only_what_is_wrong_is_an_error_in_a_schema_that_is_new(projects: Mapping[str, str]) -> None:
    found = set()
    for project, url in projects.items():
        with psycopg.connect(url) as connection:
            matrix = probed(connection, SCHEMAS.get(project, USUAL))
        findings = judge(Matrix(), matrix)
        found |= {(project, each.rule, each.object) for each in findings if each.severity is Severity.ERROR}
    assert found == WRONG


def _tried(project: str, url: str) -> list[Noticed]:
    schemas = SCHEMAS.get(project, USUAL)
    told: list[Noticed] = []
    before: dict[str, Matrix] = {}
    with psycopg.connect(url) as connection:
        for mutant in _some(list(mutants(connection, schemas))):
            changed = [("table", mutant.table)]
            if mutant.table not in before:
                before = {mutant.table: probed(connection, schemas, changed=changed)}
            then = before[mutant.table]
            connection.execute("savepoint fault")
            connection.execute(mutant.sql.encode())
            now = probed(connection, schemas, changed=changed)
            connection.execute("rollback to savepoint fault")
            told.append(_held(project, mutant, then, now))
        connection.rollback()
    return told


def _some(every: Sequence[Mutant]) -> list[Mutant]:
    """Take each second one of each kind; all of them where the environment says so."""
    if os.environ.get("BASCULE_ALL_FAULTS"):
        return list(every)
    numbers: Counter[str] = Counter()
    taken = []
    for mutant in every:
        numbers[mutant.kind] += 1
        if numbers[mutant.kind] % 2:
            taken.append(mutant)
    return sorted(taken, key=lambda each: each.table)


def _held(project: str, mutant: Mutant, then: Matrix, now: Matrix) -> Noticed:
    return Noticed(
        project=project,
        mutant=mutant,
        by_cells=any(cells_of(then, name) != cells_of(now, name) for name in (mutant.table, VIEW)),
        by_findings=bool({*map(_told, judge(then, now))} - {*map(_told, judge(then, then))}),
    )


def _told(finding: Finding) -> tuple[str, str | None, Severity, str]:
    return finding.rule, finding.object, finding.severity, finding.message


def _figures(told: list[Noticed], counted: list[Noticed], unseen: list[Noticed]) -> Iterator[str]:
    nothing = Counter(each.mutant.changes_nothing for each in told if each.mutant.changes_nothing)
    cells = sum(each.by_cells for each in counted)
    findings = sum(each.by_findings for each in counted)
    yield f"\n{len(told)} faults, {sum(nothing.values())} change nothing:"
    yield from (f"  {times:4}  {why}" for why, times in nothing.most_common())
    yield f"{len(counted)} counted, {len(counted) - len(unseen)} noticed"
    yield f"  {cells} by cells ({_percent(cells, counted)})"
    yield f"  {findings} by findings ({_percent(findings, counted)})"
    kinds = Counter(each.mutant.kind for each in counted)
    missed = Counter(each.mutant.kind for each in unseen)
    yield from (f"  {kind}: {times - missed[kind]} of {times}" for kind, times in kinds.items())
    yield from (f"  not noticed: {each.project}: {each.mutant.sql}" for each in unseen)


def _percent(some: int, of: list[Noticed]) -> str:
    return f"{some / len(of):.1%}"
