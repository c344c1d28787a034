"""What may not grow, measured at regular moments: in each process with its children, and around them all."""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from orchestrator.adapters.broker import Backlog
from orchestrator.adapters.celery_queue import QUEUE
from tests.chaos.crew import Member
from tests.chaos.town import Town

#: the first part is warming up; the last part is compared with the one after it
PARTS: Final = 5
#: what is held may be a tenth more, and of things that are counted some more: they come and go
GROWTH: Final = 1.10
_MORE: Final = {"memory, MiB": 0.0, "descriptors": 5.0, "threads": 2.0}
_MORE_AROUND: Final = 10.0
#: what is told for a webhook: the web process says nothing of one that it understood, stages say a line each
MOST_LOG_BYTES: Final = 500.0

_OUTBOX: Final = "select count(*) as count from bascule.wake_up"
_CONNECTIONS: Final = """
select count(*) as count from pg_stat_activity where datname = %(ledger)s and pid <> pg_backend_pid()
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """How much somebody had of something after warming up, and at the end."""

    who: str
    what: str
    before: float
    after: float

    @property
    def too_much(self) -> bool:
        """Tell whether that is more than chance."""
        return self.after > self.before * GROWTH + _MORE.get(self.what, _MORE_AROUND)


@dataclass(kw_only=True)
class Measures:
    """All that was measured, in the order of time."""

    town: Town
    samples: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    #: webhooks until then, and bytes of all logs
    logs: list[tuple[int, int]] = field(default_factory=list)
    _backlog: Backlog | None = None

    def take(self, webhooks: int) -> None:
        """Measure everybody and everything once; so many webhooks were sent."""
        for each in self.town.crew.members:
            for who, what, much in of_a_process(each):
                self.samples[who, what].append(much)
        for what, much in self._around():
            self.samples["all together", what].append(much)
        self.logs.append((webhooks, sum(each.log.stat().st_size for each in self.town.crew.members)))

    def growth(self) -> Iterator[Growth]:
        """Yield what everybody had after warming up, and at the end."""
        for (who, what), taken in self.samples.items():
            part = max(1, len(taken) // PARTS)
            before = statistics.median(taken[part : 2 * part] or taken)
            yield Growth(who=who, what=what, before=before, after=statistics.median(taken[-part:]))

    def log_bytes_per_webhook(self) -> float:
        """Return what all logs together grew by for each webhook, after warming up."""
        first, last = self.logs[len(self.logs) // PARTS], self.logs[-1]
        return (last[1] - first[1]) / max(1, last[0] - first[0])

    def close(self) -> None:
        """Let go of the broker."""
        if self._backlog is not None:
            self._backlog.close()

    def _around(self) -> Iterator[tuple[str, float]]:
        if self._backlog is None:
            self._backlog = Backlog(self.town.broker.url, QUEUE)
        yield "rows in the outbox", self.town.ask(_OUTBOX)[0]["count"]
        yield "messages at the broker", self._backlog.messages()
        [row] = self.town.ask(_CONNECTIONS, ledger=self.town.ledger.name)
        yield "connections to the ledger", row["count"]


def of_a_process(member: Member) -> Iterator[tuple[str, str, float]]:
    """Yield who has what: it with its children, apart from the scratch server that it may have started.

    That one's memory is PostgreSQL's: shared, and fuller for a long time.
    """
    if member.process is None:
        return
    everybody = list(_with_children(member.process.pid))
    servers = [pid for pid in everybody if _name(pid) == "postgres"]
    family = [pid for pid in everybody if pid not in servers]
    yield member.name, "memory, MiB", sum(map(_mebibytes, family))
    yield member.name, "descriptors", sum(_entries(pid, "fd") for pid in family)
    yield member.name, "threads", sum(_entries(pid, "task") for pid in family)
    if servers:
        yield member.name, "scratch server's processes", len(servers)


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in file.read_text().split():
                yield from _with_children(int(child))


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def _entries(pid: int, folder: str) -> int:
    with suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{pid}/{folder}").iterdir())
    return 0


def _mebibytes(pid: int) -> float:
    """Return its share of memory: pages that several processes have count in parts."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
