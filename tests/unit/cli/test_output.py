import pytest

from orchestrator.cli.output import Output


def test_in_a_pipe_a_row_is_a_line_however_long_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).table(("name", "about"), [("one", "word " * 60), ("two", "x" * 300)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("word")
    assert lines[2].endswith("x" * 300)


def test_a_path_that_is_longer_than_a_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    path = "supabase/migrations/" + "20260101120000_a_name_" * 5 + ".sql"
    Output(as_json=False).say(f"  do: write {path} and nothing else")
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [
        "do: write",
        path,
        "and nothing else",
    ]


def test_how_far_it_is_goes_to_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for terminal in False, True:
        monkeypatch.setattr("sys.stderr.isatty", lambda it=terminal: it)
        with Output(as_json=True).waiting() as tell:
            tell("rehearsing 12 of 60")
        told = capsys.readouterr()
        assert told.out == ""
        assert ("rehearsing 12 of 60" in told.err) is terminal
