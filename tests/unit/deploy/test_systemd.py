"""The service units: what they start, and what systemd itself says about them."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[3] / "deploy/systemd").glob("*.service"))
COMMANDS = {"bascule-relay": "relay", "bascule-web": "serve", "bascule-worker": "worker"}

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine"
)


def _settings(unit: Path) -> dict[str, str]:
    lines = [line for line in unit.read_text().splitlines() if "=" in line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_there_is_a_unit_for_each_process() -> None:
    started = {unit.stem: _settings(unit)["ExecStart"].split()[-1] for unit in UNITS}
    assert started == COMMANDS


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_as_its_own_user_and_comes_back_by_itself(unit: Path) -> None:
    settings = _settings(unit)
    assert (settings["User"], settings["Restart"]) == ("bascule", "always")
    assert settings["StartLimitIntervalSec"] == "0"
    assert settings["EnvironmentFile"] == "/etc/bascule/bascule.env"


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_no_fault(unit: Path, tmp_path: Path) -> None:
    # verify wants the program to exist; one that does stands in for it
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/bascule/bin/bascule", "/bin/true"))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_well_locked_in(unit: Path) -> None:
    # systemd rates what a unit is exposed to from 0 to 100; an unconfined service has 96
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-200:]
