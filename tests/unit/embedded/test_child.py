import os
import signal
import threading
import time
from pathlib import Path

import pytest

from orchestrator.embedded.child import Child


def spawn(script: str, log: Path | None = None, stdin: bytes = b"") -> Child:
    return Child.spawn(
        ["/bin/sh", "-c", script],
        env={"PATH": "/usr/bin:/bin"},
        log=log,
        death_signal=signal.SIGKILL,
        stdin=stdin,
    )


def test_a_child_reads_what_it_is_given_and_writes_to_its_log(tmp_path: Path) -> None:
    child = spawn("cat; pwd >&2", log=tmp_path / "log", stdin=b"given\n")
    assert child.wait(seconds=5)
    assert child.reap() == 0
    assert (tmp_path / "log").read_text().startswith("given\n")


def test_a_child_that_has_ended_keeps_its_pid_until_it_is_reaped() -> None:
    child = spawn("exit 7")
    assert child.wait(seconds=5)
    os.kill(child.pid, 0)
    assert child.reap() == 7
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
    assert child.ended()


def test_reaping_a_child_takes_its_own_children_along(tmp_path: Path) -> None:
    child = spawn(f"sleep 60 & echo $! > {tmp_path}/pid; exit 0")
    assert child.wait(seconds=5)
    grandchild = int((tmp_path / "pid").read_text())
    child.reap()
    deadline = time.monotonic() + 5
    while _lives(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    child = spawn(f"trap '' TERM; touch {tmp_path}/deaf; while :; do sleep 0.05; done")
    while not (tmp_path / "deaf").exists():
        time.sleep(0.01)
    assert child.stop(signal.SIGTERM, seconds=0.2) == -signal.SIGKILL


def test_one_that_ended_before_it_read_is_no_error() -> None:
    child = spawn("exec 0<&-; exit 3", stdin=b"x" * 100)
    assert child.stop(signal.SIGTERM, seconds=5) in {3, -signal.SIGTERM}


def test_a_thread_may_not_start_children() -> None:
    refused: list[RuntimeError] = []

    def elsewhere() -> None:
        try:
            spawn("true")
        except RuntimeError as fault:
            refused.append(fault)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert refused
