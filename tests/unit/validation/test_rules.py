"""Rules, their pages and their examples, held against each other."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import orchestrator.validation.rules as rules_package
from orchestrator.adapters.squawk import Squawk
from orchestrator.domain.finding import Finding, Severity, worst_first
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Hold
from orchestrator.domain.rollback_files import pair_rollbacks
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import LongTransaction, Size, Survey
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.review import review
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.rules import (
    MARKS,
    PLAN_RULES,
    PREFLIGHT_RULES,
    REHEARSAL_RULES,
    RULES,
    SOURCE_RULES,
)
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World
from tests.support.rehearsals import rehearsed

EXAMPLES = Path(__file__).parents[2] / "rules"
LINTER = Squawk(MARKS)
#: those with an example each; the others have tests of their own
WITH_EXAMPLES = [rule for rule in RULES if rule not in {*SOURCE_RULES, *PREFLIGHT_RULES}]
SOURCES = Path(rules_package.__file__).parent


def comparison_of(example: Path) -> Comparison:
    told: dict[str, Any] = tomllib.loads(example.read_text())
    files = [_file("migrations", name) for name in told["migrations"]]
    migrations = [migration for file in files if (migration := Migration.of(file))]
    taken = {migration.file for migration in migrations}
    return Comparison(
        policy=TargetPolicy(name="staging", repository="app", branch="staging"),
        pairing=pair_rollbacks(
            migrations,
            [_file("rollbacks", name) for name in told.get("rollbacks", ())],
            first_lines=lambda files: dict.fromkeys(files, ""),
        ),
        skipped=tuple(file for file in files if file not in taken),
        history=frozenset(told.get("history", ())),
        recorded=told.get("recorded", {}),
        holds=tuple(_hold(**hold) for hold in told.get("holds", ())),
    )


def _file(folder: str, name: str) -> SqlFile:
    """Use the name as the checksum: one that differs from it stands for another content."""
    return SqlFile(path=f"supabase/{folder}/{name}", sha256=name)


def _hold(deployment: int, members: dict[str, str], **more: Any) -> Hold:
    told = {"reason": "", **more}
    return Hold(id=deployment, deployment=deployment, members=tuple(members.items()), **told)


def seen(rule: AnyRule, example: Path) -> list[Finding]:
    if rule in PLAN_RULES:
        return list(worst_first(rule.check(comparison_of(example))))
    if rule in REHEARSAL_RULES:
        return [finding for finding in rehearsed(example) if finding.rule == rule.id]
    return [finding for finding in reviewed(example) if finding.rule == rule.id]


@cache
def reviewed(example: Path) -> tuple[Finding, ...]:
    """Review an example under its terms.toml, after its before.sql, with the real linter."""
    before = example.with_name("before.sql")
    earlier = [SqlText(path="0_before.sql", content=before.read_bytes())] if before.exists() else []
    file = SqlText(path=f"supabase/migrations/20260101120000_{example.name}", content=example.read_bytes())
    terms = terms_of(example.with_name("terms.toml"), earlier)
    return review([file], terms, earlier=earlier, lint=partial(LINTER.lint, server_major=terms.server_major))


def terms_of(file: Path, earlier: Iterable[SqlText]) -> Terms:
    """Read server_major, grants_new_tables, exposed_schemas; sizes and long_transactions make a survey."""
    if not file.exists():
        return Terms()
    told: dict[str, Any] = tomllib.loads(file.read_text())
    if "exposed_schemas" in told:
        told["exposed_schemas"] = tuple(told["exposed_schemas"])
    statistics = {name: told.pop(name) for name in ("sizes", "long_transactions") if name in told}
    return Terms(survey=survey_of(earlier, **statistics) if statistics else None, **told)


def survey_of(
    earlier: Iterable[SqlText],
    sizes: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    long_transactions: Sequence[Mapping[str, Any]] = (),
) -> Survey:
    """Make a survey of what earlier files leave behind; sizes are rows and bytes by the table's name."""
    world = World()
    for part in chain.from_iterable(each.parts for each in earlier):
        for change in part.parsed.changes:
            carry_out(change, world)
    return Survey(
        target="staging",
        server_major=18,
        shape=Shape(schemas=frozenset({"public"}), tables=world.tables, functions=world.functions),
        sizes={name_of(name): Size(rows=rows, bytes=size) for name, (rows, size) in sizes.items()},
        long_transactions=tuple(
            LongTransaction(**{**each, "tables": tuple(map(name_of, each["tables"]))})
            for each in long_transactions
        ),
        api_roles=frozenset({"anon", "authenticated", "service_role"}),
    )


def name_of(written: str) -> Name:
    return Name(*written.split("."))


def told(finding: Finding) -> str:
    name = Path(finding.file or "").name
    place = f"{finding.line}:{finding.column}" if finding.line else "-"
    return f"{finding.severity} {name} {place} {finding.message}\n    {finding.remedy}\n"


def example_of(rule: AnyRule, name: str) -> Path:
    suffix = "toml" if rule in (*PLAN_RULES, *REHEARSAL_RULES) else "sql"
    return EXAMPLES / rule.id / f"{name}.{suffix}"


def test_every_rule_has_its_file_its_page_and_its_examples_and_nothing_is_left_over() -> None:
    ids = {rule.id for rule in RULES}
    assert len(ids) == len(RULES)
    modules = {path.stem for path in SOURCES.glob("*.py")} - {"__init__"}
    assert {name.replace("_", "-") for name in modules} == ids
    assert {path.stem.replace("_", "-") for path in SOURCES.glob("*.md")} == ids
    assert {path.name for path in EXAMPLES.iterdir()} == {rule.id for rule in WITH_EXAMPLES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rules_page_begins_with_its_id(rule: AnyRule) -> None:
    page = (SOURCES / f"{rule.id.replace('-', '_')}.md").read_text()
    assert page.startswith(f"# {rule.id}\n\n")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_condition_effect_and_remedy(rule: AnyRule) -> None:
    for words in (rule.condition, rule.effect, rule.remedy):
        assert words
        assert not words.endswith(".")


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.id)
def test_the_good_example_is_not_reported(rule: AnyRule) -> None:
    assert seen(rule, example_of(rule, "good")) == []


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.id)
def test_the_bad_example_is_reported_as_expected(rule: AnyRule) -> None:
    findings = seen(rule, example_of(rule, "bad"))
    assert rule.severity is max((f.severity for f in findings), key=_weight)
    assert "".join(told(finding) for finding in findings) == (EXAMPLES / rule.id / "expected.txt").read_text()


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.id)
def test_the_good_example_would_be_applied(rule: AnyRule) -> None:
    example = example_of(rule, "good")
    if example.suffix == ".sql":
        errors = [each for each in reviewed(example) if each.severity is Severity.ERROR]
        assert errors == []


def _weight(severity: Severity) -> int:
    return [Severity.NOTE, Severity.WARNING, Severity.ERROR].index(severity)
