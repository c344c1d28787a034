import re

import pytest

from orchestrator.actions.reviewing import Report
from orchestrator.cli.output import Output
from orchestrator.cli.report.text import tell
from orchestrator.domain.finding import Severity
from orchestrator.validation.sql_text import SqlText
from tests.support.reports import finding, report

SQL = "create table public.orders (\n\tid int,\n);\ninsert into keys values ('sk_live_1');\n"
ERROR = finding(
    "syntax-error",
    Severity.ERROR,
    'Syntax error at or near ")"',
    file="m/2_b.sql",
    line=3,
    column=1,
    effect="The server refuses it (42601), and the whole file with it",
    remedy="Correct the statement at this place, or just before it, and say what was meant by it",
)


@pytest.fixture(autouse=True)
def _a_log(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def said(capsys, *findings, applied=0, target=None, files=None) -> str:
    files = {"m/1_a.sql": "select 1;", "m/2_b.sql": SQL} if files is None else files
    tell(Output(as_json=False), report(*findings, files=files, applied=applied), target=target)
    return capsys.readouterr().out


def test_the_report_is_by_file_the_worst_first_each_finding_with_its_line_and_the_way_out(capsys):
    assert (
        said(
            capsys,
            finding(
                "file-name",
                Severity.WARNING,
                "The version 1 has 1 digits",
                file="m/1_a.sql",
                remedy="Rename it",
            ),
            finding("some-note", Severity.NOTE, "A column", file="m/2_b.sql", line=2, column=2),
            finding("linter-missing", Severity.WARNING, "squawk is not there", remedy="Install Bascule anew"),
            ERROR,
        )
        == """\
m/2_b.sql
  error syntax-error: Syntax error at or near ")"
    3 | );
      | ^
    The server refuses it (42601), and the whole file with it
    do: Correct the statement at this place, or just before it, and say what
      was meant by it
  note some-note: A column
    2 |     id int,
      |     ^

  warning linter-missing: squawk is not there
    do: Install Bascule anew

m/1_a.sql
  warning file-name: The version 1 has 1 digits
    do: Rename it

refuse: 1 error, 2 warnings, 1 note in 2 files
"""
    )


def test_a_clean_run_is_one_line(capsys):
    assert said(capsys) == "pass: nothing found in 2 files\n"


def test_what_a_target_has_already_is_counted(capsys):
    told = said(capsys, applied=38, target="staging")
    assert told == "pass: nothing found in 2 files; staging has 38 more already (see --all)\n"


def test_a_rule_that_repeats_is_told_five_times_and_counted_from_then_on(capsys):
    many = [
        finding(
            "unqualified-name",
            Severity.NOTE,
            f"Name {line}",
            file="m/2_b.sql",
            line=line,
            remedy="Qualify it",
        )
        for line in range(1, 18)
    ]
    lines = said(capsys, *many).splitlines()
    assert len([line for line in lines if "note unqualified-name: " in line]) == 5
    assert lines[-3] == "  and 12 more of unqualified-name"
    assert lines.count("    do: Qualify it") == 1


def test_an_error_is_told_however_often_it_repeats(capsys):
    many = [
        finding("not-there", Severity.ERROR, f"Table {line}", file="m/2_b.sql", line=line)
        for line in range(1, 8)
    ]
    told = said(capsys, *many, finding("not-there", Severity.NOTE, "Table 8", file="m/2_b.sql", line=8))
    assert told.count("error not-there: ") == 7
    assert "  and 1 more of not-there\n" in told


def test_what_is_said_of_many_files_as_a_whole_is_told_of_five_and_counted(capsys):
    many = [
        finding(
            "rollback-missing",
            Severity.WARNING,
            f"{number} has no rollback",
            file=f"m/{number}.sql",
            effect="A person is needed",
            remedy=f"Write r/{number}.sql",
        )
        for number in range(10, 44)
    ]
    told = said(capsys, *many, finding("file-kind", Severity.ERROR, "A pipe", file="m/43.sql"))
    assert told.count("warning rollback-missing: ") == 5
    assert told.count("    A person is needed\n") == 3
    assert told.count("    do: Write r/") == 5
    assert "m/43.sql\n  error file-kind: A pipe\n\n" in told
    assert told.splitlines()[-3] == "and rollback-missing in 29 more files: --json names them all"
    assert told.endswith("\nrefuse: 1 error, 34 warnings in 2 files\n")


def test_the_line_of_a_file_that_is_no_utf_8_is_shown_and_the_sign_stands_under_its_byte(capsys):
    file = SqlText(path="m/4.sql", content="select 1;\nselect 'Zürich';\n".encode("latin-1"))
    bad = finding("file-encoding", Severity.ERROR, "The byte 0xfc", file="m/4.sql", line=2, column=10)
    tell(Output(as_json=False), Report.of([bad], [file]))
    told = capsys.readouterr().out
    assert f"    2 | select 'Z\ufffdrich';\n      | {' ' * 9}^\n" in told


def test_a_line_with_a_secret_is_never_shown(capsys):
    place = {"file": "m/2_b.sql", "line": 4, "column": 26}
    told = said(
        capsys,
        finding("hardcoded-secret", Severity.ERROR, "A key", **place),
        finding("some-note", Severity.NOTE, "An insert", **(place | {"column": 1})),
    )
    assert "sk_live" not in told
    assert told.count("    4 | not shown: it holds a secret\n") == 2


def test_no_line_is_longer_than_80_columns_in_a_log_and_nothing_steers_a_terminal(capsys):
    wide = "select '" + "日本" * 100 + "\x1b[2J' from a;"
    told = said(
        capsys,
        finding("some-rule", Severity.ERROR, "A \x1b[31mname " * 20, file="m/3.sql", line=1, column=150),
        files={"m/3.sql": wide},
    )
    assert "\x1b" not in told
    assert max(len(re.sub("[日本]", "xx", line)) for line in told.splitlines()) <= 80


def test_colours_are_for_those_who_want_them(capsys, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31merror" in said(capsys, ERROR)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in said(capsys, ERROR)


def test_a_place_that_is_not_there_any_more_is_told_without_its_line(capsys):
    gone = finding("some-rule", Severity.NOTE, "Gone", file="m/1_a.sql", line=9, column=1)
    assert said(capsys, gone) == "m/1_a.sql\n  note some-rule: Gone\n\npass: 1 note in 2 files\n"
