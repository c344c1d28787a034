"""Repositories, as they are fetched and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from orchestrator.domain.finding import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A file of a commit, its bytes as they lie in git."""

    path: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What a commit holds in some folders."""

    commit: str
    author: str
    subject: str
    blobs: tuple[Blob, ...]
    #: entries that were not read, each with the reason: a symlink, too large, a name that is not UTF-8 ...
    findings: tuple[Finding, ...]


class Git(Protocol):
    """Repositories by their name in the settings. Raises Unavailable when one cannot be reached in time."""

    def fetch(self, repository: str, branch: str) -> str | None:
        """Bring the mirror up to date; return the branch's head, or None where there is no such branch."""
        ...

    def head(self, repository: str, branch: str) -> str | None:
        """Ask the remote for the branch's head without fetching anything."""
        ...

    def knows(self, repository: str, commit: str) -> bool:
        """Tell whether the mirror holds this commit. Does not ask the remote."""
        ...

    def comes_before(self, repository: str, commit: str, head: str) -> bool:
        """Tell whether the mirror shows that a commit is an ancestor of another, or that one itself.

        Does not ask the remote.
        """
        ...

    def read(
        self, repository: str, commit: str, folders: Sequence[str], *, tests: str | None = None
    ) -> Listing:
        """Read every *.sql file directly in these folders. A folder that does not exist is empty.

        Of a folder of tests, all SQL below it is read, and its rls.yaml; what cannot be read there warns.
        """
        ...
