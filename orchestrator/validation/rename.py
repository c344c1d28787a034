"""Propose new names for files: the exact commands to type."""

import re
import shlex
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.rollback_files import stem_without_suffix

_FORMAT = "%Y%m%d%H%M%S"
#: digits of a timestamp
LENGTH = 14
#: of them the date
_DAY = 8
#: a date, a date with hours, or with minutes
_SHORTER = frozenset({_DAY, 10, 12})
_BETWEEN_WORDS = re.compile(r"[._-]+")


def moment_of(version: str) -> datetime | None:
    """Read a version as YYYYMMDDhhmmss; None when it is none."""
    try:
        return datetime.strptime(version, _FORMAT) if len(version) == LENGTH else None  # noqa: DTZ007  # no zone
    except ValueError:
        return None


def timestamp_of(version: str) -> str | None:
    """Return the timestamp that odd digits stand for: a date, a minute, an hour 24; None when it is open."""
    digits = version.ljust(LENGTH, "0") if len(version) in _SHORTER else version
    day = moment_of(digits[:_DAY].ljust(LENGTH, "0")) if len(digits) == LENGTH else None
    if day is None:
        return None
    hours, minutes, seconds = (int(digits[place : place + 2]) for place in range(_DAY, LENGTH, 2))
    try:
        moment = day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:  # behind the year 9999
        return None
    return moment.strftime(_FORMAT).zfill(LENGTH)


def version_after(version: str) -> str:
    """Return a version that is later as text: the next second; the next number where it is no timestamp."""
    moment = moment_of(version)
    try:
        following = (moment + timedelta(seconds=1)).strftime(_FORMAT) if moment else ""
    except OverflowError:  # the last second of the year 9999
        following = ""
    return following.zfill(LENGTH) if following else _number_after(version)


def rename(migration: Migration, version: str) -> str:
    """Return the commands that give a migration and its rollback another version."""
    files = (migration.file, migration.rollback) if migration.rollback else (migration.file,)
    return " && ".join(_move(file, migration.version, version) for file in files if _bears(file, migration))


def is_named_like_a_rollback(file: SqlFile) -> bool:
    """Judge by the words of a file's name, never by a part of a word."""
    words = _BETWEEN_WORDS.split(file.name.removesuffix(".sql").lower())
    return "rollback" in words or words[-1] == "down"


def rollback_path(file: SqlFile) -> str:
    """Return where a rollback of this name belongs: the folder rollbacks beside the migrations."""
    return str(PurePosixPath(file.path).parent.parent / "rollbacks" / file.name)


def move_to_rollbacks(file: SqlFile) -> str:
    """Return the command that takes a file out of the migrations, and what else pairing needs."""
    move = shlex.join(["git", "mv", file.path, rollback_path(file)])
    if stem_without_suffix(file.name) != file.name.removesuffix(".sql"):
        return move
    return f"{move}; and name the migration in its first line: -- rollback-of: <version>"


def _bears(file: SqlFile, migration: Migration) -> bool:
    return file.name.startswith(migration.version)


def _move(file: SqlFile, old: str, new: str) -> str:
    name = new + file.name.removeprefix(old)
    return shlex.join(["git", "mv", file.path, str(PurePosixPath(file.path).with_name(name))])


def _number_after(version: str) -> str:
    digits = version.rstrip("9")
    if not digits:
        return version + "0"  # after 999 nothing of three digits is later as text
    return digits[:-1] + str(int(digits[-1]) + 1) + "0" * (len(version) - len(digits))
