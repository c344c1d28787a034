"""What README promises a newcomer: two commands, settings that load, words that lead somewhere."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from orchestrator.cli import run
from orchestrator.settings import load
from tests.support.pages import ROOT, fenced, page, sections, shell_lines

README = page("README.md")
SECTIONS = sections(README)
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):.*##", page("Makefile"), re.MULTILINE))


def environment() -> dict[str, str]:
    lines = fenced(README, "ini")[0].splitlines()
    return dict(re.fullmatch(r"(\w+)='(.+)'", line).groups() for line in lines)  # type: ignore[union-attr]


def test_the_two_commands_are_demo_and_test() -> None:
    assert list(shell_lines(SECTIONS["Two commands"])) == ["make demo", "make test"]


def test_both_are_run_before_anything_is_released() -> None:
    run = page(".ci/run").splitlines()
    assert "make test" in run
    assert "make demo DEMO_OPTIONS=--exit" in run


def test_every_make_target_that_a_document_names_exists() -> None:
    assert set(MAKE.findall(README)) == {"demo", "test", "install"}
    assert set(MAKE.findall(page("CONTRIBUTING.md"))) <= TARGETS


def test_the_settings_load_with_the_secrets_beside_them(tmp_path: Path) -> None:
    file = tmp_path / "bascule.toml"
    file.write_text(fenced(README, "toml")[0])
    settings = load(file, environment())
    assert set(settings.targets) == {"staging", "production"}
    assert settings.targets["staging"].sslmode == "verify-full"


def test_every_secret_that_is_listed_is_used_and_the_other_way_round() -> None:
    assert set(re.findall(r'"env:(\w+)"', fenced(README, "toml")[0])) == set(environment())


def test_the_containers_are_started_as_the_compose_file_says() -> None:
    steps = r"^#   (cp deploy/\S+ +\S+|docker compose \S+ .+?)(?: +#.*)?$"
    told = re.findall(steps, page("docker-compose.yml"), re.MULTILINE)
    shown = list(shell_lines(README))
    assert told
    for line in told:
        assert " ".join(line.split()) in shown


def test_what_validate_is_shown_to_say_is_what_it_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = [each for each in fenced(README, "console") if each.startswith("$ bascule validate ")]
    typed, _, told = shown.partition("\n")
    (folder,) = re.findall(r"`(examples/[\w/-]+)`", SECTIONS["Before you push"])
    monkeypatch.chdir(ROOT / folder)
    monkeypatch.setenv("COLUMNS", "80")
    assert run(shlex.split(typed.removeprefix("$ bascule "))) == 1
    assert capsys.readouterr().out == told


def test_nothing_can_be_said_against_the_migration_that_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in fenced(SECTIONS["A rollback file"], "sql"):
        path = Path(text.partition("\n")[0].removeprefix("-- "))
        path.parent.mkdir(parents=True)
        path.write_text(text)
    assert run(["validate"]) == 0
    assert capsys.readouterr().out == "pass: nothing found in 2 files\n"


def test_the_python_that_is_needed_is_the_one_that_is_declared() -> None:
    declared = tomllib.loads(page("pyproject.toml"))["project"]["requires-python"]
    assert f"Python {declared.removeprefix('>=')} or later" in README


def test_the_license_is_named() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()
