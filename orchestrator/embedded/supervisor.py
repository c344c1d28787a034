"""Keeps processes running until it is told to stop, and then ends them in good order."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Protocol, Self

from orchestrator.domain.errors import BasculeError, ConfigurationError
from orchestrator.embedded.child import Child
from orchestrator.embedded.servers import Embedded, Progress, say_nothing

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
#: whoever lives this long may die again as if for the first time
_GOOD_LIFE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process of the service."""

    name: str
    argv: Sequence[str]
    #: added to our own environment; the only way for secrets
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: where its output goes; None: where ours goes
    log: Path | None = None
    #: asks it to end in good order; a worker ends its task first
    stop_signal: signal.Signals = signal.SIGTERM
    #: how long that may take
    stop_seconds: float = 30.0
    #: what the kernel sends when we are killed; one that has children of its own needs one that it hears
    orphan_signal: signal.Signals = signal.SIGKILL


class Supervisor:
    """Starts processes, starts those again that die, and ends all of them on SIGTERM, SIGINT or SIGHUP.

    A second signal while they end kills them. A process that exits with 2 (its settings are wrong) is not
    started again: the supervisor ends and returns 2. Embedded servers that die are started again too, but
    their end is left to their own `with` block, so that it comes last. Main thread only.
    """

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        servers: Embedded | None = None,
        progress: Progress = say_nothing,
    ) -> None:
        self._progress = progress
        self._services = [_Service(process) for process in processes]
        self._kept = [_Kept(server) for server in (servers.postgres, servers.valkey)] if servers else []
        self._signals = _Signals()
        self.exit_code = 0

    def run(self) -> int:
        """Start everything, stay until told to stop, end everything; return the exit code."""
        with self:
            while self.tend(seconds=3600):
                pass
        return self.exit_code

    def tend(self, *, seconds: float) -> bool:
        """Look after the processes for at most so long; False as soon as it is time to stop."""
        deadline = time.monotonic() + seconds
        while not self._over():
            for kept in self._kept:
                self._look_after(kept)
            now = time.monotonic()
            if self._over() or now >= deadline:
                break
            self._signals.wait(min([deadline, *(kept.due for kept in self._kept if kept.due)]) - now)
        return not self._over()

    def stop(self) -> None:
        """Ask all processes to end, wait for each, kill what does not listen."""
        for service in self._services:
            service.ask_to_end()
        for service in self._services:
            service.await_end(hurry=lambda: self._signals.stops > 1)
            self._progress(service.name, "stopped", 0.0)

    def __enter__(self) -> Self:
        self._signals.listen()
        try:
            for service in self._services:
                service.start()
                self._kept.append(_Kept(service))
                self._progress(service.name, "started", 0.0)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._signals.close()

    def _over(self) -> bool:
        return self._signals.stops > 0 or self.exit_code != 0

    def _look_after(self, kept: "_Kept") -> None:
        if kept.due and time.monotonic() >= kept.due:
            self._start_again(kept)
        elif not kept.due and kept.member.ended():
            code = kept.member.reap()
            if code == ConfigurationError.exit_code:
                self.exit_code = code
            self._tell_pause(kept, f"ended with {_described(code)}")

    def _start_again(self, kept: "_Kept") -> None:
        try:
            kept.start()
        except BasculeError as fault:
            self._tell_pause(kept, fault.message)
        else:
            self._progress(kept.member.name, "started again", 0.0)

    def _tell_pause(self, kept: "_Kept", what: str) -> None:
        lived = time.monotonic() - kept.started
        kept.pause(lived)
        self._progress(kept.member.name, what, lived)


class _Member(Protocol):
    """What can be kept running: a server or a service's process."""

    @property
    def name(self) -> str: ...
    def start(self) -> None: ...
    def ended(self) -> bool: ...
    def reap(self) -> int: ...


class _Service:
    """A process of the service, running or not."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.name = process.name
        self._child: Child | None = None
        self._patience_ends = 0.0

    def start(self) -> None:
        process = self.process
        try:
            self._child = Child.spawn(
                process.argv,
                env={**os.environ, **process.env},
                log=process.log,
                death_signal=process.orphan_signal,
            )
        except OSError as fault:
            raise ConfigurationError(
                f"{process.name} could not be started: {fault.strerror}: {fault.filename}",
                code="process-did-not-start",
                remedy="check that Bascule is installed completely",
                process=process.name,
            ) from fault

    def ended(self) -> bool:
        return self._child is None or self._child.ended()

    def reap(self) -> int:
        assert self._child is not None
        code = self._child.reap()
        self._child = None
        return code

    def ask_to_end(self) -> None:
        self._patience_ends = time.monotonic() + self.process.stop_seconds
        if self._child is not None:
            self._child.ask(self.process.stop_signal)

    def await_end(self, hurry: "_Hurry") -> None:
        if self._child is None:
            return
        while time.monotonic() < self._patience_ends and not hurry() and not self._child.wait(seconds=0.05):
            pass
        self._child.stop(signal.SIGKILL, seconds=5)
        self._child = None


class _Hurry(Protocol):
    """Tells whether somebody asked to stop a second time."""

    def __call__(self) -> bool: ...


class _Kept:
    """One who is kept running, with the pause before the next start: doubled at each early death."""

    def __init__(self, member: _Member) -> None:
        self.member = member
        self.started = time.monotonic()
        #: when to start it again; 0 while it runs
        self.due = 0.0
        self._pause = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.member.start()
        self.started = time.monotonic()
        self.due = 0.0

    def pause(self, lived_seconds: float) -> None:
        early = self._pause > 0 and lived_seconds < _GOOD_LIFE_SECONDS
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS) if early else _FIRST_PAUSE_SECONDS
        self.due = time.monotonic() + self._pause


class _Signals:
    """Counts requests to stop, and ends a wait at any signal: a stop, or the death of a child."""

    def __init__(self) -> None:
        self.stops = 0
        self._before: dict[signal.Signals, signal._HANDLER] = {}
        self._read, self._write, self._wakeup = -1, -1, -1

    def listen(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for signum in _STOP_SIGNALS:
            if signal.getsignal(signum) != signal.SIG_IGN or signum != signal.SIGHUP:  # nohup stays nohup
                self._before[signum] = signal.signal(signum, self._count)
        # Ignored signals wake nobody; the death of a child has to.
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _signum, _frame: None)

    def wait(self, seconds: float) -> None:
        """Return at the next signal, or after that time; at once when one came since the last wait."""
        select.select([self._read], [], [], max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):  # read to the end
            while os.read(self._read, 512):
                pass

    def close(self) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for signum, handler in self._before.items():
            signal.signal(signum, handler)
        os.close(self._read)
        os.close(self._write)

    def _count(self, _signum: int, _frame: FrameType | None) -> None:
        self.stops += 1


def _described(code: int) -> str:
    return f"code {code}" if code >= 0 else signal.Signals(-code).name
