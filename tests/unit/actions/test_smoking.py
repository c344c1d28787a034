import pytest

from orchestrator.actions.smoking import why_no_rows
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.target import MadeUpRows, TargetPolicy


def policy(rows: MadeUpRows, name: str = "production", branch: str = "main") -> TargetPolicy:
    return TargetPolicy(name=name, repository="app", branch=branch, made_up_rows=rows)


def test_a_target_is_asked_by_its_settings_unless_a_person_says_otherwise() -> None:
    assert why_no_rows(None, policy=policy(MadeUpRows.LIVE)) == ""
    assert why_no_rows(None, policy=policy(MadeUpRows.AUTO, "staging", "staging")) == ""
    assert "made_up_rows is auto" in why_no_rows(None, policy=policy(MadeUpRows.AUTO, "staging"))
    assert "made_up_rows is auto" in why_no_rows(None, policy=policy(MadeUpRows.AUTO))
    assert why_no_rows(True, policy=policy(MadeUpRows.AUTO)) == ""
    assert why_no_rows(False, policy=policy(MadeUpRows.LIVE)) == "--no-rows"


def test_what_the_settings_never_allow_nobody_may_ask_for() -> None:
    assert "made_up_rows is never" in why_no_rows(None, policy=policy(MadeUpRows.NEVER))
    with pytest.raises(ConfigurationError) as refused:
        why_no_rows(True, policy=policy(MadeUpRows.NEVER))
    assert refused.value.code == "rows-not-allowed"


def test_any_other_database_gets_rows_by_itself_only_on_this_machine() -> None:
    assert why_no_rows(None, on_this_machine=True) == ""
    assert "another machine" in why_no_rows(None, on_this_machine=False)
    assert why_no_rows(True, on_this_machine=False) == ""
    assert why_no_rows(False, on_this_machine=True) == "--no-rows"
