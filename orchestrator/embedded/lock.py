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
        alive = holder != "" and holder == stamp(holder.partition(" ")[0])
        if alive or time.monotonic() > deadline:
            os.close(lock)
            raise _in_use(file.parent, holder.partition(" ")[0], alive=alive)
        time.sleep(0.05)
    os.ftruncate(lock, 0)
    os.pwrite(lock, stamp(str(os.getpid())).encode(), 0)
    return lock


def try_take(file: Path) -> int | None:
    """Lock the file and return its descriptor; None while somebody else holds it. Raises OSError."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if _try_lock(lock):
        return lock
    os.close(lock)
    return None


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


def stamp(pid: str) -> str:
    """Return a process's pid with the time when it started, which no later owner of the pid shares."""
    return f"{pid} {facts[19]}" if (facts := _facts(pid)) else ""


def is_running(stamped: str) -> bool:
    """Tell whether a process that was stamped still runs; one that only waits to be reaped does not."""
    pid = stamped.partition(" ")[0]
    facts = _facts(pid)
    return bool(facts) and facts[0] not in {"Z", "X"} and stamped == f"{pid} {facts[19]}"


def _facts(pid: str) -> list[str]:
    """Return what the kernel tells of a process, behind its name; nothing when there is none."""
    try:
        return Path(f"/proc/{int(pid)}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return []


def _in_use(path: Path, pid: str, *, alive: bool) -> ConfigurationError:
    who = f"the supervisor with pid {pid}" if alive else f"a server of the ended supervisor {pid}"
    return ConfigurationError(
        f"{path} is in use by {who}",
        code="state-in-use",
        remedy="stop that one, or name another state directory with BASCULE_STATE",
        path=str(path),
        pid=int(pid) if pid.isdecimal() else None,
    )
