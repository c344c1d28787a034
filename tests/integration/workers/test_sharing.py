import subprocess
import sys
from pathlib import Path

import pytest

_SHARES_AND_DIES = """
import os, signal
from billiard import Value
from workers.sharing import share_without_a_folder
{first}
Value("i", 1)
print("shared", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("first", "left"), [("share_without_a_folder()", 0), ("", 1)], ids=["ours", "the library's"]
)
def test_a_worker_that_is_killed_leaves_no_folder_behind(tmp_path: Path, first: str, left: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _SHARES_AND_DIES.format(first=first)],
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ended.stdout, ended.stderr) == ("shared\n", "")
    assert len(list(tmp_path.iterdir())) == left
