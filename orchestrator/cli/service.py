"""The whole service in one terminal: embedded servers, then web, relay and worker under one supervisor."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.domain.errors import BasculeError
from orchestrator.embedded.running import Running, announce, withdraw
from orchestrator.embedded.servers import Embedded, Progress
from orchestrator.embedded.supervisor import Process

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@contextmanager
def servers_for(settings: "Settings", progress: Progress) -> Iterator[tuple[Embedded | None, Running | None]]:
    """Start the embedded servers, unless the settings name others for both."""
    service = settings.service
    if service.database_url is not None and service.broker_url is not None:
        yield None, None
        return
    with Embedded.start(service.state_directory, progress=progress) as servers:
        running = Running.of(servers)
        announce(service.state_directory, running)
        try:
            yield servers, running
        finally:
            withdraw(service.state_directory)


@contextmanager
def scratch_kept() -> Iterator[None]:
    """Stop at the end the throw-away servers that this process started."""
    try:
        yield
    finally:
        from orchestrator.wiring import release_scratch

        release_scratch()


def warm_scratch(settings: "Settings") -> None:
    """Start the throw-away server before the first rehearsal waits for it; it lives as long as this process.

    What goes wrong is not told here: whoever rehearses tries again, and tells it. Main thread only.
    """
    if settings.service.scratch_url is not None:
        return
    if not any(target.policy.rehearse for target in settings.targets.values()):
        return
    from orchestrator.embedded import scratch

    with contextlib.suppress(BasculeError):
        scratch.acquire(settings.service.state_directory).template()


def processes(
    settings: "Settings", running: Running | None, *, logs: Path | None, environment: Mapping[str, str]
) -> Sequence[Process]:
    """Return web, relay and worker; secrets reach them by environment only.

    Web and worker are what `bascule serve` and `bascule worker` become: each saves half a second of imports.
    """
    env = {**environment, **(running.environment if running else {})}
    if settings.file is not None:
        env["BASCULE_SETTINGS"] = str(settings.file.absolute())
    return [
        Process(
            name=name,
            argv=argv,
            env=env,
            log=logs / f"{name}.log" if logs else None,
            # a worker has children of its own: it has to hear that we were killed, and end them
            orphan_signal=signal.SIGQUIT if name == "worker" else signal.SIGKILL,
        )
        for name, argv in (
            ("web", web_argv()),
            ("relay", (sys.executable, "-m", "orchestrator", "relay")),
            ("worker", worker_argv()),
        )
    ]


def web_argv() -> Sequence[str]:
    """Return the command of the web process."""
    return (sys.executable, "-m", "orchestrator.web")


def worker_argv(concurrency: int = 2) -> Sequence[str]:
    """Return the command of a worker that carries out so many stages at once."""
    without = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    options = ("--loglevel", "INFO", "--concurrency", str(concurrency), *without)
    name = f"bascule-{os.getpid()}@%h"
    return (
        sys.executable,
        "-m",
        "celery",
        "-A",
        "workers.app",
        "--quiet",
        "worker",
        *options,
        "--hostname",
        name,
    )
