import json

import pytest

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
