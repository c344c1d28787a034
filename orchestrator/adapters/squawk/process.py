"""One process of squawk: bounded in time and in what it may write; nothing of our environment reaches it."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from orchestrator.adapters.squawk.installed import missing
from orchestrator.domain.errors import Unavailable

_CHUNK = 64 * 1024
#: some 200,000 marks
_MOST_BYTES = 64 * 1024 * 1024
#: of what it complained about, the beginning is kept: a backtrace follows
_COMPLAINT = 4 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a process ended."""

    #: below 0: the number of the signal that ended it
    status: int
    written: bytes
    complaint: bytes


def run_squawk(command: Sequence[str], *, given: bytes, folder: Path, end: float) -> Ended:
    """Run the program in a folder; `given` is its standard input, `end` a moment of the monotonic clock.

    Raises Unavailable: it cannot be started, is not done in time, or writes without end.
    """
    with _started(command, folder) as process:
        try:
            written, complaint = _collect(process, given, end)
            status = process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            _kill(process)
            raise _too_slow() from error
        except BaseException:
            _kill(process)
            raise
    return Ended(status=status, written=written, complaint=complaint)


def failed(message: str, *, remedy: str) -> Unavailable:
    """Say that the program ran and that nothing can be concluded from it."""
    return Unavailable(message, code="squawk-failed", remedy=remedy)


def _started(command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # never a shell; no argument comes from a repository
            command,
            cwd=folder,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that whatever it starts can be ended with it
        )
    except OSError as error:
        raise missing(f"{command[0]} cannot be started: {error.strerror}") from error


def _collect(process: subprocess.Popen[bytes], given: bytes, end: float) -> tuple[bytes, bytes]:
    """Give the process its input and take what it writes, whichever it is ready for."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    rest, written, complaint = bytearray(given), bytearray(), bytearray()
    os.set_blocking(process.stdin.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdin, selectors.EVENT_WRITE, rest)
        selector.register(process.stdout, selectors.EVENT_READ, written)
        selector.register(process.stderr, selectors.EVENT_READ, complaint)
        while selector.get_map():
            left = end - time.monotonic()
            if left <= 0:
                raise _too_slow()
            for key, events in selector.select(left):
                (_give if events & selectors.EVENT_WRITE else _take)(selector, key)
            del complaint[_COMPLAINT:]
            if len(written) > _MOST_BYTES:
                raise failed(
                    f"squawk wrote more than {_MOST_BYTES} bytes and was ended",
                    remedy="validate fewer files at once",
                )
    return bytes(written), bytes(complaint)


def _give(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    stream: IO[bytes] = key.fileobj  # type: ignore[assignment]  # what was registered above
    with contextlib.suppress(BrokenPipeError):  # it does not want the rest; its status says why
        del key.data[: os.write(stream.fileno(), key.data[:_CHUNK])]
        if key.data:
            return
    selector.unregister(stream)
    with contextlib.suppress(BrokenPipeError):
        stream.close()


def _take(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    stream: IO[bytes] = key.fileobj  # type: ignore[assignment]  # what was registered above
    chunk = os.read(stream.fileno(), _CHUNK)
    if chunk:
        key.data.extend(chunk)
    else:
        selector.unregister(stream)


def _too_slow() -> Unavailable:
    return failed(
        "squawk was not done in time and was ended", remedy="validate fewer or smaller files at once"
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End it and all of its children: they share a process group of their own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
