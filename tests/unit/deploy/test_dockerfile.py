"""deploy/Dockerfile, as far as it can be checked without an engine: what it copies makes the wheel."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
#: where a folder of the repository lies in the wheel
IN_THE_WHEEL = {
    "orchestrator": "orchestrator",
    "workers": "workers",
    "config": "orchestrator/_config",
    "examples": "orchestrator/_examples",
}


def copied() -> set[str]:
    """Return what the Dockerfile copies from the repository."""
    lines = [line.split() for line in (ROOT / "deploy/Dockerfile").read_text().splitlines()]
    copies = [words[1:-1] for words in lines if words[:1] == ["COPY"] and not words[1].startswith("--")]
    return {source for sources in copies for source in sources}


def files_below(folder: Path) -> set[str]:
    files = {path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    return {path.relative_to(folder).as_posix() for path in files}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    source = tmp_path_factory.mktemp("source")
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.env"))
        else:
            shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "out"]
    done = subprocess.run(build, cwd=source, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = (source / "out").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_builder_is_given_exactly_what_is_copied() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    given = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert "*" in lines
    assert given == copied()


@pytest.mark.parametrize("folder", IN_THE_WHEEL)
def test_what_is_copied_makes_a_wheel_with_everything_in_it(wheel: set[str], folder: str) -> None:
    wanted = {f"{IN_THE_WHEEL[folder]}/{name}" for name in files_below(ROOT / folder)}
    assert wanted
    assert wanted <= wheel


def test_the_wheel_brings_no_other_names_than_ours(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"orchestrator", "workers"}
