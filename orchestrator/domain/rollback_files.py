"""Which rollback file belongs to which migration. Never decided by a part of a name."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from orchestrator.domain.migration import Migration, SqlFile

_SUFFIX = re.compile(r"[._](?:down|rollback)\Z")
_DIGITS = re.compile(r"[0-9]+")
_HEADER = re.compile(r"\ufeff?--\s*rollback-of:\s*([0-9]+)\s*\Z", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Files that cannot be paired because more than one pair is possible."""

    rollbacks: tuple[SqlFile, ...]
    #: one when several files claim it, several when one file could belong to each
    migrations: tuple[Migration, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairing:
    """What became of a commit's files."""

    #: the migrations in the order they came in, each with its rollback where exactly one claims it
    migrations: tuple[Migration, ...]
    conflicts: tuple[Conflict, ...] = ()
    #: rollbacks that belong to no migration
    orphans: tuple[SqlFile, ...] = ()


def pair_rollbacks(
    migrations: Sequence[Migration],
    rollbacks: Sequence[SqlFile],
    *,
    first_lines: Callable[[Sequence[SqlFile]], Mapping[SqlFile, str]],
) -> Pairing:
    """Pair by the same stem, else by the version, else by the first line `-- rollback-of: <version>`.

    `first_lines` is called once at most, with the files whose names lead to no migration.
    """
    found = _by_name(migrations, rollbacks)
    nameless = [file for file in rollbacks if not found[file]]
    if nameless:
        found |= _by_first_line(migrations, first_lines(nameless))
    return _pairing(migrations, found)


def stem_without_suffix(name: str) -> str:
    """Return a file's name without `.sql` and without the suffix that may mark a rollback."""
    return _SUFFIX.sub("", name.removesuffix(".sql"))


# A dictionary from each rollback to the migrations that it may belong to says all that has to be known.
_Found = dict[SqlFile, tuple[Migration, ...]]


def _by_name(migrations: Sequence[Migration], rollbacks: Sequence[SqlFile]) -> _Found:
    stems = {migration.file.name.removesuffix(".sql"): migration for migration in migrations}
    versions = _by_version(migrations)

    def candidates(file: SqlFile) -> tuple[Migration, ...]:
        same = stems.get(file.name.removesuffix(".sql")) or stems.get(stem_without_suffix(file.name))
        digits = _DIGITS.match(file.name)
        return (same,) if same else versions.get(digits[0], ()) if digits else ()

    return {file: candidates(file) for file in rollbacks}


def _by_first_line(migrations: Sequence[Migration], lines: Mapping[SqlFile, str]) -> _Found:
    versions = _by_version(migrations)
    headers = {file: _HEADER.match(line) for file, line in lines.items()}
    return {file: versions.get(header[1], ()) for file, header in headers.items() if header}


def _by_version(migrations: Iterable[Migration]) -> dict[str, tuple[Migration, ...]]:
    versions = defaultdict[str, list[Migration]](list)
    for migration in migrations:
        versions[migration.version].append(migration)
    return {version: tuple(same) for version, same in versions.items()}


def _pairing(migrations: Sequence[Migration], found: _Found) -> Pairing:
    claims = defaultdict[str, list[SqlFile]](list)
    for file, candidates in found.items():
        if len(candidates) == 1:
            claims[candidates[0].file.path].append(file)
    undecided = (
        Conflict(rollbacks=(file,), migrations=several) for file, several in found.items() if len(several) > 1
    )
    contested = (
        Conflict(rollbacks=tuple(claims[migration.file.path]), migrations=(migration,))
        for migration in migrations
        if len(claims[migration.file.path]) > 1
    )
    return Pairing(
        migrations=tuple(_with_rollback(migration, claims[migration.file.path]) for migration in migrations),
        conflicts=tuple(chain(undecided, contested)),
        orphans=tuple(file for file, candidates in found.items() if not candidates),
    )


def _with_rollback(migration: Migration, claims: Sequence[SqlFile]) -> Migration:
    return replace(migration, rollback=claims[0]) if len(claims) == 1 else migration
