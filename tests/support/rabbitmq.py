"""A RabbitMQ of our own on loopback, as an ordinary user, without the package's service.

Erlang's name service (epmd) is ours as well and listens on loopback only: left alone, Erlang would start one
that stays behind, for everybody.
"""

import os
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kombu.connection import Connection

from orchestrator.embedded.account import Account, of_servers
from orchestrator.embedded.child import Child
from tests.support.folders import a_folder

#: where the distribution's package puts the server; the wrapper in /usr/sbin insists on a user of its own
_PROGRAMS: Final = "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"
USER: Final = "bascule"
PASSWORD: Final = "a-password-of-the-broker"
_START_SECONDS: Final = 60
_SETTLED_SECONDS: Final = 1.5


def installed() -> Path | None:
    """Find the server's program."""
    return next(iter(sorted(Path("/").glob(_PROGRAMS[1:]), reverse=True)), None)


class RabbitMQ:
    """One server with its data below a folder; it keeps its port over restarts."""

    def __init__(self, folder: Path, program: Path) -> None:
        self._folder = folder
        self._program = program
        self._account = of_servers(folder / "no-data-yet")
        self._ports = _free_ports(3)
        self._epmd: Child | None = None
        self.child: Child | None = None
        self.port = self._ports[0]
        _prepare(folder, self._account)

    @property
    def url(self) -> str:
        """Return where it is, with its password."""
        return f"amqp://{USER}:{PASSWORD}@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Start it, and wait until it serves."""
        if self._epmd is None:
            command = ["epmd", "-address", "127.0.0.1", "-port", str(self._ports[2])]
            self._epmd = self._spawn(command, "epmd")
            _await(lambda: _listens(self._ports[2]), what="epmd")
        self.child = self._spawn([str(self._program)], "rabbitmq")
        _await(lambda: _serves(self.port), what="RabbitMQ", gone=self.child.ended)

    def kill(self) -> None:
        """End it by SIGKILL; not sooner than it has put down which queues it leads.

        One that is killed within a second of making a quorum queue leaves that without a leader for good.
        """
        assert self.child is not None
        time.sleep(_SETTLED_SECONDS)
        self.child.stop(signal.SIGKILL, seconds=10)
        self.child = None

    def freeze(self) -> None:
        """Answer nobody."""
        assert self.child is not None
        self.child.ask(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after a freeze."""
        assert self.child is not None
        self.child.ask(signal.SIGCONT)

    def forget(self) -> None:
        """Lose the queue with all that is in it; who consumes from it is told."""
        connection: Any = Connection(self.url, connect_timeout=5)  # type: ignore[no-untyped-call]
        with connection:
            connection.default_channel.queue_delete("bascule")

    def close(self) -> None:
        """End all that was started."""
        for child in (self.child, self._epmd):
            if child is not None:
                child.stop(signal.SIGKILL, seconds=10)
        self.child = self._epmd = None

    def _spawn(self, command: list[str], name: str) -> Child:
        return Child.spawn(
            command,
            env=self._environment(),
            log=self._folder / f"{name}.log",
            death_signal=signal.SIGKILL,
            account=self._account,
            cwd=self._folder,
        )

    def _environment(self) -> Mapping[str, str]:
        port, distribution, epmd = self._ports
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self._folder),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(epmd),
            "RABBITMQ_NODENAME": f"bascule-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "none.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self._folder / "none.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self._folder / "generated"),
            # the script becomes the server: whoever ends the one ends the other
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_START_ARGS": "-noinput",
        }


@contextmanager
def rabbitmq_server() -> Iterator[RabbitMQ]:
    """Start one in a folder of its own; nothing is left of it."""
    program = installed()
    assert program is not None, "rabbitmq-server is not installed"
    with a_folder("rabbit") as folder:
        server = RabbitMQ(folder, program)
        try:
            server.start()
            yield server
        finally:
            server.close()


def _prepare(folder: Path, account: Account) -> None:
    for name in ("data", "log", "generated"):
        (folder / name).mkdir()
    (folder / "plugins").write_text("[].\n")
    (folder / "rabbitmq.conf").write_text(f"default_user = {USER}\ndefault_pass = {PASSWORD}\n")
    (folder / ".erlang.cookie").write_text(os.urandom(16).hex())
    (folder / ".erlang.cookie").chmod(stat.S_IRUSR)
    account.own_tree(folder)


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _await(happened: Callable[[], bool], *, what: str, gone: Callable[[], bool] = lambda: False) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not happened():
        assert not gone(), f"{what} ended at once"
        assert time.monotonic() < deadline, f"{what} did not start within {_START_SECONDS} s"
        time.sleep(0.02)


def _serves(port: int) -> bool:
    """Ask it for its greeting: it listens before it serves."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(connection.recv(1))
    except OSError:
        return False
