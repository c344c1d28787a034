"""What befalls the service's own processes. Their supervisor starts those again that are missed."""

import os
import signal
from contextlib import suppress

from tests.chaos.strikes.servers import end_sessions
from tests.chaos.town import Repair, Town


def a_worker_dies(town: Town) -> Repair:
    town.random.choice(town.crew.of("worker")).end()
    return None


def a_workers_child_dies(town: Town) -> Repair:
    children = town.random.choice(town.crew.of("worker")).children()
    if children:
        with suppress(ProcessLookupError):
            os.kill(town.random.choice(children), signal.SIGKILL)
    return None


def a_worker_is_told_to_stop(town: Town) -> Repair:
    town.random.choice(town.crew.of("worker")).send(signal.SIGTERM)
    return None


def a_worker_is_paused(town: Town) -> Repair:
    worker = town.random.choice(town.crew.of("worker"))
    worker.send(signal.SIGSTOP)
    return lambda: worker.send(signal.SIGCONT)


def a_paused_worker_loses_its_sessions(town: Town) -> Repair:
    """Let a successor begin what it holds, and wake it up when that one has long gone on."""
    worker = town.random.choice(town.crew.of("worker"))
    worker.send(signal.SIGSTOP)
    for cluster in (town.control, town.target_cluster):
        end_sessions(cluster)
    return lambda: worker.send(signal.SIGCONT)


def a_relay_dies(town: Town) -> Repair:
    town.random.choice(town.crew.of("relay")).end()
    return None


def all_relays_pause(town: Town) -> Repair:
    relays = town.crew.of("relay")
    for each in relays:
        each.send(signal.SIGSTOP)
    return lambda: [each.send(signal.SIGCONT) for each in relays] and None


def a_web_process_dies(town: Town) -> Repair:
    town.random.choice(town.crew.of("web")).end()
    return None


def everybody_dies(town: Town) -> Repair:
    town.crew.end()
    return None
