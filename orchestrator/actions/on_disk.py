"""The files of a checkout as they lie on the disk; whatever cannot be read is one clear error."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.finding import Finding, Severity, Source

# as much as a commit may hold, see adapters/git/source.py
_LARGEST: Final = 16 * 1024 * 1024
_MOST_FILES: Final = 20_000

#: what stands where a file should be -> rule, what it is, what to do; as the service says it of a commit
_UNREADABLE: Final = {
    stat.S_IFLNK: ("file-symlink", "a symbolic link", "put the file itself in its place"),
    stat.S_IFDIR: ("file-is-folder", "a folder", "rename the folder so that it does not end in .sql"),
}
_OTHER: Final = ("file-kind", "no regular file", "put a regular file in its place")
#: what editors and systems lay beside a file for themselves
_BESIDE: Final = (".#", "._")

_REMEDIES: Final = {
    errno.ENOENT: "name a file or a folder that is there; paths begin at the current directory",
    errno.ENOTDIR: "name a file or a folder that is there; paths begin at the current directory",
    errno.EACCES: "give yourself the right to read it",
    errno.EPERM: "give yourself the right to read it",
    errno.EISDIR: "put a regular file in its place",
    errno.ELOOP: "its symbolic links lead back to themselves: put a regular file in its place",
}


def is_folder(path: Path) -> bool:
    """Tell a folder from a file or a link to none. Raises ConfigurationError: there is neither."""
    try:
        mode = path.lstat().st_mode
        return stat.S_ISDIR(mode) or (stat.S_ISLNK(mode) and path.is_dir())
    except OSError as error:
        raise _unreadable(path, error) from error


def names_in(folder: Path) -> list[str]:
    """Name the *.sql files directly in a folder, sorted; hidden ones are nobody's migrations.

    Raises ConfigurationError: it cannot be listed, or holds more than a commit may.
    """
    return [name for name in _sql_in(folder) if _is_plain(name)]


def odd_names_in(folder: Path) -> list[str]:
    """Name what only looks like a migration: hidden, or with an ending such as .SQL. Raises the same."""
    return [name for name in _sql_in(folder) if not _is_plain(name) and not name.startswith(_BESIDE)]


def what_is_no_file(path: Path) -> Finding | None:
    """Report an entry that is not read: a link, a folder, a device; None: it is a file, or gone."""
    return _unread(path, " and is not read")


def what_is_no_folder(path: Path) -> Finding | None:
    """Report a link where a folder should be: below the folder that was named none is followed."""
    if not path.is_symlink():
        return None
    remedy = "put the folder itself in its place"
    return _unread(path, ", where a folder should be", remedy=remedy)


def read(path: Path, *, context: bool = False, follow: bool = False) -> bytes:
    """Return a file's bytes. Raises ConfigurationError: it cannot be read, or nothing of its kind can be SQL.

    A link is followed only with `follow`: never where SQL should be. A file that is only `context` is taken
    as far as it can be had: nobody asked for it.
    """
    try:
        return _content(path, 0 if follow else os.O_NOFOLLOW)
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
        remedy="name a folder that holds migrations/, such as path/to/supabase",
    )


def _unread(path: Path, behind: str, *, remedy: str = "") -> Finding | None:
    try:
        kind = stat.S_IFMT(path.lstat().st_mode)
    except OSError:
        return None
    if kind == stat.S_IFREG:
        return None
    rule, what, usual = _UNREADABLE.get(kind, _OTHER)
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        source=Source.TREE,
        message=f"{shown(path)} is {what}{behind}",
        effect="The service refuses a commit with it: nothing of it is deployed",
        remedy=remedy or usual,
        file=shown(path),
    )


def _is_plain(name: str) -> bool:
    return name.endswith(".sql") and not name.startswith(".")


def _sql_in(folder: Path) -> list[str]:
    try:
        names = sorted(path.name for path in folder.iterdir() if path.name.lower().endswith(".sql"))
    except OSError as error:
        raise _unreadable(folder, error) from error
    if len(names) > _MOST_FILES:
        raise ConfigurationError(
            f"{shown(folder)} holds {len(names)} *.sql files; {_MOST_FILES} are allowed",
            code="too-many-files",
            remedy="squash old migrations into a baseline",
            path=shown(folder),
        )
    return names


def _content(path: Path, flags: int) -> bytes:
    # without waiting: or a pipe that nobody writes to would be waited for
    with open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _not_sql(path, "is no regular file", "put a regular file in its place")
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise _not_sql(path, f"has more than {_LARGEST} bytes", "move bulk data out of the migrations")
    return content


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
