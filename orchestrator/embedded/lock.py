"""The lock on a state directory: one supervisor at a time."""

import fcntl
import os
import time
from pathlib import Path

from orchestrator.domain.errors import ConfigurationError

#: how long the servers of a killed supervisor may take to go
_FAREWELL_SECONDS = 10.0


def take(file: Path) -> int:
    """Lock the file, write our pid into it and return its descriptor. Raises ConfigurationError.

    The servers inherit the lock: those of a killed supervisor keep it until the last one has gone.
    """
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _FAREWELL_SECONDS
    while not _try_lock(lock):
        holder = os.pread(lock, 100, 0).decode(errors="replace")
        alive = holder != "" and holder == _alive(holder.partition(" ")[0])
        if alive or time.monotonic() > deadline:
            os.close(lock)
            raise _in_use(file.parent, holder.partition(" ")[0], alive=alive)
        time.sleep(0.05)
    os.ftruncate(lock, 0)
    os.pwrite(lock, _alive(str(os.getpid())).encode(), 0)
    return lock


def is_taken(file: Path) -> bool:
    """Tell whether somebody holds the lock, without keeping it."""
    try:
        lock = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _try_lock(lock)
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(pid: str) -> str:
    """Return a process's pid with the time when it started, which no later owner of the pid shares."""
    try:
        stat = Path(f"/proc/{int(pid)}/stat").read_text()
    except (OSError, ValueError):
        return ""
    return f"{pid} {stat.rpartition(')')[2].split()[19]}"


def _in_use(path: Path, pid: str, *, alive: bool) -> ConfigurationError:
    who = f"the supervisor with pid {pid}" if alive else f"a server of the ended supervisor {pid}"
    return ConfigurationError(
        f"{path} is in use by {who}",
        code="state-in-use",
        remedy="stop that one, or name another state directory with BASCULE_STATE",
        path=str(path),
        pid=int(pid) if pid.isdecimal() else None,
    )
