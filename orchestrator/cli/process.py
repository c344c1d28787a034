"""What the long-running parts of the service share: logging, threads, an orderly end."""

import signal
import threading
from collections.abc import Mapping
from typing import Protocol

import structlog

log = structlog.get_logger()


class Work(Protocol):
    """Something that works until it is told to stop."""

    def run(self, stop: threading.Event) -> None:
        """Work."""
        ...


def run_threads(work: Mapping[str, Work], *, grace_seconds: float = 10) -> None:
    """Run each piece in a thread until SIGTERM or SIGINT; a piece that ends by a bug ends the process."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    broken: list[str] = []

    def guarded(name: str, piece: Work) -> None:
        try:
            piece.run(stop)
        except Exception:
            log.exception("ended by a bug", work=name)
            broken.append(name)
            stop.set()

    threads = [
        threading.Thread(target=guarded, args=(name, piece), name=name, daemon=True)
        for name, piece in work.items()
    ]
    for thread in threads:
        thread.start()
    log.info("running", work=sorted(work))
    stop.wait()
    for thread in threads:
        thread.join(grace_seconds)
    if broken:
        raise SystemExit(1)
