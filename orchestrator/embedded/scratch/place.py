"""Where the throw-away server of one major version lives, and what is written down about it.

Below scratch/MAJOR lie `lock`, held while the server runs, for the server itself inherits it; `cluster.json`:
which cluster lies there, and for what it is fit; `server.json`: where its server runs; and the folders
`cluster`, `programs` and `logs`.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

from orchestrator.embedded import lock
from orchestrator.embedded.account import of_scratch
from orchestrator.embedded.faults import explained
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.state import free_port, prepare, require_reachable, write

#: the key of the password that all roles share that may log in, but for the superuser
ORDINARY: Final = "ordinary"

_CLUSTER: Final = "cluster"
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A cluster, and for what it is fit: whatever differs, it is thrown away."""

    #: no other cluster has the same
    token: str
    #: this run of the machine: what was not flushed when it ended is lost
    boot: str
    #: the name of the programs' folder, which says their version
    programs: str
    #: whom its files belong to; None: us
    uid: int | None
    passwords: Mapping[str, str] = field(repr=False)

    @classmethod
    def of_new(cls, programs: str, uid: int | None) -> Self:
        """Describe a cluster that is about to be made."""
        return cls(
            token=secrets.token_hex(8),
            boot=_this_boot(),
            programs=programs,
            uid=uid,
            passwords={role: secrets.token_hex(24) for role in (SUPERUSER, ORDINARY)},
        )

    def is_like(self, other: "Record") -> bool:
        """Tell whether the other cluster is as good as this one."""
        return (self.boot, self.programs, self.uid) == (other.boot, other.programs, other.uid)


def _this_boot() -> str:
    """Name this run of the machine; where /proc tells little, by the minute in which it began."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        began = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
        return f"minute {began // 60:.0f}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """Where a server runs, for all processes that may read the state directory."""

    #: of its cluster
    token: str
    port: int
    #: who started it, and dies before it; and the server itself: each a pid with its start time
    owner: str
    server: str
    programs: str
    stand_ins: tuple[str, ...]
    passwords: Mapping[str, str] = field(repr=False)

    def holds(self) -> bool:
        """Tell whether the server still runs, and will go on."""
        return lock.is_running(self.server) and lock.is_running(self.owner)

    def end(self) -> None:
        """End the server at once."""
        if lock.is_running(self.server):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self.server.partition(" ")[0]), signal.SIGQUIT)


def folder_below(state: Path, major: int) -> Path:
    """Return where all of it lies."""
    return state.absolute() / "scratch" / str(major)


def cluster_below(state: Path, major: int) -> Path:
    """Return where the cluster lies, if there is one."""
    return folder_below(state, major) / _CLUSTER


class ScratchPlace:
    """The directory of one throw-away server."""

    def __init__(self, state: Path, major: int) -> None:
        """Make it if needed. Raises ConfigurationError: not writable, or out of the server's reach."""
        self.major = major
        self.path = folder_below(state, major)
        #: the lock's descriptor while it is ours to hand on, else -1
        self.lock = -1
        self.secrets: Mapping[str, str] = {}
        with explained(state):
            self.account = of_scratch(prepare(state.absolute()), state)
            for folder in (self.path.parent, self.path):
                folder.mkdir(mode=0o700, exist_ok=True)
                self._let_in(folder)
            require_reachable(self.path, self.account)
            self.logs.mkdir(mode=0o700, exist_ok=True)

    @property
    def postgres(self) -> Path:
        """The cluster."""
        return self.path / _CLUSTER

    @property
    def programs(self) -> Path:
        """The server's programs."""
        return self.path / "programs"

    @property
    def logs(self) -> Path:
        """What the server says."""
        return self.path / "logs"

    def port(self, _server: str, *, not_again: int | None = None) -> int:
        """Return a free port."""
        return free_port(taken=set() if not_again is None else {not_again})

    def try_lock(self) -> bool:
        """Take the lock; False while a server runs, or somebody makes one. Raises ConfigurationError."""
        with explained(self.path):
            taken = lock.try_take(self.path / "lock")
        self.lock = -1 if taken is None else taken
        return taken is not None

    def unlock(self) -> None:
        """Give the lock back; a server that inherited it keeps it."""
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1

    def record(self) -> Record | None:
        """Return which cluster lies here, if that can be told."""
        found = _read(self.path / "cluster.json")
        with contextlib.suppress(TypeError):
            return Record(**found)  # type: ignore[arg-type]
        return None

    def keep(self, record: Record) -> None:
        """Write down which cluster lies here."""
        with explained(self.path):
            write(self.path / "cluster.json", asdict(record), durable=False)

    def announced(self) -> Announcement | None:
        """Return where a server was started last; whether it still runs, it says itself."""
        found = _read(self.path / "server.json")
        with contextlib.suppress(TypeError, KeyError):
            return Announcement(**{**found, "stand_ins": tuple(found["stand_ins"])})  # type: ignore[arg-type]
        return None

    def announce(self, announcement: Announcement) -> None:
        """Write down where the server runs. Nobody takes that back: it says itself whether it still holds."""
        with explained(self.path):
            write(self.path / "server.json", asdict(announcement), durable=False)

    def clear(self, *, programs: bool) -> None:
        """Throw the cluster away, and the programs too if they may be to blame. Only under the lock."""
        with explained(self.path):
            (self.path / "cluster.json").unlink(missing_ok=True)
            for folder in (self.postgres, *([self.programs] if programs else [])):
                if folder.is_symlink() or folder.is_file():
                    folder.unlink()
                elif folder.exists():
                    shutil.rmtree(folder)

    def _let_in(self, folder: Path) -> None:
        """Let the server's group pass through, not read."""
        if self.account.gid is not None and folder.stat().st_gid != self.account.gid:
            os.chown(folder, 0, self.account.gid)
            folder.chmod(0o710)


def _read(file: Path) -> Mapping[str, object]:
    """Read what was written down; nothing where that cannot be understood."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
