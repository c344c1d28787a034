import json

import pytest

from orchestrator.actions.rulebook import rulebook
from orchestrator.cli import run


@pytest.fixture(autouse=True)
def _a_log(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("rule", [entry.rule for entry in rulebook()])
def test_every_rule_is_explained_in_80_columns_but_for_its_code(rule, capsys):
    assert run(["explain", rule]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{rule}: ")
    assert [line for line in told.splitlines() if len(line) > 80 and line[:4] != "    "] == []
    assert "```" not in told
    assert "](" not in told


def test_it_says_how_to_allow_a_rule_and_how_to_set_it(capsys):
    assert run(["explain", "primary-key-missing"]) == 0
    told = capsys.readouterr().out
    assert "\n    -- bascule: allow primary-key-missing because REASON\n" in told
    assert '\n    [targets.NAME.rules]\n    primary-key-missing = "off"\n' in told


@pytest.mark.parametrize("rule", ["syntax-error", "file-symlink"])
def test_it_says_that_a_rule_can_be_neither_allowed_nor_set(rule, capsys):
    assert run(["explain", rule]) == 0
    told = capsys.readouterr().out
    assert told.endswith("\nIt can be neither allowed in the SQL nor set for a target.\n")
    assert "because REASON" not in told


def test_links_name_the_rule_or_the_document(capsys):
    assert run(["explain", "access-widened"]) == 0
    assert "without limit, anon-writes says so" in " ".join(capsys.readouterr().out.split())
    assert run(["explain", "branch-gone"]) == 0
    assert "settings (docs/settings.md#targetsnamebranch)" in " ".join(capsys.readouterr().out.split())


def test_with_json_it_is_one_value_with_the_page(capsys):
    assert run(["explain", "held", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rule"], told["stage"], told["severity"]) == ("held", "plan", "error")
    assert told["page"]


def test_several_rules_are_explained_one_after_the_other_however_they_are_spelled(capsys):
    assert run(["explain", "Drop-Column", "DROP_TABLE"]) == 0
    told = capsys.readouterr().out
    assert told.index("drop-column: ") < told.index("\n\ndrop-table: ")
    assert run(["explain", "drop-column", "drop-table", "--json"]) == 0
    assert [one["rule"] for one in json.loads(capsys.readouterr().out)] == ["drop-column", "drop-table"]


def test_a_part_of_a_name_leads_to_the_rules_that_have_it(capsys):
    assert run(["explain", "rls"]) == 2
    assert "or rls-disabled or rls-without-policy or" in " ".join(capsys.readouterr().err.split())


def test_an_operator_may_set_what_nobody_may_allow_about_permissions(capsys):
    assert run(["explain", "permission-unused"]) == 0
    told = capsys.readouterr().out
    assert "It cannot be allowed in the SQL." in told
    assert 'permission-unused = "off"' in told


def test_what_is_no_rule_ends_with_2_and_names_the_nearest(capsys):
    assert run(["explain", "primary-key-mising"]) == 2
    assert "primary-key-missing" in capsys.readouterr().err.partition("did you mean ")[2]
    assert run(["explain", "primary-key-mising", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "rule-unknown"
