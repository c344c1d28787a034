"""The folder that mirrors stand in, side by side: whose turn it is with one, and what is taken away."""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from orchestrator.adapters.git.process import Deadline, GitTimedOut

_LOCK_POLL_SECONDS: Final = 0.02
#: other processes may have settings that still, or already, name a repository that ours do not
_UNUSED_SECONDS: Final = 7 * 86400.0
#: a mirror, or one on its way out
_MIRROR: Final = re.compile(r"(?P<mirror>.+-[0-9a-f]{12}\.git)(?:\.[^.]+\.gone)?")


@contextlib.contextmanager
def turn(mirror: Path, deadline: Deadline) -> Iterator[int]:
    """Hold the lock of a mirror, and tell its descriptor. Raises GitTimedOut when the turn does not come.

    The lock's file says when a mirror was last used. It stays when the mirror goes: somebody may wait for it.
    """
    mirror.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(_lock(mirror), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for(descriptor, deadline)
        os.utime(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def remove(mirror: Path) -> None:
    """Take a mirror away in one step, then delete it: nobody reads half of one."""
    if not mirror.exists():
        return
    grave = tempfile.mkdtemp(prefix=f"{mirror.name}.", suffix=".gone", dir=mirror.parent)
    mirror.rename(Path(grave) / "mirror")
    shutil.rmtree(grave)


def clear_graves(mirror: Path) -> None:
    """Delete what a process that was killed had taken away and not deleted yet."""
    for grave in mirror.parent.glob(f"{mirror.name}.*.gone"):
        shutil.rmtree(grave, ignore_errors=True)


def remove_strangers(folder: Path, ours: Collection[Path]) -> None:
    """Delete the mirrors that are not ours and that nobody has used for a week.

    Whoever comes for one meanwhile finds none and makes it anew.
    """
    found = (_MIRROR.fullmatch(each.name) for each in folder.iterdir())
    for mirror in {folder / match["mirror"] for match in found if match} - set(ours):
        if _unused_seconds(mirror) > _UNUSED_SECONDS:
            # who holds the lock uses it; what cannot be deleted must not keep anybody from fetching
            with contextlib.suppress(GitTimedOut, OSError), turn(mirror, Deadline(0)):
                clear_graves(mirror)
                remove(mirror)


def _unused_seconds(mirror: Path) -> float:
    """Tell how long nobody has had a turn with it; without a lock nobody ever had."""
    try:
        return time.time() - _lock(mirror).stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _lock(mirror: Path) -> Path:
    return mirror.with_suffix(".lock")


def _wait_for(descriptor: int, deadline: Deadline) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not deadline.left_seconds:
                raise GitTimedOut from None
            time.sleep(_LOCK_POLL_SECONDS)
