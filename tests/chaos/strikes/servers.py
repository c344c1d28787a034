"""What befalls the servers: broker, ledger, targets, scratch server, and the disks below them."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

import psycopg

from orchestrator.adapters.celery_queue import CeleryQueue
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.chaos.machine import fill
from tests.chaos.town import Repair, Town
from tests.support.brokers import ValkeyBroker


def the_broker_dies(town: Town) -> Repair:
    town.broker.kill()
    return town.broker.start


def the_broker_forgets(town: Town) -> Repair:
    town.broker.forget()
    return None


def the_broker_freezes(town: Town) -> Repair:
    town.broker.freeze()
    return town.broker.thaw


def wake_ups_come_that_nobody_sent(town: Town) -> Repair:
    """Send wake-ups of running, ended and unknown deployments, in any order, some of them twice."""
    queue = CeleryQueue(town.broker.url)
    for _ in range(20):
        with suppress(Unavailable):
            queue.wake(DeploymentId(town.random.randint(1, 1200)))
    return None


def ends(cluster_of: Callable[[Town], Postgres], number: signal.Signals) -> Callable[[Town], Repair]:
    """Return a fault that ends a cluster by a signal and starts it again."""

    def strike(town: Town) -> Repair:
        cluster = cluster_of(town)
        assert cluster.child is not None
        cluster.child.ask(number)
        cluster.child.wait(seconds=20)
        cluster.reap()
        return cluster.start

    return strike


def control(town: Town) -> Postgres:
    return town.control


def targets(town: Town) -> Postgres:
    return town.target_cluster


def sessions_on_the_ledger_end(town: Town) -> Repair:
    end_sessions(town.control)
    return None


def sessions_on_targets_end(town: Town) -> Repair:
    end_sessions(town.target_cluster)
    return None


def end_sessions(cluster: Postgres) -> None:
    with suppress(psycopg.OperationalError):
        url = cluster.url("template1", SUPERUSER)
        with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and backend_type = 'client backend'"
            )


def the_ledgers_disk_fills(town: Town) -> Repair:
    """PostgreSQL may end by that; then it is started again when there is space."""
    filler = fill(town.folder / "control")

    def space_again() -> None:
        filler.unlink()
        assert town.control.child is not None
        if town.control.child.wait(seconds=0.5):
            town.control.reap()
            town.control.start()
        if isinstance(town.broker, ValkeyBroker) and town.broker.ended:  # it writes onto the same disk
            town.broker.start()

    return space_again


def the_mirrors_disk_fills(town: Town) -> Repair:
    filler = fill(town.folder / "state")
    return filler.unlink


def the_scratch_server_dies(town: Town) -> Repair:
    for file in (town.folder / "state").rglob("postmaster.pid"):
        with suppress(OSError, ValueError):
            os.kill(int(file.read_text().splitlines()[0]), signal.SIGKILL)
    return None
