"""All that a run takes place in: two clusters, a broker, git over HTTP, a receiver, proxies, the crew."""

import base64
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
from psycopg.rows import dict_row

from orchestrator.embedded.postgres import Postgres
from orchestrator.embedded.servers import Embedded
from tests.chaos.authors import EFFECTS, Author
from tests.chaos.crew import Crew, crew
from tests.chaos.machine import small_disk
from tests.support.brokers import Broker, ValkeyBroker
from tests.support.delay_proxy import DelayProxy, delay_proxy
from tests.support.git_server import GitServer, serving
from tests.support.github import Delivery, signed_push
from tests.support.http_receiver import Receiver, receiving
from tests.support.places import Place, a_database, places
from tests.support.servers import TestDatabase, server_under_test
from tests.support.service import SECRET, ZERO, Service

_LEDGER_MEGABYTES: Final = 600
_MIRROR_MEGABYTES: Final = 400
#: how many of the targets rehearse each deployment: a rehearsal costs more than all the rest of it
_REHEARSING: Final = 2

#: the table of effects keeps what a rollback leaves there, which no rehearsal calls proven
_RULES: Final = 'rules = { rollback-unproven = "warning" }'

SIGNING = "whsec_" + base64.b64encode(b"a key of the receiver, 32 bytes.").decode()
MORE = """
[notify.hook]
url = "{url}"
secret = "env:HOOK_SECRET"
allow_private = true
"""


#: puts a fault right; None where it passes by itself
Repair = Callable[[], None] | None


@dataclass(kw_only=True)
class Town:
    """Where it happens, and what the harness itself knows for certain."""

    folder: Path
    random: random.Random
    service: Service
    crew: Crew
    authors: dict[str, Author]
    #: the cluster of the ledger, and that of all targets
    control: Postgres
    target_cluster: Postgres
    ledger: TestDatabase
    broker: Broker
    git: GitServer
    hooks: Receiver
    #: between the service and its ledger, its targets, its repository
    control_line: DelayProxy
    target_line: DelayProxy
    git_line: DelayProxy
    #: whether the ledger's disk, and that of the mirrors, are small ones that can be filled
    ledger_disk: bool = False
    mirror_disk: bool = False
    #: receipts that were answered with 202
    acknowledged: list[str] = field(default_factory=list)
    #: deliveries that are sent again or late: when, and what
    late: list[tuple[float, Delivery]] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)
    #: branch and commit, as last pushed
    heads: dict[str, str] = field(default_factory=dict)

    def deliver(self, delivery: Delivery) -> int:
        """Send it to one of the web processes; return the status, 0 where nobody answered."""
        web = self.random.choice(self.crew.of("web"))
        try:
            answer = httpx.post(
                f"http://{web.environment['BASCULE__SERVICE__LISTEN']}/webhooks/app",
                headers=delivery[0],
                content=delivery[1],
                timeout=12,
            )
        except httpx.HTTPError:
            return 0
        if answer.status_code == httpx.codes.ACCEPTED:
            self.acknowledged.append(delivery[0]["X-GitHub-Delivery"])
        return answer.status_code

    def delivery_of(self, branch: str) -> Delivery:
        """Return what the forge tells about the branch's head."""
        return signed_push(SECRET, "example/app", branch, ZERO, self.heads[branch])

    def ask(self, sql: str, **named: object) -> list[dict[str, Any]]:
        """Ask the ledger past all proxies. Raises psycopg.OperationalError while it is down."""
        with psycopg.connect(
            self.ledger.superuser_url, autocommit=True, connect_timeout=5, row_factory=dict_row
        ) as connection:
            return connection.execute(sql.encode(), named).fetchall()

    def deliver_what_is_late(self, *, all_of_it: bool = False) -> None:
        """Send the deliveries that are due."""
        now = time.monotonic()
        due = [each for each in self.late if all_of_it or each[0] <= now]
        self.late = [each for each in self.late if each not in due]
        for _, delivery in due:
            self.deliver(delivery)


@contextmanager
def town(
    folder: Path, *, targets: int, chance: random.Random, broker: Broker | None = None
) -> Iterator[Town]:
    """Build it; the crew does not run yet. Without a broker it is the embedded Valkey."""
    names = [f"t{number}" for number in range(1, targets + 1)]
    with ExitStack() as stack:
        ledger_disk = stack.enter_context(small_disk(folder / "control", megabytes=_LEDGER_MEGABYTES))
        mirror_disk = stack.enter_context(small_disk(folder / "state", megabytes=_MIRROR_MEGABYTES))
        ours = stack.enter_context(_cluster(folder / "control"))
        theirs = stack.enter_context(_cluster(folder / "targets"))
        ledger = stack.enter_context(a_database(ours.postgres, "ledger", ledger=True))
        line = stack.enter_context(delay_proxy(ledger.url))
        target_line = stack.enter_context(delay_proxy(theirs.postgres.url("postgres", "postgres")))
        served = stack.enter_context(serving(folder / "work"))
        git_line = stack.enter_context(delay_proxy(served.url))
        hooks = stack.enter_context(receiving())
        carrier = broker or ValkeyBroker(ours.valkey)
        urls = {
            name: target_line.url(theirs.postgres.url(f"{_prefix(folder)}_{name}", "postgres"))
            for name in names
        }
        made = stack.enter_context(
            places(
                folder,
                names,
                postgres=theirs.postgres,
                control_url=line.url(ledger.url),
                broker_url=carrier.url,
                urls=urls,
                more=MORE.format(url=hooks.url),
                settings=dict.fromkeys(names[:_REHEARSING], _RULES),
                environment={
                    "HOOK_SECRET": SIGNING,
                    **{f"BASCULE__TARGETS__{name.upper()}__REHEARSE": "true" for name in names[:_REHEARSING]},
                    "BASCULE__REPOSITORIES__APP__URL": f"http://127.0.0.1:{git_line.port}/remote.git",
                },
                compare_heads="5s",
            )
        )
        service = next(iter(made.values())).service
        hands = crew(folder, service.environment, chance)
        stack.callback(hands.end)
        for place in made.values():
            _settle(place)
        yield Town(
            folder=folder,
            random=chance,
            service=service,
            crew=hands,
            authors={name: Author(place=place, random=chance) for name, place in made.items()},
            control=ours.postgres,
            target_cluster=theirs.postgres,
            ledger=ledger,
            broker=carrier,
            git=served,
            hooks=hooks,
            control_line=line,
            target_line=target_line,
            git_line=git_line,
            ledger_disk=ledger_disk,
            mirror_disk=mirror_disk,
        )


def _settle(place: Place) -> None:
    """Give a target the table of effects and take it under care."""
    with psycopg.connect(place.database.url, autocommit=True) as connection:
        connection.execute(EFFECTS.encode())
    place.begin()


@contextmanager
def _cluster(state: Path) -> Iterator[Embedded]:
    """Start a cluster. A killed process loses nothing that it wrote, so nobody has to wait for the disk."""
    options = ["fsync=off", "max_connections=200"]
    with Embedded.start(state, source=server_under_test(), postgres_options=options) as servers:
        yield servers


def _prefix(folder: Path) -> str:
    return folder.name.replace("-", "_").lower()
