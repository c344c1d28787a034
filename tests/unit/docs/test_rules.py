"""docs/rules.md tells of every rule of every stage what the rule itself says."""

from importlib import import_module
from pkgutil import iter_modules

import pytest

import orchestrator.probes.rules as probe_rules
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.rules import FILE_RULES, PLAN_RULES, RULES
from tests.support.literals import given_to, tabled
from tests.support.pages import page, sections

LISTING = "orchestrator/adapters/git/listing.py"
STAGES = sections(page("docs/rules.md"))


def of_checkout() -> set[str]:
    return {*given_to("rule", "orchestrator/stages/checkout.py", LISTING).written, *tabled(LISTING)}


def of_smoke() -> set[str]:
    names = [module.name for module in iter_modules(probe_rules.__path__)]
    return {import_module(f"{probe_rules.__name__}.{name}").RULE for name in names}


@pytest.mark.parametrize(
    ("stage", "ids"),
    [
        ("Checkout", of_checkout()),
        ("Plan", {rule.id for rule in PLAN_RULES}),
        ("Validate", {rule.id for rule in FILE_RULES}),
        ("Smoke", of_smoke()),
    ],
)
def test_every_rule_of_a_stage_has_its_heading_and_every_heading_a_rule(stage: str, ids: set[str]) -> None:
    text = next(text for heading, text in STAGES.items() if heading.startswith(f"{stage}:"))
    assert set(sections(text, level=3)) == ids


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_page_says_what_the_rule_says_and_leads_to_its_own_page(rule: AnyRule) -> None:
    text = sections(page("docs/rules.md"), level=3)[rule.id]
    assert " ".join(text.split()).startswith(f"{rule.severity}: {rule.condition}. {rule.effect}.")
    assert f"(../orchestrator/validation/rules/{rule.id.replace('-', '_')}.md)" in text
