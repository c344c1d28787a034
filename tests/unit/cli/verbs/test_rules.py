import json

import pytest

from orchestrator.actions.rulebook import rulebook
from orchestrator.cli import run

SETTINGS = """
[repositories.app]
url = "https://git.example/app.git"
webhook_secret = "env:SECRET"

[targets.main]
repository = "app"
branch = "main"
database_url = "env:URL"
when_files_leave = "warn"

[targets.main.rules]
primary-key-missing = "off"
file-name = "error"
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "a-long-enough-secret")
    monkeypatch.setenv("URL", "postgresql://app:word@db.example.org:5432/postgres")
    file = tmp_path / "bascule.toml"
    file.write_text(SETTINGS)
    return str(file)


def test_every_rule_has_its_line_and_below_what_it_looks_for_in_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    told = [line.split() for line in lines if line.startswith("  ") and line[2] != " "]
    assert [words[0] for words in told] == [entry.rule for entry in rulebook()]
    assert [words[1:3] for words in told] == [[entry.severity, entry.source] for entry in rulebook()]
    assert [" ".join(words[3:]) for words in told] == [
        "" if entry.may_be_allowed else "cannot be allowed" for entry in rulebook()
    ]


def test_only_the_rules_of_a_stage_are_listed(capsys):
    assert run(["rules", "--stage", "plan", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["stage"] for one in told} == {"plan"}
    assert "held" in {one["rule"] for one in told}
    assert "severity_on_target" not in told[0]


def test_a_target_shows_what_its_settings_make_of_the_rules(settings, capsys):
    assert run(["rules", "--target", "main", "--settings", settings]) == 0
    changed = [line.split() for line in capsys.readouterr().out.splitlines() if "usually" in line]
    assert [words[:5] for words in changed] == [
        ["file-left", "warning", "tree", "usually", "error,"],
        ["file-name", "error", "tree", "usually", "warning"],
        ["primary-key-missing", "off", "tree", "usually", "warning"],
    ]


def test_with_json_a_target_adds_its_own_severity(settings, capsys):
    assert run(["rules", "--target", "main", "--settings", settings, "--json"]) == 0
    told = {one["rule"]: one for one in json.loads(capsys.readouterr().out)}
    assert told["primary-key-missing"]["severity"] == "warning"
    assert told["primary-key-missing"]["severity_on_target"] == "off"
    assert told["held"]["severity_on_target"] == "error"


def test_a_target_that_is_not_there_is_told(settings, capsys):
    assert run(["rules", "--target", "mian", "--settings", settings, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "target-unknown"


@pytest.mark.parametrize("words", [["--stage", "apply"], ["--markdown", "--json"]], ids=" ".join)
def test_a_wrong_call_is_usage(words, capsys):
    assert run(["rules", *words]) == 2
    assert "sage" in capsys.readouterr().err


def test_the_page_is_printed_as_markdown(capsys):
    assert run(["rules", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Rules\n")


def test_a_stage_without_rules_is_told_with_those_that_there_are(capsys):
    assert run(["rules", "--stage", "foo"]) == 2
    told = capsys.readouterr().err
    assert "'foo' is not one of checkout, plan, validate," in told
    assert "Value error" not in told
