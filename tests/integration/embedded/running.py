"""A supervisor in a process of its own, and who descends from it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = Path(__file__).with_name("run_supervisor.py")


def _hear_hang_ups() -> None:
    """Undo what nohup did to whoever runs the tests: a supervisor under nohup rightly ignores a hang-up."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Running:
    """A supervisor in a process of its own."""

    def __init__(self, state: Path, processes: list[dict[str, object]], user: int | None = None) -> None:
        self.state = state
        argv = [sys.executable, PROGRAM, state, json.dumps(processes), *([str(user)] if user else [])]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            argv,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
            preexec_fn=_hear_hang_ups,  # noqa: PLW1509 - one system call, before any thread of the test's
        )
        self.pid = self.process.pid

    def wait_for(self, who: str, what: str) -> str:
        """Read what it tells until this comes; return the whole of it."""
        assert self.process.stdout is not None
        told = []
        for line in self.process.stdout:
            told.append(json.loads(line))
            if told[-1][0] == who and told[-1][1].startswith(what):
                return str(told[-1][1])
        message = f"{who} {what} never came: {told}"
        raise AssertionError(message)

    def end(self, signum: int, *, seconds: float = 30) -> int:
        self.process.send_signal(signum)
        return self.process.wait(seconds)

    def family(self) -> dict[int, str]:
        """All its descendants: pid -> when it started."""
        parents = {pid: parent for pid, (parent, _, _) in everybody().items()}
        found, last = {self.pid}, 0
        while len(found) != last:
            last = len(found)
            found |= {pid for pid, parent in parents.items() if parent in found}
        return {pid: began for pid, (_, began, _) in everybody().items() if pid in found - {self.pid}}


def everybody() -> dict[int, tuple[int, str, str]]:
    """Return pid -> (parent, start time, state) of all processes."""
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            pid = int(entry.name)
            rest = (entry / "stat").read_text().rpartition(")")[2].split()
            found[pid] = (int(rest[1]), rest[19], rest[0])
    return found


def survivors(family: dict[int, str]) -> set[int]:
    """Return who of them still lives; a zombie does not."""
    now = everybody()
    return {
        pid for pid, began in family.items() if pid in now and now[pid][1] == began and now[pid][2] != "Z"
    }


def eventually(fact: Callable[[], object], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
