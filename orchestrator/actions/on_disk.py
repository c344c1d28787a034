"""The files of a checkout as they lie on the disk; whatever cannot be read is one clear error."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

from orchestrator.domain.errors import ConfigurationError

# as much as a commit may hold, see adapters/git/source.py
_LARGEST: Final = 16 * 1024 * 1024
_MOST_FILES: Final = 20_000

_REMEDIES: Final = {
    errno.ENOENT: "name a file or a folder that is there; paths begin at the current directory",
    errno.ENOTDIR: "name a file or a folder that is there; paths begin at the current directory",
    errno.EACCES: "give yourself the right to read it",
    errno.EPERM: "give yourself the right to read it",
    errno.EISDIR: "put a regular file in its place",
    errno.ELOOP: "its symbolic links lead back to themselves: put a regular file in its place",
}


def is_folder(path: Path) -> bool:
    """Tell a folder from a file. Raises ConfigurationError: there is neither."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        raise _unreadable(path, error) from error


def names_in(folder: Path) -> list[str]:
    """Name the *.sql files directly in a folder, sorted; hidden ones are nobody's migrations.

    Raises ConfigurationError: it cannot be listed, or holds more than a commit may.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".sql"))
    except OSError as error:
        raise _unreadable(folder, error) from error
    names = [name for name in names if not name.startswith(".")]
    if len(names) > _MOST_FILES:
        raise ConfigurationError(
            f"{shown(folder)} holds {len(names)} *.sql files; {_MOST_FILES} are allowed",
            code="too-many-files",
            remedy="squash old migrations into a baseline",
            path=shown(folder),
        )
    return names


def read(path: Path, *, context: bool = False) -> bytes:
    """Return a file's bytes. Raises ConfigurationError: it cannot be read, or nothing of its kind can be SQL.

    A file that is only `context` is taken as far as it can be had: nobody asked for it.
    """
    try:
        return _content(path)
    except OSError as error:
        if context:
            return b""
        raise _unreadable(path, error) from error
    except ConfigurationError:
        if context:
            return b""
        raise


def shown(path: Path) -> str:
    """Write a path as people read it: relative where it lies below the current directory, and printable."""
    here = Path.cwd()
    told = path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path
    return os.fsencode(told).decode(errors="replace")


def no_migrations(why: str) -> ConfigurationError:
    """Say that there is nothing to judge."""
    return ConfigurationError(
        why,
        code="no-migrations",
        remedy="name files, or a folder that holds migrations/: bascule validate path/to/supabase",
    )


def _content(path: Path) -> bytes:
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _not_sql(path, "is no regular file", "put a regular file in its place")
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise _not_sql(path, f"has more than {_LARGEST} bytes", "move bulk data out of the migrations")
    return content


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # or a pipe that nobody writes to would be waited for


def _not_sql(path: Path, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(
        f"{shown(path)} {what}", code="file-unreadable", remedy=remedy, path=shown(path)
    )


def _unreadable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"{shown(path)} cannot be read: {error.strerror}",
        code="file-unreadable",
        remedy=_REMEDIES.get(error.errno or 0, "name another one, or copy it to another disk"),
        path=shown(path),
    )
