import io
import json
import sys
from pathlib import Path

import pytest

from orchestrator.cli import run

FILE = "supabase/migrations/20260101120000_a.sql"


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for folder in ("migrations", "rollbacks"):
        Path("supabase", folder).mkdir(parents=True)
    write("select 1;\n")


def write(text: str) -> None:
    Path(FILE).write_text(text, newline="")
    Path("supabase/rollbacks/20260101120000_a.sql").write_text("select 1;\n")


def test_a_clean_folder_passes_in_one_line(capsys):
    assert run(["validate"]) == 0
    assert capsys.readouterr().out == "pass: nothing found in 2 files\n"


def test_an_error_refuses_and_is_shown_in_its_line(capsys):
    write("select 1;\n\tselec 2;\r\n")
    assert run(["validate", FILE]) == 1
    told = capsys.readouterr().out
    assert told.startswith(f'{FILE}\n  error syntax-error: Syntax error at or near "selec"\n')
    assert "    2 |     selec 2;\n      |     ^\n" in told
    assert told.splitlines()[-1].startswith("refuse: 1 error")


@pytest.mark.parametrize("words", [["--json"], ["--format", "json"], ["--format=json", "--json"]])
def test_the_json_value_has_this_form(words, capsys):
    write("selec 1;\n")
    assert run(["validate", FILE, *words]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "verdict": "refuse",
        "findings": [
            {
                "rule": "syntax-error",
                "severity": "error",
                "file": FILE,
                "line": 1,
                "column": 1,
                "message": 'Syntax error at or near "selec"',
                "effect": "The server refuses it (42601), and the whole file with it",
                "remedy": "Correct the statement at this place, or just before it",
                "source": "tree",
            }
        ],
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--all"], "needs --target"),
        (["--json", "--format", "github"], "not github"),
        (["--format", "xml"], "'xml' is not one of text, json, sarif, github"),
    ],
)
def test_options_that_say_nothing_or_two_things_are_told(words, said, capsys):
    assert run(["validate", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in " ".join(told.err.replace("│", " ").split())
    assert "Value error" not in told.err


def test_a_finding_about_a_whole_file_has_no_place_in_json(capsys):
    Path("supabase/migrations/notes.sql").write_text("")
    assert run(["validate", "supabase", "--json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["rule"], finding["line"], finding["column"]) == ("file-name", None, None)


def test_the_other_forms_are_written_as_well(capsys):
    write("selec 1;\n")
    assert run(["validate", "--format", "sarif"]) == 1
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert result["ruleId"] == "syntax-error"
    assert run(["validate", "--format", "github"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"::error file={FILE},line=1,col=1,title=syntax-error::Syntax error")
    assert told[1] == "refuse: 1 finding in 2 files"


def test_standard_input_is_one_file(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"select 1;\nselec 2;")))
    assert run(["validate", "-", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["file"], finding["line"]) == ("<stdin>", 2)


@pytest.mark.parametrize("words", [["nowhere.sql"], ["/"], [FILE, "nowhere.sql"]])
def test_what_is_not_there_ends_with_2_and_one_clear_message(words, capsys):
    assert run(["validate", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"error: {words[-1]}")
    assert "  do: " in told.err


@pytest.mark.parametrize("words", [["--json"], ["--format", "json"], ["--format=json"]])
def test_a_program_is_told_in_json_what_is_not_there(words, capsys):
    assert run(["validate", "nowhere.sql", *words]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "file-unreadable"


@pytest.mark.parametrize("words", [["--format", "yaml"], ["--format"], ["--nope"], ["--target"]])
def test_a_wrong_call_ends_with_2(words, capsys):
    assert run(["validate", *words]) == 2
    assert "Error" in capsys.readouterr().err


def test_a_target_that_is_not_in_the_settings_is_told(capsys):
    assert run(["validate", "--target", "nowhere"]) == 2
    assert "there is no target 'nowhere'" in capsys.readouterr().err
