"""The bare mirror of one repository: a cache that may be thrown away at any moment.

Whoever changes a mirror holds its lock. Readers hold none: git never takes away what it has written, and
a reader whose mirror is thrown away finds out and is tried again.
"""

import contextlib
from collections.abc import Iterator
from configparser import Error as ConfigUnreadable
from pathlib import Path

from orchestrator.adapters.git import shelf
from orchestrator.adapters.git.environment import local_environment, remote_environment
from orchestrator.adapters.git.names import kept_ref
from orchestrator.adapters.git.process import FILE_BYTES, Deadline, GitFailed, GitTimedOut, run_git
from orchestrator.adapters.git.source import GitLimits, RepositorySource

#: what a git process that was killed leaves behind; nobody else is writing while we hold the lock
_LEFTOVERS = ("*.lock", "objects/pack/tmp_*", "objects/pack/*.keep", "objects/*/tmp_obj_*", "gc.pid")
#: every so many packs, one for each fetch that brought something, they are made into one
_PACKS = 50
_TIDY_SECONDS = 30
#: a limit of a file's size is told in such blocks
_BLOCK = 512
#: length of an object id in hexadecimal digits -> what git calls the format
_FORMATS = {40: "sha1", 64: "sha256"}


class MirrorTooLarge(Exception):
    """The branch alone takes more room than its mirror may have."""

    def __init__(self, branch: str) -> None:
        super().__init__(branch)
        self.branch = branch


