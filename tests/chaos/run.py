"""One run: pushes and faults in an order that the seed decides; then calm, then the oracle.

The seed decides who pushes what, what is lost, who is struck by what and when, in this order; how far the
service has come by then is its own affair, so that two runs with one seed are alike and never the same.
"""

import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import psycopg

from tests.chaos.faults import FAULTS, possible
from tests.chaos.oracle import reasons, totals, violations
from tests.chaos.town import Town
from tests.support.github import Delivery

#: shares of what the forge tells
LOST: Final = 0.1
LATE: Final = 0.1
DOUBLED: Final = 0.1
HALF: Final = 0.5
#: share of the lives that are lived by another clock
SKEWED: Final = 0.2

#: how long the storm may take, and then a service without faults to come to rest
STORM_SECONDS: Final = 3600.0
CALM_SECONDS: Final = 180.0
LOOK_SECONDS: Final = 0.1
TELL_SECONDS: Final = 10.0

_PROGRESS: Final = """
select count(*) filter (where finished is not null and status <> 'superseded') as ended,
       coalesce(array_agg(distinct target) filter (where finished is null), '{}') as busy
  from bascule.deployment
"""
_RUNNING: Final = """
select id, stage from bascule.deployment where started is not null and finished is null
"""
_TELL_NOW: Final = """
update bascule.notification set next_attempt = clock_timestamp()
 where delivered is null and given_up is null and next_attempt > clock_timestamp()
returning id
"""
_ENDED_WELL: Final = """
select distinct on (target) target, commit from bascule.deployment
 where status = 'succeeded' order by target, id desc
"""
_LEFT: Final = """
select (select count(*) from bascule.deployment where finished is null)
     + (select count(*) from bascule.notification where delivered is null and given_up is null)
     + (select count(*) from bascule.wake_up) as count
"""


@dataclass(kw_only=True)
class Report:
    """What a run came to."""

    seed: int
    broker: str
    deployments: Mapping[str, int] = field(default_factory=dict)
    #: why they did not succeed
    reasons: Mapping[str, int] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    crash_points: Counter[str] = field(default_factory=Counter)
    #: seconds from a fault, its duration not counted, until all that ran then had gone on
    recovery: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(kw_only=True)
class Awaited:
    """Deployments that ran when a fault struck."""

    fault: str
    #: when it was put right
    since: float
    #: the stage of each then
    done: Mapping[int, str]


