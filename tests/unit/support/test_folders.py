import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.support.folders import a_folder

_HOLDS = """
import sys
from tests.support.folders import a_folder, end_orderly
end_orderly()
with a_folder("try") as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def ended_by(number: signal.Signals, temporary: Path) -> Path:
    """Have a process hold a folder, send it the signal, and return the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDS],
        env={"TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().strip())
        assert (folder / "file").exists()
        holder.send_signal(number)
        holder.wait(30)
    return folder


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_folder_goes_when_its_process_is_interrupted(temporary: Path, number: signal.Signals) -> None:
    assert not ended_by(number, temporary).exists()


def test_what_a_killed_process_left_goes_when_the_next_folder_is_made(temporary: Path) -> None:
    left = ended_by(signal.SIGKILL, temporary)
    with a_folder("other"):
        assert left.exists(), "it is young, so somebody may be about to lock it"
    an_hour_ago = time.time() - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))
    descriptor = os.open(left, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with a_folder("other"):
        assert left.exists(), "somebody wants it"
    os.close(descriptor)
    with a_folder("other") as mine:
        assert [each for each in temporary.iterdir() if each.name.startswith("bascule-")] == [mine]
