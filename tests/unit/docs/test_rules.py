"""docs/rules.md is what the rules' own pages make it, and tells of every rule of every stage."""

from importlib import import_module
from pkgutil import iter_modules

import pytest

import orchestrator.probes.rules as probe_rules
from orchestrator.actions.rulebook import Entry, rulebook
from orchestrator.cli.rules_page import rules_page
from orchestrator.probes.lints import LINTS
from orchestrator.validation.rules import PLAN_RULES, REHEARSAL_RULES, RULES
from tests.support.literals import given_to, tabled
from tests.support.pages import ROOT, page, sections

LISTING = "orchestrator/adapters/git/listing.py"
STAGES = sections(page("docs/rules.md"))


def of_checkout() -> set[str]:
    return {*given_to("rule", "orchestrator/stages/checkout.py", LISTING).written, *tabled(LISTING)}


def of_smoke() -> set[str]:
    names = [module.name for module in iter_modules(probe_rules.__path__)]
    return {import_module(f"{probe_rules.__name__}.{name}").RULE for name in names} | {
        lint.rule for lint in LINTS
    }


def test_the_page_is_the_one_that_the_rules_make() -> None:
    assert page("docs/rules.md") == rules_page(rulebook()), "run `make docs`"


@pytest.mark.parametrize(
    ("stage", "ids"),
    [
        ("Checkout", of_checkout()),
        ("Plan", {rule.id for rule in PLAN_RULES}),
        ("Validate", {rule.id for rule in RULES if rule not in (*PLAN_RULES, *REHEARSAL_RULES)}),
        ("Observe", {"target-drifted"}),
        ("Rehearse", {rule.id for rule in REHEARSAL_RULES}),
        ("Smoke", of_smoke()),
    ],
)
def test_every_rule_of_a_stage_has_its_heading_and_every_heading_a_rule(stage: str, ids: set[str]) -> None:
    text = next(text for heading, text in STAGES.items() if heading.startswith(f"{stage}:"))
    assert set(sections(text, level=3)) == ids


@pytest.mark.parametrize("entry", rulebook(), ids=lambda entry: entry.rule)
def test_a_page_leads_only_to_what_is_there(entry: Entry) -> None:
    aims: list[str] = []
    entry.linked(lambda text, aim: aims.append(aim) or text)
    rules = {f"#{each.rule}" for each in rulebook()}
    for aim in aims:
        assert aim in rules or aim.startswith("https://") or (ROOT / aim.partition("#")[0]).is_file(), aim
