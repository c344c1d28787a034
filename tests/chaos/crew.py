"""The service's processes, several of each kind, killed, frozen and started again one by one."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.embedded import die_with_parent
from tests.chaos.machine import clock_of
from tests.support.service import free_port

COUNT_OF_EACH = 2
VERBS = {"web": "serve", "relay": "relay", "worker": "worker"}


@dataclass(kw_only=True)
class Member:
    """One process with all its children; they share a group."""

    part: str
    number: int
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    frozen: bool = False

    @property
    def name(self) -> str:
        return f"{self.part} {self.number}"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, more: Mapping[str, str]) -> None:
        """Start it, with further variables for this life only."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "orchestrator", VERBS[self.part]],
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one system call
            )
        self.frozen = False

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        if self.runs:
            assert self.process is not None
            os.killpg(self.process.pid, number)
            self.frozen = {signal.SIGSTOP: True, signal.SIGCONT: False}.get(number, self.frozen)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the group and wait for it."""
        if self.process is None:
            return
        self.send(signal.SIGCONT) if number is not signal.SIGKILL else None
        self.send(number)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait(timeout=20)
        self.process = None

    def children(self) -> list[int]:
        """Return the ids of its own children, which carry stages out where it is a worker."""
        if not self.runs:
            return []
        assert self.process is not None
        pid = self.process.pid
        try:
            listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        except OSError:
            return []
        return [int(each) for each in listed.split()]


@dataclass(kw_only=True)
class Crew:
    """All of them. Whoever is missing is started again by `look_after`, as a supervisor would."""

    members: list[Member]
    folder: Path
    random: random.Random
    #: names of places at which a worker's child dies; one worker in two is given one of them
    crash_points: tuple[str, ...] = ()
    #: whether those that end are started again
    kept_alive: bool = True
    #: how often a process lives by another clock, and by how many seconds at most
    skewed: float = 0.0
    skew_seconds: int = 7200
    #: lives that were lived by another clock
    skews: int = 0
    #: file that a worker makes when it dies at its crash point, and the point
    flags: dict[Path, str] = field(default_factory=dict)
    #: how long somebody may be missing before he is started again, in seconds
    pause: float = 0.2
    _missing_since: dict[str, float] = field(default_factory=dict)

    def of(self, part: str) -> list[Member]:
        """Return those of one kind."""
        return [each for each in self.members if each.part == part]

    def start(self) -> None:
        """Start everybody who does not run."""
        for each in self.members:
            if not each.runs:
                each.start(self._for_this_life(each))

    def look_after(self) -> None:
        """Start whoever has been missing for a moment."""
        now = time.monotonic()
        for each in self.members:
            if each.runs or not self.kept_alive:
                self._missing_since.pop(each.name, None)
            elif now - self._missing_since.setdefault(each.name, now) >= self.pause:
                each.start(self._for_this_life(each))

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End everybody."""
        for each in self.members:
            each.end(number)

    def died_at(self) -> list[str]:
        """Return the crash points that were reached."""
        return sorted(point for flag, point in self.flags.items() if flag.exists())

    def _for_this_life(self, member: Member) -> dict[str, str]:
        return {**self._clock(), **self._death(member)}

    def _clock(self) -> dict[str, str]:
        if self.random.random() >= self.skewed:
            return {}
        clock = clock_of(self.random.randint(-self.skew_seconds, self.skew_seconds))
        self.skews += bool(clock)
        return clock

    def _death(self, member: Member) -> dict[str, str]:
        if member.part != "worker" or not self.crash_points or self.random.random() < 0.5:
            return {}
        point = self.random.choice(self.crash_points)
        flag = self.folder / f"died-{len(self.flags)}"
        self.flags[flag] = point
        return {"BASCULE_CRASH_POINT": point, "BASCULE_CRASH_ONCE": str(flag)}


def crew(folder: Path, environment: Mapping[str, str], chance: random.Random) -> Crew:
    """Gather them; nobody runs yet. Each web process listens on ports of its own."""
    (folder / "logs").mkdir(exist_ok=True)
    members = [
        Member(
            part=part,
            number=number,
            environment={**environment, **(_ports() if part == "web" else {})},
            log=folder / "logs" / f"{part}-{number}.log",
        )
        for part in VERBS
        for number in range(1, COUNT_OF_EACH + 1)
    ]
    return Crew(members=members, folder=folder, random=chance)


def _ports() -> dict[str, str]:
    return {f"BASCULE__SERVICE__{name}": f"127.0.0.1:{free_port()}" for name in ("LISTEN", "ADMIN_LISTEN")}
