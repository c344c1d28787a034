"""Secrets that are made to be looked for, and the command lines in which they could stand."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


class Canaries:
    """Secrets by name, each made when it is first asked for; they need escaping in URLs and in JSON."""

    def __init__(self) -> None:
        self.sung: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self.sung.setdefault(name, f"{name}+canary/{secrets.token_hex(8)}@é")

    def plain(self, name: str) -> str:
        """Return one for a place that takes letters and digits only."""
        return self.sung.setdefault(name, f"canary{secrets.token_hex(12)}")

    def in_url(self, name: str) -> str:
        """Return one as it stands in a URL."""
        return quote(self[name], safe="")


class CommandLines:
    """Looks at the command lines of all processes, over and over."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @contextmanager
    def watched(self) -> Iterator["CommandLines"]:
        self._thread.start()
        yield self
        self._stop.set()
        self._thread.join(timeout=10)

    def _look(self) -> None:
        while not self._stop.wait(0.02):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    self.seen.add((folder / "cmdline").read_bytes().decode(errors="replace"))
                except OSError:  # it ended meanwhile
                    continue
