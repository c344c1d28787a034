"""What a commit, a branch, a folder and a repository may be called before git ever sees the name."""

import hashlib
import re
from pathlib import PurePosixPath

from orchestrator.domain.errors import ConfigurationError

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

#: git's own rules for a branch (git-check-ref-format) and one more: no leading dash
_NO_BRANCH = re.compile(r"^[-/.]|[/.]$|[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)|^@$|^$")

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_LONGEST_BRANCH = 500


def is_commit(text: str) -> bool:
    """Tell whether this is a whole object id, of SHA-1 or SHA-256."""
    return _COMMIT.fullmatch(text) is not None


def checked_commit(commit: str) -> str:
    """Return the commit. Raises ConfigurationError for anything but a whole object id."""
    if is_commit(commit):
        return commit
    raise ConfigurationError(
        f"{commit!r} is not a commit's full id",
        code="commit-name",
        remedy="name it by all of its 40 (or 64) lowercase hexadecimal digits, as `git rev-parse` prints it",
        commit=commit,
    )


def checked_branch(branch: str) -> str:
    """Return the branch. Raises ConfigurationError for a name that git would not accept for one."""
    if len(branch) <= _LONGEST_BRANCH and branch.isprintable() and not _NO_BRANCH.search(branch):
        return branch
    raise ConfigurationError(
        f"{branch!r} is not the name of a branch",
        code="branch-name",
        remedy="name the branch as `git branch` prints it, without refs/heads/",
        branch=branch,
    )


def checked_repository(name: str) -> str:
    """Return a repository's name in the settings; it becomes part of a file name."""
    if _REPOSITORY.fullmatch(name):
        return name
    raise ConfigurationError(
        f"a repository cannot be called {name!r}",
        code="repository-name",
        remedy="use letters, digits, dot, dash and underscore, beginning with a letter or digit",
        repository=name,
    )


def checked_folder(folder: str) -> str:
    """Return a folder of a repository in its plain form, e.g. "supabase/migrations"."""
    path = PurePosixPath(folder)
    if not path.is_absolute() and path.parts and ".." not in path.parts and folder.isprintable():
        return path.as_posix()
    raise ConfigurationError(
        f"{folder!r} is not a folder inside a repository",
        code="folder-name",
        remedy='name the folder from the root of the repository, e.g. "apps/db/supabase"',
        folder=folder,
    )


def kept_ref(branch: str) -> str:
    """Return the mirror's ref for a branch.

    The name is flat: a remote may delete the branch `a` and create `a/b`, and a mirror that used the
    branches' own names could not follow.
    """
    return f"refs/bascule/{hashlib.sha256(branch.encode()).hexdigest()}"