class Mirror:
    """One repository's objects on this machine. Methods that write want the lock to be held."""

    def __init__(self, *, path: Path, source: RepositorySource, limits: GitLimits) -> None:
        self.path = path
        self._source = source
        self._limits = limits
        self._lock: int | None = None

    @contextlib.contextmanager
    def locked(self, deadline: Deadline) -> Iterator[None]:
        """Be the only one that writes here. Raises GitTimedOut when the turn does not come in time.

        git's processes hold the lock too: should this process be killed, the next one waits for them.
        """
        with shelf.turn(self.path, deadline) as descriptor:
            try:
                self._lock = descriptor
                self._sweep()
                yield
            except BaseException:
                self._sweep()
                raise
            finally:
                self._lock = None

    def exists(self) -> bool:
        """Tell whether there is a mirror at all."""
        return self.path.is_dir()

    def follow(self, branch: str, head: str, deadline: Deadline) -> str:
        """Bring the branch, which the remote says is at `head`; return where it is now.

        A damaged mirror, or one with no room for what is new, is thrown away and cloned again, once.
        Raises GitFailed, GitTimedOut, MirrorTooLarge.
        """
        try:
            return self._bring(branch, head, deadline)
        except MirrorTooLarge:
            shelf.remove(self.path)
        except GitFailed:
            if not self.discard_if_damaged(deadline):
                raise
        try:
            return self._bring(branch, head, deadline)
        except MirrorTooLarge:
            shelf.remove(self.path)
            raise

    def forget(self, branch: str, deadline: Deadline) -> None:
        """Drop the ref of a branch that is gone. Its commits stay until git tidies up."""
        if self._format() is not None:
            self.git("update-ref", "-d", "--end-of-options", kept_ref(branch), deadline=deadline)

    def discard_if_damaged(self, deadline: Deadline) -> bool:
        """Throw the mirror away if git's own check finds it damaged; return whether it did."""
        try:
            self.git("fsck", "--no-dangling", "--no-progress", deadline=deadline)
        except GitFailed:
            shelf.remove(self.path)
            return True
        return False

    def git(
        self,
        *arguments: str,
        deadline: Deadline,
        given: bytes = b"",
        most_bytes: int = 2**20,
        file_bytes: int = FILE_BYTES,
    ) -> bytes:
        """Run git on the mirror alone, with no way out to a network."""
        return run_git(
            f"--git-dir={self.path}",
            *arguments,
            environment=local_environment(self.path.parent),
            folder=self.path.parent,
            deadline=deadline,
            given=given,
            holding=self._held(),
            most_bytes=most_bytes,
            file_bytes=file_bytes,
        )

    def _bring(self, branch: str, head: str, deadline: Deadline) -> str:
        self._prepare(_FORMATS[len(head)])
        if self._at(branch, deadline) == head:
            return head
        self._fetch_what_has_room(branch, deadline)
        brought = self._at(branch, deadline)
        if brought is None:
            raise GitFailed(status=0, complaint="the fetch succeeded and brought nothing")
        self._forget_others(branch, deadline)
        self._tidy(deadline)
        return brought

    def _fetch_what_has_room(self, branch: str, deadline: Deadline) -> None:
        """Fetch into the room that is left; one pack takes all that comes, so its size tells."""
        room = self._source.mirror_bytes - _size(self.path)
        if room <= 0:
            raise MirrorTooLarge(branch)
        try:
            self._fetch(branch, room, deadline)
        except GitFailed as error:
            if any(_size(pack) + _BLOCK >= room for pack in self.path.glob("objects/pack/tmp_*")):
                self._sweep()
                raise MirrorTooLarge(branch) from error
            raise
        if _size(self.path) > self._source.mirror_bytes:  # the index of a pack counts too
            raise MirrorTooLarge(branch)

    def _fetch(self, branch: str, room: int, deadline: Deadline) -> None:
        """Fetch by branch: a fetch by commit says yes without asking the remote once the commit is here."""
        run_git(
            f"--git-dir={self.path}",
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--end-of-options",
            self._source.url,
            f"+refs/heads/{branch}:{kept_ref(branch)}",
            environment=remote_environment(
                self.path.parent, self._source, silence_seconds=self._limits.silence_seconds
            ),
            folder=self.path.parent,
            deadline=deadline,
            holding=self._held(),
            file_bytes=room,
        )

    def _at(self, branch: str, deadline: Deadline) -> str | None:
        """Return where the mirror has the branch. Fails when that commit itself is missing."""
        line = self.git(
            "for-each-ref",
            "--format=%(objectname) %(objecttype)",
            "--end-of-options",
            kept_ref(branch),
            deadline=deadline,
        )
        name, _, kind = line.decode().strip().partition(" ")
        return name if kind == "commit" else None

    def _forget_others(self, branch: str, deadline: Deadline) -> None:
        """Drop the refs of branches that nobody follows any more, so that git may let go of their commits."""
        if self._source.branches is None:
            return
        kept = {kept_ref(each) for each in (branch, *self._source.branches)}
        refs = self.git("for-each-ref", "--format=%(refname)", deadline=deadline).decode().split("\n")
        gone = "".join(f"delete {ref}\n" for ref in refs if ref and ref not in kept)
        if gone:
            self.git("update-ref", "--stdin", deadline=deadline, given=gone.encode())

    def _prepare(self, object_format: str) -> None:
        """Have an empty mirror where there is none, or none of this format."""
        if self._format() == object_format:
            return
        # here, not above: it looks for the git program and takes 70 ms, which no other command shall pay
        from git import Git, GitCommandError  # noqa: PLC0415

        shelf.remove(self.path)
        self.path.mkdir(mode=0o700)
        git = Git(self.path)
        # GitPython adds to the environment of this process, so what could lead git elsewhere is set
        git.update_environment(
            GIT_DIR=str(self.path),
            GIT_OBJECT_DIRECTORY=str(self.path / "objects"),
            **local_environment(self.path.parent),
        )
        try:
            git.init(bare=True, quiet=True, template="", object_format=object_format)
        except GitCommandError as error:
            shelf.remove(self.path)
            raise GitFailed(status=-1, complaint="a mirror could not be made") from error

    def _format(self) -> str | None:
        """Return the mirror's object format; None when what lies there is no repository."""
        from git import InvalidGitRepositoryError, NoSuchPathError, Repo  # noqa: PLC0415  # see _prepare

        try:
            with Repo(self.path, expand_vars=False) as repo:
                return str(repo.config_reader("repository").get_value("extensions", "objectformat", "sha1"))
        except (InvalidGitRepositoryError, NoSuchPathError, ConfigUnreadable, UnicodeDecodeError):
            return None

    def _sweep(self) -> None:
        for leftover in _LEFTOVERS:
            for path in self.path.rglob(leftover):
                path.unlink(missing_ok=True)
        shelf.clear_graves(self.path)

    def _tidy(self, deadline: Deadline) -> None:
        """Make many packs into one, now and then. Nothing depends on it, so it may fail."""
        packs = sum(1 for _ in self.path.glob("objects/pack/*.pack"))
        if packs % _PACKS == 0:
            with contextlib.suppress(GitFailed, GitTimedOut):
                self.git(
                    "gc",
                    "--quiet",
                    deadline=deadline.at_most(_TIDY_SECONDS),
                    file_bytes=self._source.mirror_bytes,
                )

    def _held(self) -> tuple[int, ...]:
        return () if self._lock is None else (self._lock,)


def _size(path: Path) -> int:
    """Return how much a file, or a folder with all below it, holds."""
    found = 0
    for file in path.rglob("*") if path.is_dir() else (path,):
        with contextlib.suppress(FileNotFoundError):  # git makes and removes files of its own all the time
            found += file.lstat().st_size
    return found
