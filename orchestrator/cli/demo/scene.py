"""The service under one supervisor, with everything that the story is played on."""

import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.cli.demo import databases
from orchestrator.cli.demo.acts import BRANCHES, PRODUCTION, STAGING
from orchestrator.cli.demo.place import Place
from orchestrator.cli.demo.repository import Checkout
from orchestrator.cli.demo.slack import SlackStandIn
from orchestrator.cli.demo.telling import Told
from orchestrator.cli.service import processes, scratch_kept, warm_scratch
from orchestrator.domain.errors import Unavailable
from orchestrator.embedded.running import Running, announce, withdraw
from orchestrator.embedded.servers import Embedded
from orchestrator.embedded.supervisor import Supervisor

if TYPE_CHECKING:
    from orchestrator.wiring import House

_READY_SECONDS = 60
_LOOK_SECONDS = 0.02


class Stopped(Exception):
    """Somebody asked us to end; with an exit code, a part cannot go on."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


@dataclass(kw_only=True)
class Scene:
    """A running service, and the example beside it."""

    place: Place
    example: Path
    house: "House"
    servers: Embedded
    supervisor: Supervisor
    checkout: Checkout
    slack: SlackStandIn
    webhooks: str
    page: str
    #: from the start of this process until page and webhooks answered
    cold_start_seconds: float
    #: targets as they were last seen
    seen: dict[str, databases.Snapshot] = field(default_factory=dict)

    def tend(self, seconds: float = 0.0) -> None:
        """Look after the service's processes. Raises Stopped when it is time to end."""
        _tend(self.supervisor, seconds)

    def look(self, target: str) -> databases.Snapshot:
        """Look at a target, and remember it."""
        self.seen[target] = databases.look(target, self.house, self.servers)
        return self.seen[target]


@contextmanager
def a_scene(place: Place, example: Path, told: Told) -> Iterator[Scene]:
    """Start everything; leaving ends it, the servers last. Raises Stopped, BasculeError."""
    _forget_other_settings()
    began = _process_age()
    with ExitStack() as stack:
        servers = stack.enter_context(Embedded.start(place.path, progress=_Curtain(told)))
        running = Running.of(servers)
        announce(place.path, running)
        stack.callback(withdraw, place.path)
        from orchestrator.settings import load
        from orchestrator.wiring import House, settings_of_this_process

        if place.settings.exists():
            databases.begin_anew(servers, tuple(BRANCHES))
            place.clear()
        slack = stack.enter_context(SlackStandIn())
        webhooks, page = (stack.enter_context(_reserved()) for _ in range(2))
        place.write_settings(
            webhooks=_port(webhooks), page=_port(page), slack=slack.url, targets=_targets(servers)
        )
        settings = load(place.settings, os.environ)
        parts = processes(settings, running, logs=servers.state.logs, environment={})
        supervisor = Supervisor(parts, servers=servers, progress=_Mishaps(told))
        started = time.monotonic()
        stack.enter_context(scratch_kept())
        stack.enter_context(supervisor)
        # while the processes begin, there is time for what else the story needs
        checkout = _build_set(place, example, servers)
        warm_scratch(settings)
        _await_ready(supervisor, _port(page), _port(webhooks))
        _ready(told, "web, relay, worker", time.monotonic() - started)
        house = House(settings_of_this_process(place.settings))
        stack.callback(house.close)
        address = f"http://127.0.0.1:{_port(webhooks)}{place.hook_path()}"
        checkout.tell(address, place.secret)
        stack.callback(told.say, "  ending everything ...", style="dim")
        yield Scene(
            place=place,
            example=example,
            house=house,
            servers=servers,
            supervisor=supervisor,
            checkout=checkout,
            slack=slack,
            webhooks=address,
            page=f"http://127.0.0.1:{_port(page)}",
            cold_start_seconds=time.monotonic() - began,
        )


class _Curtain:
    """Tells how the servers come up."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._imported = False

    def __call__(self, who: str, what: str, seconds: float) -> None:
        if what == "ready":
            _ready(self._told, who, seconds)
        if not self._imported:
            # half a second that is free now: the servers' programs are starting beside us
            self._imported = True
            import_module("orchestrator.wiring")


class _Mishaps:
    """Tells only of processes that end and are started again."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def __call__(self, who: str, what: str, _seconds: float) -> None:
        if what not in ("started", "stopped"):
            self._told.say(f"  ! {who} {what}", style="yellow")


def _ready(told: Told, who: str, seconds: float) -> None:
    told.say(f"  ✓ {who:<20}{seconds:5.1f} s", style="dim")


def _targets(servers: Embedded) -> dict[str, tuple[str, str]]:
    return {name: (branch, servers.postgres.url(name, "postgres")) for name, branch in BRANCHES.items()}


def _build_set(place: Place, example: Path, servers: Embedded) -> Checkout:
    """Make the databases and the repository as they are before Bascule comes."""
    databases.make_live_looking(servers.database(STAGING).url, example)
    servers.database(PRODUCTION)
    checkout = Checkout(place.checkout, place.bare)
    checkout.create(example / "baseline", author="Nomsa Dlamini", branches=tuple(BRANCHES.values()))
    return checkout


def _await_ready(supervisor: Supervisor, page: int, webhooks: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        _tend(supervisor, _LOOK_SECONDS)
        if _answers(page, "/readyz") and _answers(webhooks, "/healthz"):
            return
    raise Unavailable(
        f"the service did not become ready within {_READY_SECONDS} s",
        code="not-ready",
        remedy="run it again with --state DIR and read DIR/logs",
    )


def _tend(supervisor: Supervisor, seconds: float) -> None:
    if not supervisor.tend(seconds=seconds):
        raise Stopped(supervisor.exit_code)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _reserved() -> Iterator[socket.socket]:
    """Take a free port without listening on it: nobody else is given it, and the web process can listen."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        yield taken


def _port(taken: socket.socket) -> int:
    port: int = taken.getsockname()[1]
    return port


def _forget_other_settings() -> None:
    """Leave the settings of a real service out of it, here and in every process that we start."""
    for name in [*os.environ]:
        if name == "BASCULE_SETTINGS" or name.startswith("BASCULE__"):
            del os.environ[name]


def _process_age() -> float:
    """Return the moment, on the monotonic clock, at which this process was started."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    up = float(Path("/proc/uptime").read_text().split()[0])
    return time.monotonic() - (up - ticks / os.sysconf("SC_CLK_TCK"))
