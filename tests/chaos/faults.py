"""What may go wrong: how often, and for how long. Each kind strikes at once and says how it is put right."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.chaos.strikes import lines, processes, servers
from tests.chaos.town import Repair, Town

LEDGERS_DISK: Final = "ledger's disk full"
MIRRORS_DISK: Final = "mirrors' disk full"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind."""

    strike: Callable[[Town], Repair]
    #: how often it is chosen, beside the others
    weight: int
    #: between the strike and its repair, in seconds: from, to
    lasts: tuple[float, float] = (0.0, 0.0)
    #: nothing else that lasts may be wrong meanwhile: it would hide this one
    alone: bool = False


FAULTS: Final[Mapping[str, Fault]] = {
    "worker killed": Fault(strike=processes.a_worker_dies, weight=6),
    "worker's child killed": Fault(strike=processes.a_workers_child_dies, weight=14),
    "worker told to stop": Fault(strike=processes.a_worker_is_told_to_stop, weight=4),
    "worker paused": Fault(strike=processes.a_worker_is_paused, weight=4, lasts=(0.3, 3)),
    "worker paused, its sessions ended": Fault(
        strike=processes.a_paused_worker_loses_its_sessions, weight=4, lasts=(0.5, 5)
    ),
    "relay killed": Fault(strike=processes.a_relay_dies, weight=4),
    "all relays paused": Fault(strike=processes.all_relays_pause, weight=2, lasts=(0.5, 3)),
    "web killed": Fault(strike=processes.a_web_process_dies, weight=3),
    "everybody killed": Fault(strike=processes.everybody_dies, weight=1),
    "broker killed": Fault(strike=servers.the_broker_dies, weight=3, lasts=(0.1, 1.5), alone=True),
    "broker forgets": Fault(strike=servers.the_broker_forgets, weight=8),
    "broker frozen": Fault(strike=servers.the_broker_freezes, weight=2, lasts=(0.5, 3), alone=True),
    "wake-ups doubled and made up": Fault(strike=servers.wake_ups_come_that_nobody_sent, weight=6),
    "ledger restarted fast": Fault(
        strike=servers.ends(servers.control, signal.SIGINT), weight=2, lasts=(0, 1), alone=True
    ),
    "ledger restarted at once": Fault(
        strike=servers.ends(servers.control, signal.SIGQUIT), weight=3, lasts=(0, 1), alone=True
    ),
    "targets restarted fast": Fault(
        strike=servers.ends(servers.targets, signal.SIGINT), weight=2, lasts=(0, 1), alone=True
    ),
    "targets restarted at once": Fault(
        strike=servers.ends(servers.targets, signal.SIGQUIT), weight=3, lasts=(0, 1), alone=True
    ),
    "sessions on the ledger ended": Fault(strike=servers.sessions_on_the_ledger_end, weight=6),
    "sessions on targets ended": Fault(strike=servers.sessions_on_targets_end, weight=6),
    "lines to targets cut": Fault(strike=lines.lines_to_targets_are_cut, weight=8),
    "lines to the ledger cut": Fault(strike=lines.lines_to_the_ledger_are_cut, weight=6),
    "targets not heard": Fault(strike=lines.targets_are_not_heard, weight=4, lasts=(0.1, 1)),
    "targets out of reach": Fault(strike=lines.targets_are_out_of_reach, weight=3, lasts=(0.5, 3)),
    "git out of reach": Fault(strike=lines.git_is_out_of_reach, weight=3, lasts=(0.5, 3)),
    "git hangs": Fault(strike=lines.git_hangs, weight=2, lasts=(0.5, 3)),
    "git fails": Fault(strike=lines.git_answers_with_errors, weight=3, lasts=(0.5, 2)),
    "fetch cut": Fault(strike=lines.a_fetch_is_cut, weight=3),
    "deliveries again": Fault(strike=lines.deliveries_come_again, weight=6),
    "scratch server killed": Fault(strike=servers.the_scratch_server_dies, weight=3),
    LEDGERS_DISK: Fault(strike=servers.the_ledgers_disk_fills, weight=2, lasts=(0.5, 2), alone=True),
    MIRRORS_DISK: Fault(strike=servers.the_mirrors_disk_fills, weight=3, lasts=(0.5, 3)),
    "receiver fails": Fault(strike=lines.the_receiver_fails, weight=2, lasts=(0.5, 3)),
    "receiver hangs": Fault(strike=lines.the_receiver_hangs, weight=2, lasts=(0.5, 3)),
}


def possible(town: Town) -> dict[str, Fault]:
    """Return those that can happen here: disks of one's own need root."""
    without = {
        name
        for name, there in ((LEDGERS_DISK, town.ledger_disk), (MIRRORS_DISK, town.mirror_disk))
        if not there
    }
    return {name: fault for name, fault in FAULTS.items() if name not in without}
