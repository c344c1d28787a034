"""Folders for servers and long runs: gone when their block ends, at the latest when the next one begins."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NoReturn

#: between the making of a folder and its lock
_YOUNG_SECONDS: Final = 60
#: what is held has a lock as long as somebody wants it; no other folder is touched
_HELD: Final = re.compile(r"bascule-[a-z]+-held-[a-z0-9_]{8}")


@contextmanager
def a_folder(what: str) -> Iterator[Path]:
    """Make bascule-WHAT-held-… among the temporary files. Others may enter: root's servers are not root's.

    Its lock tells that somebody is alive who wants it. What those left who were killed goes on this occasion.
    """
    _remove_what_was_left()
    folder = Path(tempfile.mkdtemp(prefix=f"bascule-{what}-held-"))
    folder.chmod(0o755)
    lock = _locked(folder)
    try:
        yield folder
    finally:
        _remove(folder)
        if lock is not None:
            os.close(lock)


def end_orderly() -> None:
    """Let TERM and HUP end this process as Ctrl-C does: with all that has to be cleared away."""

    def interrupt(number: int, _frame: object) -> NoReturn:
        # whoever clears away is not to be interrupted again
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _remove_what_was_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob("bascule-*-held-*"):
        with suppress(OSError):
            told = folder.lstat()
            ours = told.st_uid == os.geteuid() and folder.is_dir() and not folder.is_symlink()
            if ours and _HELD.fullmatch(folder.name) and time.time() - told.st_mtime > _YOUNG_SECONDS:
                _remove_unless_wanted(folder)


def _remove_unless_wanted(folder: Path) -> None:
    lock = _locked(folder)
    if lock is not None:
        _remove(folder)
        os.close(lock)


def _locked(folder: Path) -> int | None:
    """Lock a folder; None where somebody else has."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _remove(folder: Path) -> None:
    """Remove it with all below, small disks that were mounted there too."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        place = line.split(" ")[1]
        if Path(place).is_relative_to(folder):
            subprocess.run(["umount", "--lazy", place], capture_output=True, timeout=10, check=False)
    shutil.rmtree(folder, ignore_errors=True)
