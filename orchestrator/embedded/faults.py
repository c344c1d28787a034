"""Faults of the machine, told to the operator with the path and the way out."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.domain.errors import ConfigurationError

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about writing to `path` into ConfigurationError."""
    try:
        yield
    except OSError as fault:
        raise _explanation(path, fault) from fault


def require_space(path: Path, bytes_needed: int) -> None:
    """Raise ConfigurationError when the file system of `path` has less than this left."""
    left = shutil.disk_usage(path).free
    if left < bytes_needed:
        raise disk_full(path, left)


def disk_full(path: Path, bytes_left: int) -> ConfigurationError:
    """Say that there is no room."""
    return ConfigurationError(
        f"the disk of {path} is full: {bytes_left // 2**20} MB are left",
        code="disk-full",
        remedy="make room there, or name a state directory on another disk with BASCULE_STATE",
        path=str(path),
        bytes_left=bytes_left,
    )


def _explanation(path: Path, fault: OSError) -> ConfigurationError:
    if fault.errno in _NO_SPACE:
        return disk_full(path, 0)
    if fault.errno in _NO_RIGHT:
        return ConfigurationError(
            f"{fault.filename or path} cannot be written: {fault.strerror}",
            code="state-not-writable",
            remedy=f"give yourself the right to write {path}, or name another directory with BASCULE_STATE",
            path=str(path),
        )
    return ConfigurationError(
        f"{fault.filename or path} cannot be used: {fault.strerror}",
        code="state-not-usable",
        remedy="name a directory of your own with BASCULE_STATE",
        path=str(path),
    )
