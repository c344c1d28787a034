"""One git process: bounded in time and in what it may write, and never outlived by a child."""

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from orchestrator.domain.errors import ConfigurationError

_CHUNK = 64 * 1024
#: of what git complained about, the end is kept
_COMPLAINT = 4 * 1024
#: sets the limits of git and of its children before there is one; then the shell is git. Units are POSIX's.
_LIMITED: Final = 'ulimit -f "$1" && ulimit -v "$2" && shift 2 && exec "$@"'
_FILE_UNIT, _MEMORY_UNIT = 512, 1024
#: for each process of git: above what an honest repository takes, far below what a hostile one could
_MEMORY_BYTES: Final = 2 * 1024**3
FILE_BYTES: Final = 8 * 1024**3


class GitFailed(Exception):
    """A git process ended with a status other than 0. Its words are for people, never for decisions."""

    def __init__(self, *, status: int, complaint: str) -> None:
        super().__init__(f"git ended with status {status}")
        self.status = status
        self.complaint = complaint


class GitWroteTooMuch(GitFailed):
    """A git process wrote more than was asked for, and was ended."""


class GitTimedOut(Exception):
    """A git process, or the wait for its turn, took longer than allowed."""


class Deadline:
    """A moment by which something has to be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left_seconds(self) -> float:
        """The time that is left; 0 when it is over."""
        return max(0.0, self._end - time.monotonic())

    def at_most(self, seconds: float) -> "Deadline":
        """Return a deadline of its own that does not end later than this one."""
        return Deadline(min(seconds, self.left_seconds))


def run_git(
    *arguments: str,
    environment: Mapping[str, str],
    folder: Path,
    deadline: Deadline,
    given: bytes = b"",
    holding: Sequence[int] = (),
    most_bytes: int = 1024 * 1024,
    file_bytes: int = FILE_BYTES,
) -> bytes:
    """Run git in a folder and return what it wrote.

    `given` is its standard input; `holding` are file descriptors that it and its children keep open; no file
    that they write gets larger than `file_bytes`. Raises GitFailed, GitWroteTooMuch, GitTimedOut, and
    ConfigurationError when this machine has no git.
    """
    with tempfile.TemporaryFile() as standard_input:
        standard_input.write(given)
        standard_input.seek(0)
        with subprocess.Popen(  # noqa: S603  # the shell's text is fixed; names are checked before they come here
            [*_limited(file_bytes), _program(environment), *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=standard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that its children can be ended with it
            pass_fds=holding,
        ) as process:
            try:
                written, complaint = _collect(process, deadline, most_bytes)
                status = process.wait(deadline.left_seconds)
            except BaseException as error:
                _end(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise GitTimedOut from error
                raise
    if status:
        raise GitFailed(status=status, complaint=_readable(complaint))
    return written


def _limited(file_bytes: int) -> list[str]:
    """Return what stands before a command so that neither its memory nor its files grow without end."""
    blocks, kibibytes = file_bytes // _FILE_UNIT, _MEMORY_BYTES // _MEMORY_UNIT
    return ["/bin/sh", "-c", _LIMITED, "sh", str(blocks), str(kibibytes)]


def _program(environment: Mapping[str, str]) -> str:
    program = shutil.which("git", path=environment["PATH"])
    if program is None:
        raise ConfigurationError(
            "there is no git on this machine", code="git-missing", remedy="install git 2.38 or later"
        )
    return program


def _collect(process: subprocess.Popen[bytes], deadline: Deadline, most_bytes: int) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    assert process.stderr is not None
    written, complaint = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, written)
        selector.register(process.stderr, selectors.EVENT_READ, complaint)
        while selector.get_map():
            if not deadline.left_seconds:
                raise GitTimedOut
            for key, _ in selector.select(deadline.left_seconds):
                _take(selector, key)
            del complaint[:-_COMPLAINT]
            if len(written) > most_bytes:
                raise GitWroteTooMuch(status=-1, complaint=f"git wrote more than {most_bytes} bytes")
    return bytes(written), bytes(complaint)


def _take(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    stream: IO[bytes] = key.fileobj  # type: ignore[assignment]  # what was registered above
    chunk = os.read(stream.fileno(), _CHUNK)
    if chunk:
        key.data.extend(chunk)
    else:
        selector.unregister(stream)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and all of its children: they share a process group of their own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _readable(complaint: bytes) -> str:
    """Return the last lines, without what could play tricks on a terminal."""
    lines = complaint.decode(errors="replace").replace("\r", "\n").splitlines()
    shown = [line.strip() for line in lines if line.strip()][-3:]
    return "".join(c if c.isprintable() else "?" for c in " | ".join(shown))[:500]
