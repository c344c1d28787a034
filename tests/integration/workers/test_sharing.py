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

_COLLECTS = """
import gc, os
from pathlib import Path
from workers.sharing import share_memory

def shared():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("Shared_Dirty:"))

loaded = [[number] for number in range(300_000)]
gc.disable()
{first}
if not os.fork():
    before = shared()
    gc.collect()
    print(before - shared(), flush=True)
    os._exit(0)
os.wait()
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


@pytest.mark.parametrize(
    ("first", "mebibytes"), [("share_memory()", range(5)), ("", range(15, 100))], ids=["ours", "without"]
)
def test_a_child_that_collects_garbage_gets_no_copy_of_what_the_worker_has_loaded(
    first: str, mebibytes: range
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _COLLECTS.format(first=first)],
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.stderr == ""
    assert int(ended.stdout) in mebibytes, ended.stdout
