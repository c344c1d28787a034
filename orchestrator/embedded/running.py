"""Where a running embedded service can be found by commands of the same user on the same machine."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from orchestrator.embedded import lock
from orchestrator.embedded.servers import Embedded

_FILE = "service.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """The addresses of the embedded servers; both hold passwords."""

    control_url: str = field(repr=False)
    broker_url: str = field(repr=False)

    @classmethod
    def of(cls, servers: Embedded) -> Self:
        """Take the addresses of servers that were just started."""
        return cls(control_url=servers.control_url, broker_url=servers.broker_url)

    @property
    def environment(self) -> dict[str, str]:
        """What makes the settings of a process lead to these servers."""
        return {
            "BASCULE__SERVICE__DATABASE_URL": "env:BASCULE_EMBEDDED_DATABASE_URL",
            "BASCULE__SERVICE__BROKER_URL": "env:BASCULE_EMBEDDED_BROKER_URL",
            "BASCULE_EMBEDDED_DATABASE_URL": self.control_url,
            "BASCULE_EMBEDDED_BROKER_URL": self.broker_url,
        }


def announce(state: Path, running: Running) -> None:
    """Write down where the servers are, readable by us alone. What a killed service left is replaced."""
    unfinished = state / f"{_FILE}.new"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump({"control_url": running.control_url, "broker_url": running.broker_url}, out)
    unfinished.replace(state / _FILE)


def withdraw(state: Path) -> None:
    """Say that the servers are gone."""
    (state / _FILE).unlink(missing_ok=True)


def find(state: Path) -> Running | None:
    """Return where the embedded service of this state directory runs, if one does."""
    if not lock.is_taken(state / "lock"):
        return None  # what stands there was left by one that was killed
    try:
        return Running(**json.loads((state / _FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None
