"""A working repository and its bare remote, as an author has them, for tests."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_AUTHOR = {
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Author",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def git(*arguments: str, folder: Path, given: bytes = b"") -> bytes:
    """Run git as an author would, with nobody's settings, and return what it wrote."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **_AUTHOR,
    }
    ended = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, input=given, capture_output=True, check=False
    )
    assert ended.returncode == 0, f"git {arguments}: {ended.stderr.decode(errors='replace')}"
    return ended.stdout


@dataclass(frozen=True, slots=True)
class Repository:
    """`work` is the author's checkout; its remote `origin` is the bare repository `remote`."""

    work: Path
    remote: Path

    @classmethod
    def create(cls, path: Path, *, object_format: str = "sha1") -> "Repository":
        """Make both in this folder, which is created if need be. Nothing is committed or pushed yet."""
        repository = cls(work=path / "work", remote=path / "remote.git")
        for made in (repository.work, repository.remote):
            made.mkdir(parents=True)
        format_ = f"--object-format={object_format}"
        git("init", "--quiet", "--bare", "--initial-branch=main", format_, folder=repository.remote)
        git("init", "--quiet", "--initial-branch=main", format_, folder=repository.work)
        repository.git("remote", "add", "origin", str(repository.remote))
        return repository

    @property
    def remote_url(self) -> str:
        """The address to fetch from: the bare repository's path."""
        return str(self.remote)

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file of the checkout; lines end as given."""
        file = self.work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def remove(self, path: str) -> None:
        """Delete a file of the checkout."""
        (self.work / path).unlink()

    def commit(self, message: str) -> str:
        """Commit all that lies in the checkout, even if nothing changed, and return the commit's id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.head

    def push(self, remote: str, branch: str, *, force: bool = False) -> None:
        """Push the checkout's commit as this branch; `remote` is "origin" or an address."""
        forced = ["--force"] if force else []
        self.git("push", "--quiet", *forced, remote, f"HEAD:refs/heads/{branch}")

    @property
    def head(self) -> str:
        """The checkout's commit."""
        return self.git("rev-parse", "HEAD").decode().strip()

    def git(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run git in the checkout."""
        return git(*arguments, folder=self.work, given=given)
