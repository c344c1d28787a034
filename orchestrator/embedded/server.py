"""What the two servers have in common: a port, a log, a start that is waited for, an end."""

import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded.child import Child
from orchestrator.embedded.faults import disk_full, require_space
from orchestrator.embedded.state import Place, is_free

#: how long a start may take: recovery after a crash is part of it
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_ATTEMPTS = 3
_LOG_BYTES = 10 * 2**20
#: less than this, and neither server can be trusted to start
_BYTES_NEEDED = 64 * 2**20

#: all that a server gets to see: none of the service's secrets
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Server(ABC):
    """One embedded server."""

    name: ClassVar[str]
    #: what ends it in good order, also sent by the kernel when we die
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, state: Place) -> None:
        self.state = state
        self.port = 0
        self.child: Child | None = None

    @property
    def log(self) -> Path:
        """Where it writes what it has to say."""
        return self.state.logs / f"{self.name}.log"

    def launch(self, *, lost_port: int | None = None) -> None:
        """Start it without waiting. Raises ConfigurationError when the disk is full."""
        require_space(self.state.path, _BYTES_NEEDED)
        self._turn_log()
        self.port = self.state.port(self.name, not_again=lost_port)
        try:
            self.child = self.spawn()
        except OSError as fault:
            raise self._cannot_run(fault) from fault

    def await_ready(self) -> float:
        """Wait until it serves; return the seconds since it was launched.

        Launches it again when another program took the port in between. Raises ConfigurationError.
        """
        for _ in range(_ATTEMPTS):
            child = self._running()
            deadline = child.started + _START_SECONDS
            while time.monotonic() < deadline and not child.ended():
                if self.is_ready():
                    return time.monotonic() - child.started
                time.sleep(0.005)
            self.stop()
            if is_free(self.port):
                break
            self.launch(lost_port=self.port)
        self.stop()
        raise self._did_not_start()

    def start(self) -> None:
        """Start it and wait until it serves. Raises ConfigurationError."""
        self.launch()
        self.await_ready()

    def ended(self) -> bool:
        """Tell whether it is not running."""
        return self.child is None or self.child.ended()

    def reap(self) -> int:
        """Return the exit code of one that has ended."""
        return self._running().reap()

    def stop(self) -> None:
        """End it in good order, by force after 20 s. Harmless when it has ended."""
        if self.child is not None:
            self.child.stop(self.stop_signal, seconds=_STOP_SECONDS)
            self.child = None

    @abstractmethod
    def spawn(self) -> Child:
        """Start the process."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether it serves."""

    def _running(self) -> Child:
        assert self.child is not None, "launch it first"
        return self.child

    def _turn_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))

    def _cannot_run(self, fault: OSError) -> ConfigurationError:
        return ConfigurationError(
            f"the embedded {self.name} cannot be run from {self.state.programs}: {fault.strerror}",
            code="server-cannot-run",
            remedy="if its disk is mounted noexec, name a state directory elsewhere with BASCULE_STATE; "
            "if root may not change to another user here, start Bascule as an ordinary user",
            path=str(self.state.programs),
        )

    def _did_not_start(self) -> ConfigurationError:
        disk = os.statvfs(self.state.path)
        left = disk.f_bavail * disk.f_frsize
        if left < _BYTES_NEEDED:
            return disk_full(self.state.path, left)
        return ConfigurationError(
            f"the embedded {self.name} did not start",
            code="server-did-not-start",
            remedy=f"the reason stands at the end of {self.log}",
            log=str(self.log),
        )
