"""A day of webhooks in minutes: no process may grow. See `python -m tests.chaos.soak --help`."""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from tests.chaos.crew import Member
from tests.chaos.town import Town, town
from tests.support.github import Delivery, signed, signed_push
from tests.support.service import SECRET, ZERO, eventually

TARGETS: Final = 4
#: of the webhooks: pushes that deploy, redeliveries; the rest concerns branches that nobody follows
PUSHES: Final = 0.01
AGAIN: Final = 0.2
SAMPLE_SECONDS: Final = 2.0
#: the first part is warming up; the last part is compared with the one after it
PARTS: Final = 5
GROWTH: Final = 1.10


@dataclass(kw_only=True)
class Memory:
    """What each process, with its children, held at regular moments, in MiB."""

    samples: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def take(self, members: list[Member]) -> None:
        """Measure everybody once."""
        for each in members:
            if each.process is not None:
                self.samples[each.name].append(sum(map(_mebibytes, _with_children(each.process.pid))))

    def growth(self) -> Mapping[str, tuple[float, float]]:
        """Return what each held after warming up, and at the end."""
        found = {}
        for name, taken in self.samples.items():
            part = max(1, len(taken) // PARTS)
            found[name] = (
                statistics.median(taken[part : 2 * part] or taken),
                statistics.median(taken[-part:]),
            )
        return found


def soak(place: Town, *, webhooks: int) -> tuple[Memory, int]:
    """Send them, and return what memory was held, and how many were refused or lost."""
    place.crew.start()
    eventually(lambda: all(_is_up(web) for web in place.crew.of("web")), what="web")
    memory, sent, failed = Memory(), [], 0
    began = due = time.monotonic()
    clients = [httpx.Client(base_url=_address(web), timeout=12) for web in place.crew.of("web")]
    for number in range(webhooks):
        delivery = _delivery(place, number, sent)
        answer = clients[number % len(clients)].post(
            "/webhooks/app", headers=delivery[0], content=delivery[1]
        )
        failed += not answer.is_success
        if time.monotonic() >= due:
            due += SAMPLE_SECONDS
            memory.take(place.crew.members)
        if number and not number % 5000:
            sys.stdout.write(f"  {number} webhooks in {time.monotonic() - began:.0f} s\n")
            sys.stdout.flush()
    for client in clients:
        client.close()
    return memory, failed


def _delivery(place: Town, number: int, sent: list[Delivery]) -> Delivery:
    fate = place.random.random()
    if fate < PUSHES:
        name = place.random.choice(sorted(place.authors))
        author = place.authors[name]
        author.change()
        made = signed_push(SECRET, "example/app", name, ZERO, author.place.work.head)
    elif fate < PUSHES + AGAIN and sent:
        return place.random.choice(sent)
    elif number % 2:
        made = signed(SECRET, "ping", {"zen": "Keep it flat", "hook_id": number})
    else:
        made = signed_push(SECRET, "example/app", f"feature/{number}", ZERO, f"{number:040x}")
    sent.append(made)
    del sent[:-1000]
    return made


def told(memory: Memory, *, webhooks: int, failed: int, seconds: float) -> Iterator[str]:
    """Yield the lines of a report."""
    yield f"{webhooks} webhooks in {seconds:.0f} s, {failed} not answered with 2xx"
    yield f"  {'process, with its children':28} {'after warm-up':>14} {'at the end':>11}"
    for name, (before, after) in memory.growth().items():
        yield f"  {name:28} {before:10.1f} MiB {after:7.1f} MiB  {after / before - 1:+.1%}"


def main() -> int:
    """Carry one out; 1 where a process grew by more than a tenth or a webhook was refused."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--webhooks", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bascule-soak-"))
    folder.chmod(0o755)
    with town(folder, targets=TARGETS, chance=random.Random(given.seed)) as place:
        for member in place.crew.members:
            member.environment = {
                **member.environment,
                "BASCULE__REPOSITORIES__APP__DELIVERIES_PER_MINUTE": "off",
            }
        began = time.monotonic()
        memory, failed = soak(place, webhooks=given.webhooks)
        dead = [each.name for each in place.crew.members if not each.runs]
        took = time.monotonic() - began
    sys.stdout.write("\n".join(told(memory, webhooks=given.webhooks, failed=failed, seconds=took)) + "\n")
    sys.stdout.write("".join(f"  {name} has died\n" for name in dead))
    grew = any(after > before * GROWTH for before, after in memory.growth().values())
    return 1 if grew or failed or dead else 0


def _address(web: Member) -> str:
    return f"http://{web.environment['BASCULE__SERVICE__LISTEN']}"


def _is_up(web: Member) -> bool:
    with suppress(httpx.HTTPError):
        page = f"http://{web.environment['BASCULE__SERVICE__ADMIN_LISTEN']}/healthz"
        return httpx.get(page, timeout=2).is_success
    return False


def _with_children(pid: int) -> Iterator[int]:
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in file.read_text().split():
                yield from _with_children(int(child))


def _mebibytes(pid: int) -> float:
    """Return its share of memory: pages that several processes have count in parts."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
