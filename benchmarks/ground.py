"""What is measured on: the embedded servers as they run in production, and the service in real processes."""

import io
import itertools
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.figure import took
from orchestrator.embedded import databases
from orchestrator.embedded.servers import Embedded
from tests.support.folders import a_folder
from tests.support.service import Service
from tests.support.service import service as a_service

_NUMBERS = itertools.count(1)
_SYNCS = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Running servers and a folder to work in."""

    servers: Embedded
    folder: Path
    #: whether a commit waits for the disk
    fsync: bool

    @contextmanager
    def target(self) -> Iterator[str]:
        """Make a fresh Supabase-like database; gives its URL."""
        name = f"target_{next(_NUMBERS)}"
        try:
            yield databases.create_supabase_database(self.servers.postgres, name)
        finally:
            databases.drop_database(self.servers.postgres, name)

    @contextmanager
    def service(self, *, target_url: str, more: str = "") -> Iterator[Service]:
        """Make a ledger and a repository for this target. Nothing runs before its `start`.

        `more` is appended to the settings.
        """
        name = f"ledger_{next(_NUMBERS)}"
        control_url = databases.create_control_database(self.servers.postgres, name)
        try:
            with a_service(
                self.folder / name,
                control_url=control_url,
                broker_url=self.servers.broker_url,
                staging_url=target_url,
                more=more,
            ) as it:
                yield it
        finally:
            databases.drop_database(self.servers.postgres, name)

    def environment(self) -> Mapping[str, str]:
        """Tell what everything ran on."""
        with psycopg.connect(self.servers.control_url) as connection:
            version = connection.info.parameter_status("server_version") or "?"
        return {
            "processor": f"{os.cpu_count()} x {_processor()}",
            "load before": f"{os.getloadavg()[0]:.1f}",
            "Python": platform.python_version(),
            "PostgreSQL": version,
            "fsync": f"on, {self._sync_milliseconds():.2f} ms each" if self.fsync else "off",
        }

    def _sync_milliseconds(self) -> float:
        with (self.folder / "sync").open("wb", buffering=0) as file:
            return median(took(lambda: _write(file)) for _ in range(_SYNCS))


@contextmanager
def ground(*, fsync: bool = True) -> Iterator[Ground]:
    """Start the servers, and stop and remove everything afterwards. Call it from the main thread."""
    # two: the servers' own user must be able to reach the first, and owns it
    options = () if fsync else ("fsync=off",)
    with (
        a_folder("benchmarks") as folder,
        a_folder("benchmarks") as state,
        Embedded.start(state, postgres_options=options) as servers,
    ):
        yield Ground(servers=servers, folder=folder, fsync=fsync)


def _write(file: io.FileIO) -> None:
    file.write(b"x" * 8192)
    os.fdatasync(file)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
