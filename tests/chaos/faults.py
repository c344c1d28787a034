"""What may go wrong. Each fault strikes at once and says how it is put right, and how much later.

A fault is chosen by its weight. Whoever is killed is missed by the crew's supervisor, which starts him again.
"""

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import psycopg

from orchestrator.adapters.celery_queue import CeleryQueue
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.chaos.machine import fill
from tests.chaos.town import Town
from tests.support.http_receiver import Answer

LEDGERS_DISK: Final = "ledger's disk full"
MIRRORS_DISK: Final = "mirrors' disk full"

#: puts it right; None where it passes by itself
Repair = Callable[[], None] | None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind."""

    strike: Callable[[Town], Repair]
    weight: int
    #: between the strike and its repair, in seconds: from, to
    lasts: tuple[float, float] = (0.0, 0.0)
    #: nothing else that lasts may be wrong meanwhile: it would hide this one
    alone: bool = False


def _a_worker_dies(town: Town) -> Repair:
    town.random.choice(town.crew.of("worker")).end()
    return None


def _a_workers_child_dies(town: Town) -> Repair:
    children = town.random.choice(town.crew.of("worker")).children()
    if children:
        with suppress(ProcessLookupError):
            os.kill(town.random.choice(children), signal.SIGKILL)
    return None


def _a_worker_is_told_to_stop(town: Town) -> Repair:
    town.random.choice(town.crew.of("worker")).send(signal.SIGTERM)
    return None


def _a_worker_is_paused(town: Town) -> Repair:
    worker = town.random.choice(town.crew.of("worker"))
    worker.send(signal.SIGSTOP)
    return lambda: worker.send(signal.SIGCONT)


def _a_paused_worker_loses_its_sessions(town: Town) -> Repair:
    """Let a successor begin what it holds, and wake it up when that one has long gone on."""
    worker = town.random.choice(town.crew.of("worker"))
    worker.send(signal.SIGSTOP)
    for cluster in (town.control, town.target_cluster):
        _end_sessions(cluster)
    return lambda: worker.send(signal.SIGCONT)


def _a_relay_dies(town: Town) -> Repair:
    town.random.choice(town.crew.of("relay")).end()
    return None


def _all_relays_pause(town: Town) -> Repair:
    relays = town.crew.of("relay")
    for each in relays:
        each.send(signal.SIGSTOP)
    return lambda: [each.send(signal.SIGCONT) for each in relays] and None


def _a_web_process_dies(town: Town) -> Repair:
    town.random.choice(town.crew.of("web")).end()
    return None


def _everybody_dies(town: Town) -> Repair:
    town.crew.end()
    return None


def _the_broker_dies(town: Town) -> Repair:
    town.broker.kill()
    return town.broker.start


def _the_broker_forgets(town: Town) -> Repair:
    town.broker.forget()
    return None


def _the_broker_freezes(town: Town) -> Repair:
    town.broker.freeze()
    return town.broker.thaw


def _wake_ups_come_that_nobody_sent(town: Town) -> Repair:
    """Send wake-ups of running, ended and unknown deployments, in any order, some of them twice."""
    queue = CeleryQueue(town.broker.url)
    for _ in range(20):
        with suppress(Unavailable):
            queue.wake(DeploymentId(town.random.randint(1, 1200)))
    return None


def _ends(cluster_of: Callable[[Town], Postgres], number: signal.Signals) -> Callable[[Town], Repair]:
    """Return a fault that ends a cluster by a signal and starts it again."""

    def strike(town: Town) -> Repair:
        cluster = cluster_of(town)
        assert cluster.child is not None
        cluster.child.ask(number)
        cluster.child.wait(seconds=20)
        cluster.reap()
        return cluster.start

    return strike


def _control(town: Town) -> Postgres:
    return town.control


def _targets(town: Town) -> Postgres:
    return town.target_cluster


def _sessions_on_the_ledger_end(town: Town) -> Repair:
    _end_sessions(town.control)
    return None


def _sessions_on_targets_end(town: Town) -> Repair:
    _end_sessions(town.target_cluster)
    return None


def _end_sessions(cluster: Postgres) -> None:
    with suppress(psycopg.OperationalError):
        url = cluster.url("template1", SUPERUSER)
        with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and backend_type = 'client backend'"
            )


def _lines_to_targets_are_cut(town: Town) -> Repair:
    town.target_line.cut()
    return None


def _lines_to_the_ledger_are_cut(town: Town) -> Repair:
    town.control_line.cut()
    return None


def _targets_are_not_heard(town: Town) -> Repair:
    """What targets say is lost; then all lines break. The answer to a COMMIT is among it."""
    town.target_line.deaf = True

    def hear_again() -> None:
        town.target_line.cut()
        town.target_line.deaf = False

    return hear_again


def _targets_are_out_of_reach(town: Town) -> Repair:
    town.target_line.closed = True
    town.target_line.cut()

    def back() -> None:
        town.target_line.closed = False

    return back


def _git_is_out_of_reach(town: Town) -> Repair:
    town.git_line.closed = True
    town.git_line.cut()

    def back() -> None:
        town.git_line.closed = False

    return back


def _git_hangs(town: Town) -> Repair:
    town.git_line.deaf = True

    def hear_again() -> None:
        town.git_line.cut()
        town.git_line.deaf = False

    return hear_again


def _git_answers_with_errors(town: Town) -> Repair:
    town.git.failing = b"command="

    def well_again() -> None:
        town.git.failing = b""

    return well_again


def _a_fetch_is_cut(town: Town) -> Repair:
    town.git_line.cut()
    return None


def _deliveries_come_again(town: Town) -> Repair:
    """Redeliver old ones, in any order."""
    for delivery in town.random.sample(town.sent, k=min(5, len(town.sent))):
        town.deliver(delivery)
    return None


def _the_ledgers_disk_fills(town: Town) -> Repair:
    """PostgreSQL may end by that; then it is started again when there is space."""
    filler = fill(town.folder / "control")

    def space_again() -> None:
        filler.unlink()
        assert town.control.child is not None
        if town.control.child.wait(seconds=0.5):
            town.control.reap()
            town.control.start()

    return space_again


def _the_mirrors_disk_fills(town: Town) -> Repair:
    filler = fill(town.folder / "state")
    return filler.unlink


def _the_scratch_server_dies(town: Town) -> Repair:
    for file in (town.folder / "state").rglob("postmaster.pid"):
        with suppress(OSError, ValueError):
            os.kill(int(file.read_text().splitlines()[0]), signal.SIGKILL)
    return None


def _the_receiver_fails(town: Town) -> Repair:
    town.hooks.otherwise = Answer(status=500)

    def well_again() -> None:
        town.hooks.otherwise = Answer()

    return well_again


def _the_receiver_hangs(town: Town) -> Repair:
    """It takes what comes and says so too late."""
    town.hooks.otherwise = Answer(hang_seconds=3)

    def well_again() -> None:
        town.hooks.otherwise = Answer()

    return well_again


FAULTS: Final[Mapping[str, Fault]] = {
    "worker killed": Fault(strike=_a_worker_dies, weight=6),
    "worker's child killed": Fault(strike=_a_workers_child_dies, weight=14),
    "worker told to stop": Fault(strike=_a_worker_is_told_to_stop, weight=4),
    "worker paused": Fault(strike=_a_worker_is_paused, weight=4, lasts=(0.3, 3)),
    "worker paused, its sessions ended": Fault(
        strike=_a_paused_worker_loses_its_sessions, weight=4, lasts=(0.5, 5)
    ),
    "relay killed": Fault(strike=_a_relay_dies, weight=4),
    "all relays paused": Fault(strike=_all_relays_pause, weight=2, lasts=(0.5, 3)),
    "web killed": Fault(strike=_a_web_process_dies, weight=3),
    "everybody killed": Fault(strike=_everybody_dies, weight=1),
    "broker killed": Fault(strike=_the_broker_dies, weight=3, lasts=(0.1, 1.5), alone=True),
    "broker forgets": Fault(strike=_the_broker_forgets, weight=8),
    "broker frozen": Fault(strike=_the_broker_freezes, weight=2, lasts=(0.5, 3), alone=True),
    "wake-ups doubled and made up": Fault(strike=_wake_ups_come_that_nobody_sent, weight=6),
    "ledger restarted fast": Fault(strike=_ends(_control, signal.SIGINT), weight=2, lasts=(0, 1), alone=True),
    "ledger restarted at once": Fault(
        strike=_ends(_control, signal.SIGQUIT), weight=3, lasts=(0, 1), alone=True
    ),
    "targets restarted fast": Fault(
        strike=_ends(_targets, signal.SIGINT), weight=2, lasts=(0, 1), alone=True
    ),
    "targets restarted at once": Fault(
        strike=_ends(_targets, signal.SIGQUIT), weight=3, lasts=(0, 1), alone=True
    ),
    "sessions on the ledger ended": Fault(strike=_sessions_on_the_ledger_end, weight=6),
    "sessions on targets ended": Fault(strike=_sessions_on_targets_end, weight=6),
    "lines to targets cut": Fault(strike=_lines_to_targets_are_cut, weight=8),
    "lines to the ledger cut": Fault(strike=_lines_to_the_ledger_are_cut, weight=6),
    "targets not heard": Fault(strike=_targets_are_not_heard, weight=4, lasts=(0.1, 1)),
    "targets out of reach": Fault(strike=_targets_are_out_of_reach, weight=3, lasts=(0.5, 3)),
    "git out of reach": Fault(strike=_git_is_out_of_reach, weight=3, lasts=(0.5, 3)),
    "git hangs": Fault(strike=_git_hangs, weight=2, lasts=(0.5, 3)),
    "git fails": Fault(strike=_git_answers_with_errors, weight=3, lasts=(0.5, 2)),
    "fetch cut": Fault(strike=_a_fetch_is_cut, weight=3),
    "deliveries again": Fault(strike=_deliveries_come_again, weight=6),
    "scratch server killed": Fault(strike=_the_scratch_server_dies, weight=3),
    LEDGERS_DISK: Fault(strike=_the_ledgers_disk_fills, weight=2, lasts=(0.5, 2), alone=True),
    MIRRORS_DISK: Fault(strike=_the_mirrors_disk_fills, weight=3, lasts=(0.5, 3)),
    "receiver fails": Fault(strike=_the_receiver_fails, weight=2, lasts=(0.5, 3)),
    "receiver hangs": Fault(strike=_the_receiver_hangs, weight=2, lasts=(0.5, 3)),
}


def possible(town: Town) -> dict[str, Fault]:
    """Return those that can happen here: disks of one's own need root."""
    without = {
        name
        for name, there in ((LEDGERS_DISK, town.ledger_disk), (MIRRORS_DISK, town.mirror_disk))
        if not there
    }
    return {name: fault for name, fault in FAULTS.items() if name not in without}
