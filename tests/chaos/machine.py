"""What a machine can do to a service: small disks, and clocks that differ. Needs root, or a library."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

#: libfaketime, of Debian's package faketime
_FAKETIME: Final = "/usr/lib/*-linux-gnu/faketime/libfaketime.so.1"
_FILL_BYTES: Final = 2**20


def clock_of(seconds: int) -> dict[str, str]:
    """Return the variables under which a process sees another time of day; none without the library."""
    found = next(iter(Path("/").glob(_FAKETIME[1:])), None)
    if found is None:
        return {}
    return {
        "LD_PRELOAD": str(found),
        "FAKETIME": f"{seconds:+}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
    }


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[bool]:
    """Mount a small disk there until the block ends; False where that is not allowed."""
    folder.mkdir(exist_ok=True)
    mounted = _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "none", str(folder))
    try:
        yield mounted
    finally:
        if mounted:
            _run("umount", "--lazy", str(folder))


def fill(folder: Path) -> Path:
    """Write until nothing more goes onto the disk; return the file that takes up all of it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(_FILL_BYTES))
        except OSError:
            return filler


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except OSError:
        return False
