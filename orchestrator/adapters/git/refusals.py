"""What went wrong with a repository, in our words. git's own words stand beside them, for people only."""

import errno
import shutil
from pathlib import Path

from orchestrator.adapters.git.environment import secrets_of
from orchestrator.adapters.git.process import GitFailed, GitTimedOut
from orchestrator.adapters.git.source import MEBIBYTE, RepositorySource
from orchestrator.domain.errors import BasculeError, ConfigurationError, MigrationRefused, Unavailable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
#: what only the operator can mend; everything else of this kind (no memory, no free descriptor) passes
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
#: with less free space than this, a fetch that failed after the remote had answered failed for want of it
_LITTLE_ROOM_BYTES = 64 * MEBIBYTE


def unreachable(repository: str, source: RepositorySource, error: GitFailed | GitTimedOut) -> Unavailable:
    """Tell that the remote gave nothing. Git has one status for "refused", "unknown" and "away"."""
    silent = isinstance(error, GitTimedOut)
    what = "did not answer in time" if silent else "cannot be read"
    return Unavailable(
        f"the repository {repository} at {source.host} {what}",
        code="repository-unavailable",
        remedy=f"see whether {source.host} can be reached from here, whether repositories.{repository}.url is"
        " the address that is shown for cloning (redirects are not followed), and whether "
        f"repositories.{repository}.token may read it",
        repository=repository,
        host=source.host,
        git_said=_said(source, error),
    )


def unfilled(
    repository: str, source: RepositorySource, mirror: Path, error: GitFailed | GitTimedOut
) -> Unavailable:
    """Tell that the remote answered, yet its commits did not arrive."""
    free = shutil.disk_usage(mirror.parent).free
    if free < _LITTLE_ROOM_BYTES:
        return _full(mirror, free)
    took_too_long = isinstance(error, GitTimedOut)
    what = "could not be fetched in time" if took_too_long else "could not be fetched to the end"
    return Unavailable(
        f"the repository {repository} at {source.host} {what}",
        code="repository-unavailable",
        remedy="it is tried again; if the repository is large, give fetching more time, and more room than "
        f"the {free // MEBIBYTE} MiB that are free in {mirror.parent}",
        repository=repository,
        host=source.host,
        path=str(mirror),
        free_bytes=free,
        git_said=_said(source, error),
    )


def too_large(repository: str, branch: str, mirror: Path, most_bytes: int) -> Unavailable:
    """Tell that a branch does not fit into the room of a mirror; nothing of it was kept."""
    setting = f"repositories.{repository}.largest_mirror"
    return Unavailable(
        f"the repository {repository} is too large: its branch {branch} alone needs more than the "
        f"{most_bytes // MEBIBYTE} MiB that its mirror may hold",
        code="mirror-too-large",
        remedy="take large files out of the branch's history, keep migrations in one of their own, or "
        f"allow more by {setting}",
        repository=repository,
        branch=branch,
        path=str(mirror),
        most_bytes=most_bytes,
        setting=setting,
    )


def no_place(mirror: Path, error: OSError) -> BasculeError:
    """Tell that this machine does not let us keep a mirror."""
    if error.errno in _NO_ROOM:
        return _full(mirror, 0)
    if error.errno not in _NOT_ALLOWED:
        return Unavailable(
            f"mirrors of repositories in {mirror.parent} cannot be used now: {error.strerror}",
            code="mirror-unavailable",
            remedy="it is tried again; see what this machine lacks, memory or free file descriptors for one",
            path=str(mirror.parent),
        )
    return ConfigurationError(
        f"{mirror.parent} cannot hold mirrors of repositories: {error.strerror}",
        code="mirror-folder",
        remedy="let the user that runs Bascule write there, or set another folder",
        path=str(mirror.parent),
    )


def slow(repository: str, mirror: Path) -> Unavailable:
    """Tell that reading from the mirror took too long."""
    return Unavailable(
        f"the mirror of {repository} could not be read in time",
        code="mirror-slow",
        remedy=f"see what keeps the disk of {mirror.parent} busy",
        repository=repository,
        path=str(mirror),
    )


def damaged(repository: str, mirror: Path) -> Unavailable:
    """Tell that a mirror lost objects and was thrown away."""
    return Unavailable(
        f"the mirror of {repository} was damaged and is thrown away",
        code="mirror-damaged",
        remedy="nothing needs to be done: it is made anew at the next attempt",
        repository=repository,
        path=str(mirror),
    )


def vanished(repository: str, commit: str) -> MigrationRefused:
    """Tell that a commit is not there."""
    return MigrationRefused(
        f"commit {commit} is not in the repository {repository}",
        code="commit-vanished",
        remedy="push the commit again, or deploy the branch's present head",
        repository=repository,
        commit=commit,
    )


def unknown(repository: str, known: list[str]) -> ConfigurationError:
    """Tell that no repository has this name."""
    return ConfigurationError(
        f"there is no repository {repository!r} in the settings",
        code="repository-unknown",
        remedy=f"use one of: {', '.join(sorted(known))}" if known else "add it under [repositories]",
        repository=repository,
    )


def _full(mirror: Path, free: int) -> Unavailable:
    return Unavailable(
        f"there is no room for the mirror {mirror}: {free // MEBIBYTE} MiB are free",
        code="mirror-full",
        remedy=f"free space on the disk of {mirror.parent}; everything in that folder may be deleted",
        path=str(mirror),
        free_bytes=free,
    )


def _said(source: RepositorySource, error: GitFailed | GitTimedOut) -> str:
    said = error.complaint if isinstance(error, GitFailed) else ""
    for secret in secrets_of(source):
        said = said.replace(secret, "***")
    return said
