import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from orchestrator.adapters.squawk import Squawk
from orchestrator.domain.errors import Unavailable

RULES = ("ban-drop-table",)
ONE = {"1.sql": "drop table t;"}
TWO = {**ONE, "2.sql": "select 1;"}
SPOT = {"file": "0.sql", "rule_name": RULES[0], "message": "said", "line": 0, "column": 0}
Script = Callable[[str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Write a program that stands where squawk should."""

    def write(body: str) -> Path:
        program = tmp_path / "squawk"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        return program

    return write


def refused(program: Path, files: Mapping[str, str] = ONE, *, timeout_seconds: float = 30) -> Unavailable:
    with pytest.raises(Unavailable) as raised:
        Squawk(RULES, program, timeout_seconds=timeout_seconds).lint(files)
    assert raised.value.remedy
    return raised.value


def answering(answer: object, status: int = 1) -> str:
    return f"cat <<'END'\n{json.dumps(answer)}\nEND\nexit {status}"


def test_a_program_that_answers_well_is_understood(script: Script) -> None:
    (mark,) = Squawk(RULES, script(answering([SPOT]))).lint(TWO)
    assert (mark.path, mark.message) == ("1.sql", "said")


@pytest.mark.parametrize("status", [0, 1])
def test_silence_is_no_praise(script: Script, status: int) -> None:
    error = refused(script(f"echo 'no such rule' >&2; exit {status}"))
    assert error.code == "squawk-failed"
    assert error.message == "squawk answered nothing: no such rule"


@pytest.mark.parametrize(
    "answer",
    ["{", "garbage", "null", "{}", "[1]", "[{}]", "\\377", "[" * 5000, json.dumps([{**SPOT, "line": -1}])],
)
def test_an_answer_that_nobody_understands_is_none(script: Script, answer: str) -> None:
    error = refused(script(f"printf '{answer}'; exit 1"))
    assert (error.code, error.message) == ("squawk-failed", "squawk's answer cannot be understood")


def test_an_answer_about_another_file_is_none(script: Script) -> None:
    error = refused(script(answering([{**SPOT, "file": "/etc/passwd"}])))
    assert error.message == "squawk speaks of a file that it was not given"


def test_an_answer_with_an_unknown_status_does_not_count(script: Script) -> None:
    error = refused(script("echo; echo 'first\tword' >&2; echo second >&2;" + answering([SPOT], 3)))
    assert (error.code, error.message) == ("squawk-failed", "squawk ended with status 3: first?word")


def test_a_program_that_dies_is_no_linter(script: Script) -> None:
    assert refused(script("kill -9 $$")).message == "squawk was ended by signal 9"


@pytest.mark.parametrize("files", [ONE, TWO])
def test_a_program_that_hangs_is_ended(script: Script, tmp_path: Path, files: Mapping[str, str]) -> None:
    error = refused(script(f"echo $$ > '{tmp_path}/id'; exec sleep 1000"), files, timeout_seconds=2)
    assert (error.code, error.message) == ("squawk-failed", "squawk was not done in time and was ended")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "id").read_text()), 0)


def test_a_program_that_says_nothing_more_but_stays_is_ended(script: Script) -> None:
    assert "not done in time" in refused(script("exec >&- 2>&-; sleep 1000"), timeout_seconds=0.5).message


def test_a_child_that_holds_the_output_is_not_waited_for(script: Script) -> None:
    assert "not done in time" in refused(script("sleep 1000 & exit 0"), timeout_seconds=0.5).message


def test_what_it_writes_is_bounded(script: Script) -> None:
    error = refused(script("exec head -c 100000000 /dev/zero"))
    assert (error.code, error.message) == (
        "squawk-failed",
        "squawk wrote more than 67108864 bytes and was ended",
    )


def test_complaints_without_end_are_bounded_too(script: Script) -> None:
    error = refused(script("head -c 10000000 /dev/zero | tr '\\0' x >&2; exit 2"))
    assert error.message == "squawk ended with status 2: " + "x" * 300


def test_a_program_that_does_not_read_is_judged_by_what_it_says(script: Script) -> None:
    large = {"1.sql": "drop table t;\n" * 100_000}
    (mark,) = Squawk(RULES, script("exec 0<&-;" + answering([SPOT]))).lint(large)
    assert mark.line == 1


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere")
    assert error.code == "squawk-missing"
    assert str(tmp_path / "nowhere") in error.message


@pytest.mark.parametrize("content", ["#!/nowhere/sh\n", "no program"])
def test_a_file_that_is_no_program_is_named(tmp_path: Path, content: str) -> None:
    program = tmp_path / "squawk"
    program.write_text(content)
    assert refused(program).code == "squawk-missing"
    program.chmod(0o755)
    assert refused(program).code == "squawk-missing"


def test_a_rule_that_squawk_does_not_know_is_named() -> None:
    with pytest.raises(Unavailable) as raised:
        Squawk(["ban-everything"]).lint(ONE)
    assert raised.value.code == "squawk-failed"
    assert raised.value.message.startswith("squawk ended with status 2: ")
    assert "ban-everything" in raised.value.message


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", "said")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Unavailable) as raised:
        Squawk(RULES).lint(TWO)
    assert raised.value.code == "squawk-failed"
    assert str(tmp_path / "gone") in raised.value.message


def test_the_program_sees_nothing_of_our_environment(
    script: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BASCULE_TEST_SECRET", "hush")
    program = script(
        f"tr '\\0' '\\n' < /proc/$$/environ > '{tmp_path}/environment'; pwd > '{tmp_path}/folder'; echo []"
    )
    assert Squawk(RULES, program).lint(ONE) == ()
    assert (tmp_path / "environment").read_text() == ""
    folder = Path((tmp_path / "folder").read_text().strip())
    assert folder.name.startswith("bascule-squawk-")
    assert not folder.exists()


def test_the_program_of_the_installation_is_taken_whatever_the_path_says(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(script("exit 9").parent))
    assert len(Squawk(RULES).lint(ONE)) == 1


def test_the_program_is_found_by_the_record_of_its_package_when_it_is_not_beside_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert len(Squawk(RULES).lint(ONE)) == 1


def test_an_installation_without_the_program_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.metadata.files", lambda _package: None)
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(Unavailable) as raised:
        Squawk(RULES).lint(ONE)
    assert raised.value.code == "squawk-missing"
    assert "squawk-cli" in raised.value.remedy
