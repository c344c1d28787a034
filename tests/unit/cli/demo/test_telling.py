import pytest
from rich.text import Text

from orchestrator.cli.demo.telling import Told

LONG = "  ✗ " + "word " * 40


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    return Told(as_json=False)


def test_a_long_line_goes_on_further_in(told, capsys):
    told.say(Text(LONG))
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("  ✗ word")
    assert rest
    assert all(line.startswith("    word") and len(line) <= 80 for line in rest)


def test_a_paragraph_keeps_its_margin(told, capsys):
    told.prose("word " * 40)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all(line.startswith("  word") for line in lines)


def test_what_people_wrote_is_no_markup(told, capsys):
    told.say("  [bold]array[1][/bold]")
    assert capsys.readouterr().out == "  [bold]array[1][/bold]\n"


def test_with_json_the_story_goes_to_standard_error(capsys):
    Told(as_json=True).say("act")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "act\n")


def test_a_wheel_turns_only_on_a_terminal(told, capsys):
    with told.busy("waiting") as wheel:
        wheel.says("still")
    assert capsys.readouterr().out == ""
