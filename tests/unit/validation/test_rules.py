"""Rules, their pages and their examples, held against each other."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

import orchestrator.validation.rules as rules_package
from orchestrator.domain.finding import Finding, Severity, worst_first
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Hold
from orchestrator.domain.rollback_files import pair_rollbacks
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.rules import FILE_RULES, PLAN_RULES, RULES
from orchestrator.validation.sql_text import SqlText

EXAMPLES = Path(__file__).parents[2] / "rules"
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


def _hold(deployment: int, members: dict[str, str], reason: str = "") -> Hold:
    return Hold(id=deployment, deployment=deployment, members=tuple(members.items()), reason=reason)


def seen(rule: AnyRule, example: Path) -> list[Finding]:
    if example.suffix == ".toml":
        subject: Any = comparison_of(example)
    else:
        path = f"supabase/migrations/20260101120000_{example.name}"
        subject = SqlText(path=path, content=example.read_bytes())
    return list(worst_first(rule.check(subject)))


def told(finding: Finding) -> str:
    name = Path(finding.file or "").name
    place = f"{finding.line}:{finding.column}" if finding.line else "-"
    return f"{finding.severity} {name} {place} {finding.message}\n    {finding.remedy}\n"


def example_of(rule: AnyRule, name: str) -> Path:
    suffix = "sql" if rule in FILE_RULES else "toml"
    return EXAMPLES / rule.id / f"{name}.{suffix}"


def test_every_rule_has_its_file_its_page_and_its_examples_and_nothing_is_left_over() -> None:
    ids = {rule.id for rule in RULES}
    assert len(ids) == len(RULES)
    modules = {path.stem for path in SOURCES.glob("*.py")} - {"__init__"}
    assert {name.replace("_", "-") for name in modules} == ids
    assert {path.stem.replace("_", "-") for path in SOURCES.glob("*.md")} == ids
    assert {path.name for path in EXAMPLES.iterdir()} == ids
    assert len(FILE_RULES) + len(PLAN_RULES) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rules_page_begins_with_its_id(rule: AnyRule) -> None:
    page = (SOURCES / f"{rule.id.replace('-', '_')}.md").read_text()
    assert page.startswith(f"# {rule.id}\n\n")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_condition_effect_and_remedy(rule: AnyRule) -> None:
    for words in (rule.condition, rule.effect, rule.remedy):
        assert words
        assert not words.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_good_example_is_not_reported(rule: AnyRule) -> None:
    assert seen(rule, example_of(rule, "good")) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_bad_example_is_reported_as_expected(rule: AnyRule) -> None:
    findings = seen(rule, example_of(rule, "bad"))
    assert rule.severity is max((f.severity for f in findings), key=_weight)
    assert "".join(told(finding) for finding in findings) == (EXAMPLES / rule.id / "expected.txt").read_text()


@pytest.mark.parametrize("rule", FILE_RULES, ids=lambda rule: rule.id)
def test_the_good_example_is_good_for_all_rules(rule: AnyRule) -> None:
    example = example_of(rule, "good")
    assert [finding for each in FILE_RULES for finding in seen(each, example)] == []


def _weight(severity: Severity) -> int:
    return [Severity.NOTE, Severity.WARNING, Severity.ERROR].index(severity)
