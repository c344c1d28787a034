import json

import pytest

from orchestrator.actions import choosing
from orchestrator.cli import run


@pytest.mark.parametrize(
    "words",
    [[], ["nosuch"], ["deploy"], ["show", "x"], ["show", "0"], ["status", "--nope"], ["config"]],
    ids=" ".join,
)
def test_a_wrong_call_is_told_without_a_traceback_and_ends_with_2(words, capsys):
    assert run(words) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert "sage" in told.out + told.err


def test_help_ends_with_0(capsys):
    assert run(["--help"]) == 0
    assert "Deploys SQL migrations" in capsys.readouterr().out


def test_an_error_of_ours_names_the_remedy_and_gives_its_exit_code(capsys):
    assert run(["config", "check", "--settings", "/nonexistent"]) == 2
    told = capsys.readouterr().err
    assert told.count("cannot be read") == 1
    assert "do: " in told


def test_with_json_an_error_is_one_json_value(capsys):
    assert run(["config", "check", "--settings", "/nonexistent", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "settings"


@pytest.fixture
def _broken(monkeypatch):
    monkeypatch.delenv("BASCULE_LOG_LEVEL", raising=False)

    def choose(*_, **__):
        raise NameError("password=hunter2")

    monkeypatch.setattr(choosing, "choose", choose)


@pytest.mark.usefixtures("_broken")
def test_a_fault_of_ours_is_one_line_without_its_text_and_no_verdict(capsys):
    assert run(["validate"]) == 3
    told = capsys.readouterr().err
    assert told.startswith("error: internal: NameError at orchestrator.cli.verbs.validate:")
    assert "BASCULE_LOG_LEVEL=debug" in told
    assert "Traceback" not in told
    assert "hunter2" not in told


@pytest.mark.usefixtures("_broken")
def test_a_fault_of_ours_is_one_json_value_where_that_was_asked_for(capsys):
    assert run(["validate", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["family"] == "internal"


@pytest.mark.usefixtures("_broken")
def test_the_traceback_of_a_fault_is_shown_to_those_who_ask_for_it(capsys, monkeypatch):
    monkeypatch.setenv("BASCULE_LOG_LEVEL", "debug")
    assert run(["validate"]) == 3
    assert "Traceback" in capsys.readouterr().err
