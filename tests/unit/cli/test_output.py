import pytest

from orchestrator.cli.output import Output


def test_in_a_pipe_a_row_is_a_line_however_long_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).table(("name", "about"), [("one", "word " * 60), ("two", "x" * 300)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("word")
    assert lines[2].endswith("x" * 300)