@dataclass(kw_only=True)
class Run:
    """The state of one."""

    town: Town
    report: Report
    #: how many deployments have to come to an end other than being superseded, and how many faults strike
    deployments: int
    fault_count: int
    say: Callable[[str], None]
    repairs: list[tuple[float, str, Callable[[], None]]] = field(default_factory=list)
    awaited: list[Awaited] = field(default_factory=list)
    ended: int = 0
    _asked: float = 0.0
    _told: float = 0.0
    _busy: set[str] = field(default_factory=set)

    def carry_out(self) -> Report:
        """Do all of it."""
        began = time.monotonic()
        self.town.crew.start()
        self._storm()
        self._calm()
        self.town.crew.kept_alive = False
        self.town.crew.end(signal.SIGTERM)
        self.report.wrong = violations(self.town)
        self.report.deployments = totals(self.town)
        self.report.reasons = reasons(self.town)
        self.report.crash_points.update(self.town.crew.died_at())
        self.report.faults["clock skewed"] = self.town.crew.skews
        self.report.seconds = time.monotonic() - began
        return self.report

    def _storm(self) -> None:
        """Push and strike in turns; faults are spread evenly over the deployments."""
        deadline = time.monotonic() + STORM_SECONDS
        while self.ended < self.deployments or self._struck < self.fault_count:
            assert time.monotonic() < deadline, f"only {self.ended} deployments ended in {STORM_SECONDS} s"
            self._push()
            if self._struck * max(self.deployments, 1) < self.fault_count * (self.ended + 1):
                self._strike()
            self._turn()
            time.sleep(self.town.random.uniform(0, 0.05))

    @property
    def _struck(self) -> int:
        return self.report.faults.total()

    def _push(self) -> None:
        """Let somebody push on whose branch nothing is going on; what the forge tells may be lost."""
        free = sorted(self.town.authors.keys() - self._busy)
        if not free:
            return
        name = self.town.random.choice(free)
        self._busy.add(name)  # until the next look at the ledger
        author = self.town.authors[name]
        self.report.changes[author.change()] += 1
        self.town.heads[name] = author.place.work.head
        self._tell(self.town.delivery_of(name))

    def _tell(self, delivery: Delivery) -> None:
        fate = self.town.random.random()
        now = time.monotonic()
        self.town.sent.append(delivery)
        if fate < LOST:
            self.report.changes["webhook lost"] += 1
        elif fate < LOST + LATE:
            self.report.changes["webhook late"] += 1
            self.town.late.append((now + self.town.random.uniform(0.2, 4), delivery))
        else:
            self.town.deliver(delivery)
            if fate > 1 - DOUBLED:
                self.report.changes["webhook doubled"] += 1
                self.town.deliver(delivery)

    def _strike(self) -> None:
        """Choose a fault that does not last already, and let it happen."""
        lasting = {name for _, name, _ in self.repairs}
        if any(FAULTS[name].alone for name in lasting):
            return
        open_to = [
            name
            for name, fault in possible(self.town).items()
            if name not in lasting and not (fault.alone and lasting)
        ]
        (name,) = self.town.random.choices(open_to, [FAULTS[each].weight for each in open_to])
        fault = FAULTS[name]
        running = self._running()
        repair = fault.strike(self.town)
        self.report.faults[name] += 1
        due = time.monotonic() + self.town.random.uniform(*fault.lasts)
        if repair is not None:
            self.repairs.append((due, name, repair))
        if running:
            self.awaited.append(Awaited(fault=name, since=due, done=running))

    def _turn(self) -> None:
        """Put right what is due, start who is missing, see how far everything is."""
        now = time.monotonic()
        for each in [each for each in self.repairs if each[0] <= now]:
            self.repairs.remove(each)
            each[2]()
        self.town.crew.look_after()
        self.town.deliver_what_is_late()
        if now - self._asked > LOOK_SECONDS:
            self._asked = now
            self._look()
        if now - self._told > TELL_SECONDS:
            self._told = now
            self.say(f"{self.ended:5} deployments, {self._struck:4} faults, {len(self._busy):2} targets busy")

    def _look(self) -> None:
        with suppress(psycopg.OperationalError):  # the ledger is down, and will be asked again
            (row,) = self.town.ask(_PROGRESS)
            self.ended, self._busy = row["ended"], set(row["busy"])
            self._see_who_recovered()

    def _see_who_recovered(self) -> None:
        now = time.monotonic()
        running = self._running()
        for each in list(self.awaited):
            if not any(running.get(number) == done for number, done in each.done.items()):
                self.report.recovery[each.fault].append(max(0.0, now - each.since))
                self.awaited.remove(each)

    def _running(self) -> dict[int, str]:
        """Return what runs, and at which stage; nothing while the ledger is down."""
        with suppress(psycopg.OperationalError):
            return {row["id"]: row["stage"] for row in self.town.ask(_RUNNING)}
        return {}

    def _calm(self) -> None:
        """Put everything right, let everybody push once more, and wait until all is at rest."""
        for _, _, repair in self.repairs:
            repair()
        self.repairs.clear()
        self.town.crew.crash_points, self.town.crew.skewed = (), 0.0
        self.town.deliver_what_is_late(all_of_it=True)
        for name, author in self.town.authors.items():
            author.leave_well()
            self.town.heads[name] = author.place.work.head
            if self.town.random.random() < HALF:
                self.town.deliver(self.town.delivery_of(name))
        deadline = time.monotonic() + CALM_SECONDS
        while time.monotonic() < deadline and not self._at_rest():
            self._turn()
            time.sleep(0.1)

    def _at_rest(self) -> bool:
        try:
            # a receiver that failed is tried again after minutes and hours: nobody waits for that here
            self.town.ask(_TELL_NOW)
            newest = {row["target"]: row["commit"] for row in self.town.ask(_ENDED_WELL)}
            (left,) = self.town.ask(_LEFT)
        except psycopg.OperationalError:
            return False
        return left["count"] == 0 and newest == self.town.heads


def run(
    town: Town,
    *,
    seed: int,
    deployments: int,
    faults: int,
    crash_points: tuple[str, ...],
    say: Callable[[str], None],
) -> Report:
    """Carry one out."""
    town.crew.crash_points = crash_points
    town.crew.skewed = SKEWED
    report = Report(seed=seed, broker=type(town.broker).__name__)
    return Run(town=town, report=report, deployments=deployments, fault_count=faults, say=say).carry_out()
