from dataclasses import replace

import pytest
from pydantic import TypeAdapter, ValidationError

from orchestrator.actions.rulebook import Entry, entry_of, rulebook, severity_on, stages
from orchestrator.domain.deployment import Stage
from orchestrator.domain.drift import WhenDrifted
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.finding import Severity, Source
from orchestrator.domain.plan import OutOfOrder, WhenFilesChange, WhenFilesLeave
from orchestrator.domain.target import TargetPolicy
from orchestrator.settings.kinds import RuleName
from orchestrator.validation.rules import RULES

RULE_NAME = TypeAdapter[str](RuleName)
POLICY = TargetPolicy(name="main", repository="app", branch="main")
ENTRY = Entry(
    rule="some-rule",
    stage=Stage.VALIDATE,
    source=Source.TREE,
    severity=Severity.NOTE,
    condition="Something is so",
    effect="Something happens",
    remedy="Do something",
    may_be_allowed=True,
    may_be_set=True,
    page="",
    path="orchestrator/validation/rules/some_rule.md",
)


def aims_in(page: str) -> list[str]:
    aims: list[str] = []
    replace(ENTRY, page=page).linked(lambda text, aim: aims.append(aim) or text)
    return aims


def test_every_rule_that_is_registered_is_told_as_it_says_itself() -> None:
    told = {entry.rule: entry for entry in rulebook()}
    for rule in RULES:
        entry = told[rule.id]
        assert (entry.severity, entry.source) == (rule.severity, rule.source)
        assert (entry.condition, entry.effect, entry.remedy) == (rule.condition, rule.effect, rule.remedy)


def test_an_id_belongs_to_one_rule() -> None:
    assert len({entry.rule for entry in rulebook()}) == len(rulebook())


def test_rules_stand_in_the_order_in_which_stages_look() -> None:
    assert stages(rulebook()) == (
        Stage.CHECKOUT,
        Stage.PLAN,
        Stage.VALIDATE,
        Stage.OBSERVE,
        Stage.REHEARSE,
        Stage.SMOKE,
    )


@pytest.mark.parametrize("entry", rulebook(), ids=lambda entry: entry.rule)
def test_every_rule_says_condition_effect_and_remedy_and_has_a_page_of_its_name(entry: Entry) -> None:
    for words in (entry.condition, entry.effect, entry.remedy):
        assert words
        assert not words.endswith(".")
    assert entry.page
    assert entry.path.endswith(f"/{entry.rule.replace('-', '_')}.md")


def test_what_is_no_rule_is_told_with_the_nearest_names() -> None:
    with pytest.raises(ConfigurationError) as raised:
        entry_of("polcy-error")
    assert raised.value.code == "rule-unknown"
    assert "policy-error" in raised.value.remedy
    with pytest.raises(ConfigurationError) as raised:
        entry_of("xyz")
    assert raised.value.remedy == "bascule rules lists them all"


def test_what_the_server_would_refuse_can_be_neither_allowed_nor_set() -> None:
    entry = entry_of("syntax-error")
    assert not entry.may_be_allowed
    assert not entry.may_be_set


def test_a_source_that_is_missing_can_be_set_and_not_allowed() -> None:
    entry = entry_of("linter-missing")
    assert entry.may_be_set
    assert not entry.may_be_allowed


def test_what_is_said_of_a_copy_can_be_set_and_not_allowed() -> None:
    assert [entry_of("server-differs").may_be_set, entry_of("server-differs").may_be_allowed] == [True, False]


def test_a_target_may_set_a_rule_or_switch_it_off() -> None:
    policy = replace(POLICY, severities={"empty-file": Severity.ERROR, "file-name": None})
    assert severity_on(entry_of("empty-file"), policy) is Severity.ERROR
    assert severity_on(entry_of("file-name"), policy) is None
    assert severity_on(entry_of("syntax-error"), policy) is Severity.ERROR


@pytest.mark.parametrize(
    ("rule", "policy", "eased"),
    [
        ("out-of-order", replace(POLICY, out_of_order=OutOfOrder.APPLY), Severity.NOTE),
        ("file-left", replace(POLICY, when_files_leave=WhenFilesLeave.WARN), Severity.WARNING),
        ("file-edited", replace(POLICY, when_files_change=WhenFilesChange.WARN), Severity.WARNING),
    ],
)
def test_a_targets_own_settings_ease_a_rule_of_the_plan(rule, policy, eased) -> None:
    assert severity_on(entry_of(rule), POLICY) is Severity.ERROR
    assert severity_on(entry_of(rule), policy) is eased


def test_a_link_to_a_rules_page_leads_to_the_rule_wherever_its_page_lies() -> None:
    page = "[a](other_rule.md), [b](../../probes/rules/no_grant.md), [c](#other-rule)"
    assert aims_in(page) == ["#other-rule", "#no-grant", "#other-rule"]


def test_a_link_to_a_document_leads_there_from_the_root() -> None:
    page = (
        "[settings](../../../docs/settings.md#targetsnamerules), [a site](https://www.postgresql.org/docs/)"
    )
    assert aims_in(page) == ["docs/settings.md#targetsnamerules", "https://www.postgresql.org/docs/"]


def test_what_looks_like_a_link_in_code_stays() -> None:
    assert aims_in("```sql\nselect a[1](b);\n```\n") == []


@pytest.mark.parametrize("entry", rulebook(), ids=lambda entry: entry.rule)
def test_settings_take_what_the_book_says_can_be_set_and_nothing_else(entry: Entry) -> None:
    if entry.may_be_set:
        assert RULE_NAME.validate_python(entry.rule) == entry.rule
        return
    with pytest.raises(ValidationError, match="cannot be set"):
        RULE_NAME.validate_python(entry.rule)


def test_drift_weighs_what_the_target_says_of_it() -> None:
    entry = entry_of("target-drifted")
    assert severity_on(entry, POLICY) is Severity.WARNING
    assert severity_on(entry, replace(POLICY, when_drifted=WhenDrifted.REFUSE)) is Severity.ERROR
    set_so = replace(POLICY, severities={"target-drifted": Severity.NOTE})
    assert severity_on(entry, set_so) is Severity.NOTE
    assert severity_on(entry, replace(set_so, when_drifted=WhenDrifted.IGNORE)) is None
