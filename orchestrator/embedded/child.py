"""One child process that cannot outlive us."""

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.embedded.account import Account

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signum: int) -> Callable[[], None]:
    """Return what a child has to call first, so that the kernel sends it `signum` when its parent dies.

    It must run after a change of user (that clears the request), and in a child of the main thread: the
    kernel's "parent" is the thread that created the child.
    """
    parent = os.getpid()

    def in_child() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return in_child


@dataclass(frozen=True, kw_only=True)
class Child:
    """A running process with a session of its own, so that Ctrl-C in a terminal reaches only us."""

    process: subprocess.Popen[bytes]
    started: float

    @classmethod
    def spawn(
        cls,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        log: Path | None,
        death_signal: signal.Signals,
        account: Account | None = None,
        cwd: Path | None = None,
        keep: Sequence[int] = (),
        stdin: bytes = b"",
    ) -> "Child":
        """Start a process. Output goes to the end of `log`, else where ours goes; `keep` are descriptors.

        `stdin` is what it reads (a few kB at most), then the end of file. Raises OSError.
        """
        if threading.current_thread() is not threading.main_thread():
            msg = "children are started from the main thread: they die with the thread that started them"
            raise RuntimeError(msg)
        output = None if log is None else os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                argv,
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=cwd,
                pass_fds=tuple(keep),
                start_new_session=True,
                preexec_fn=die_with_parent(death_signal),  # noqa: PLW1509 - see the check for threads above
                **(account or Account()).identity(),
            )
        finally:
            if output is not None:
                os.close(output)
        _feed(process, stdin)
        return cls(process=process, started=time.monotonic())

    @property
    def pid(self) -> int:
        """The process id; also the id of its group."""
        return self.process.pid

    def ended(self) -> bool:
        """Tell whether it has ended. It is not reaped: its pid stays ours until `reap`."""
        if self.process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def reap(self) -> int:
        """End what is left of its group, and return its exit code. Call it only once it has ended.

        Children of a killed child would go on alone; their group id cannot be another's before the reaping.
        """
        if self.process.returncode is None:
            _signal_group(self.pid, signal.SIGKILL)
        return self.process.wait()

    def ask(self, signum: signal.Signals) -> None:
        """Send a signal to it alone."""
        if not self.ended():
            self.process.send_signal(signum)

    def stop(self, signum: signal.Signals, *, seconds: float) -> int:
        """Ask, wait, and kill what does not listen. Return the exit code."""
        self.ask(signum)
        if not self.wait(seconds=seconds):
            _signal_group(self.pid, signal.SIGKILL)
            self.process.wait()
        return self.reap()

    def wait(self, *, seconds: float) -> bool:
        """Wait for its end; False when the time is over."""
        deadline = time.monotonic() + seconds
        while not self.ended():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True


def _feed(process: subprocess.Popen[bytes], stdin: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it ended before it read; its exit code says more
        process.stdin.write(stdin)
        process.stdin.close()


def _signal_group(group: int, signum: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # nobody is left
        os.killpg(group, signum)
