"""A figure: what we take, what a peer takes in the same run, and how they compare."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One line of the report, in milliseconds."""

    #: the benchmark that it belongs to
    benchmark: str
    name: str
    milliseconds: float
    #: None for a part of a figure, which nothing is compared with
    peer_milliseconds: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as long as the peer; None without one."""
        return self.milliseconds / self.peer_milliseconds if self.peer_milliseconds else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """How much is measured."""

    #: webhooks are sent on so many connections at once
    connections: Sequence[int] = (1, 8, 32)
    #: webhooks of one round, over all its connections
    webhooks: int = 2000
    #: webhooks that are sent at leisure while deployments run
    spread: int = 400
    pushes: int = 9
    #: pushes whose first stage is waited for
    commits: int = 100
    #: migrations that wait to be applied
    pending: Sequence[int] = (60, 500)
    #: the target is so far away, there and back; measured with the first of `pending`
    round_trip_milliseconds: float = 20
    #: tables of the target that rehearsals are for, and how many migrations each rehearses
    tables: int = 200
    rehearsed: Sequence[int] = (1, 60)
    #: migrations that were applied before, few and many; multiples of the kinds in deploy_pending
    history: Sequence[int] = (60, 10_000)
    #: rows of the ledger, few and many
    ledger_rows: Sequence[int] = (100, 1_000_000)
    #: files that are validated at once
    files: Sequence[int] = (1, 2000)
    #: tables whose row level security is probed
    probed: Sequence[int] = (50, 1000)
    rounds: int = 5


#: just enough to see that everything runs
TINY = Sizes(
    connections=(1, 2),
    webhooks=6,
    spread=3,
    pushes=1,
    commits=2,
    pending=(3,),
    round_trip_milliseconds=2,
    tables=3,
    rehearsed=(1, 2),
    history=(5, 10),
    ledger_rows=(11, 110),
    files=(1, 5),
    probed=(2, 3),
    rounds=1,
)


def took(work: Callable[[], object]) -> float:
    """Do the work; return how many milliseconds it took."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
