"""The repositories of the settings, by their names: fetching, asking, reading."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestrator.adapters.git import refusals, shelf
from orchestrator.adapters.git.environment import remote_environment
from orchestrator.adapters.git.listing import Selection, pointers, select_files, select_tests
from orchestrator.adapters.git.mirror import Mirror, MirrorTooLarge
from orchestrator.adapters.git.names import (
    checked_branch,
    checked_commit,
    checked_folder,
    checked_repository,
    is_commit,
)
from orchestrator.adapters.git.objects import Damaged, holds_commit, is_ancestor, read_objects
from orchestrator.adapters.git.process import Deadline, GitFailed, GitTimedOut, run_git
from orchestrator.adapters.git.source import GitLimits, RepositorySource
from orchestrator.ports import Blob, Listing

#: status of `git ls-remote --exit-code` when the remote answered and has no such ref
_NO_SUCH_REF = 2


class Repositories:
    """Answers the port `Git` from bare mirrors under one cache directory of this machine.

    Several processes may share the directory. It may be deleted while nothing runs.
    """

    def __init__(
        self, sources: Mapping[str, RepositorySource], *, cache: Path, limits: GitLimits | None = None
    ) -> None:
        """Raise ConfigurationError for a repository's name that cannot name a mirror."""
        self._sources = {checked_repository(name): source for name, source in sources.items()}
        self._cache = cache.absolute()
        self._limits = limits or GitLimits()

    def fetch(self, repository: str, branch: str) -> str | None:
        """Bring the mirror up to date; return the branch's head, or None where there is no such branch.

        Mirrors of repositories that are no longer in the settings go on this occasion.

        Raises Unavailable (`repository-unavailable`, `mirror-full`, `mirror-too-large`) and
        ConfigurationError.
        """
        deadline = Deadline(self._limits.fetch_seconds)
        head = self.head(repository, branch)
        mirror = self._mirror(repository)
        with self._filling(repository, mirror), mirror.locked(deadline):
            if head is None:
                mirror.forget(branch, deadline)
            else:
                head = mirror.follow(branch, head, deadline)
            shelf.remove_strangers(self._cache, [self._mirror(name).path for name in self._sources])
            return head

    def head(self, repository: str, branch: str) -> str | None:
        """Ask the remote for the branch's head without fetching anything.

        Raises Unavailable (`repository-unavailable`) and ConfigurationError.
        """
        source = self._source(repository)
        ref = f"refs/heads/{checked_branch(branch)}"
        try:
            self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _head_in(self._ask(source, ref), ref)
        except (GitFailed, GitTimedOut) as error:
            raise refusals.unreachable(repository, source, error) from error
        except OSError as error:
            raise refusals.no_place(self._mirror(repository).path, error) from error

    def knows(self, repository: str, commit: str) -> bool:
        """Tell whether the mirror holds this commit. Does not ask the remote.

        Raises Unavailable (`mirror-damaged`, `mirror-slow`) and ConfigurationError.
        """
        checked_commit(commit)
        mirror = self._mirror(repository)
        with self._reading(repository, mirror) as deadline:
            return mirror.exists() and holds_commit(mirror, commit, deadline)

    def comes_before(self, repository: str, commit: str, head: str) -> bool:
        """Tell whether the mirror shows that a commit is an ancestor of another, or that one itself.

        Raises Unavailable (`mirror-damaged`, `mirror-slow`) and ConfigurationError.
        """
        checked_commit(commit)
        checked_commit(head)
        mirror = self._mirror(repository)
        with self._reading(repository, mirror) as deadline:
            known = mirror.exists() and all(holds_commit(mirror, each, deadline) for each in (commit, head))
            return known and is_ancestor(mirror, commit, head, deadline)

    def read(
        self, repository: str, commit: str, folders: Sequence[str], *, tests: str | None = None
    ) -> Listing:
        """Read every *.sql file directly in these folders, and what tests are made of below another one.

        Raises MigrationRefused (`commit-vanished`) when the mirror does not hold the commit, Unavailable
        (`mirror-damaged`) when it had to be thrown away: the next fetch makes a new one.
        """
        plain_folders = [checked_folder(folder) for folder in folders]
        plain_tests = None if tests is None else checked_folder(tests)
        if not self.knows(repository, commit):
            raise refusals.vanished(repository, commit)
        mirror = self._mirror(repository)
        with self._reading(repository, mirror) as deadline:
            selection = select_files(mirror, commit, plain_folders, limits=self._limits, deadline=deadline)
            if plain_tests is not None:
                selection += select_tests(mirror, commit, plain_tests, limits=self._limits, deadline=deadline)
            return _read(mirror, commit, selection, tests=plain_tests, deadline=deadline)

    def _source(self, repository: str) -> RepositorySource:
        if repository not in self._sources:
            raise refusals.unknown(repository, list(self._sources))
        return self._sources[repository]

    def _mirror(self, repository: str) -> Mirror:
        """Name the mirror after the address too: another address is another repository."""
        source = self._source(repository)
        digest = hashlib.sha256(source.url.encode()).hexdigest()[:12]
        path = self._cache / f"{repository}-{digest}.git"
        return Mirror(path=path, source=source, limits=self._limits)

    def _ask(self, source: RepositorySource, ref: str) -> bytes:
        try:
            return run_git(
                "ls-remote", "--exit-code", "--end-of-options", source.url, ref,
                environment=remote_environment(
                    self._cache, source, silence_seconds=self._limits.silence_seconds
                ),
                folder=self._cache,
                deadline=Deadline(self._limits.ask_seconds),
            )  # fmt: skip
        except GitFailed as failed:
            if failed.status == _NO_SUCH_REF:
                return b""
            raise

    @contextlib.contextmanager
    def _filling(self, repository: str, mirror: Mirror) -> Iterator[None]:
        """Say in our words why a mirror could not be brought up to date."""
        try:
            yield
        except MirrorTooLarge as error:
            most_bytes = self._source(repository).mirror_bytes
            raise refusals.too_large(repository, error.branch, mirror.path, most_bytes) from error
        except (GitFailed, GitTimedOut) as error:
            raise refusals.unfilled(repository, self._source(repository), mirror.path, error) from error
        except OSError as error:
            raise refusals.no_place(mirror.path, error) from error

    @contextlib.contextmanager
    def _reading(self, repository: str, mirror: Mirror) -> Iterator[Deadline]:
        """Throw a mirror away that turns out to be damaged, and say so."""
        try:
            yield Deadline(self._limits.read_seconds)
        except (GitFailed, Damaged) as error:
            deadline = Deadline(self._limits.read_seconds)
            with self._filling(repository, mirror), mirror.locked(deadline):
                mirror.discard_if_damaged(deadline)
            raise refusals.damaged(repository, mirror.path) from error
        except GitTimedOut as error:
            raise refusals.slow(repository, mirror.path) from error
        except OSError as error:
            raise refusals.no_place(mirror.path, error) from error


def _read(
    mirror: Mirror, commit: str, selection: Selection, *, tests: str | None, deadline: Deadline
) -> Listing:
    text, contents = read_objects(
        mirror,
        commit,
        [entry.id for entry in selection.files],
        content_bytes=sum(entry.size for entry in selection.files),
        deadline=deadline,
    )
    blobs = [
        Blob(path=entry.shown, content=content)
        for entry, content in zip(selection.files, contents, strict=True)
    ]
    elsewhere = pointers(blobs, tests=tests)
    not_here = {finding.file for finding in elsewhere}
    return Listing(
        commit=commit,
        author=text.author,
        subject=text.subject,
        blobs=tuple(blob for blob in blobs if blob.path not in not_here),
        findings=(*selection.findings, *elsewhere),
    )


def _head_in(answer: bytes, ref: str) -> str | None:
    """Find exactly this ref: a remote also names others that end like it."""
    for line in answer.decode("utf-8", "replace").splitlines():
        commit, _, name = line.partition("\t")
        if name == ref and is_commit(commit):
            return commit
    return None
