"""Every broker that we support, with what can happen to it: a test that asks for `broker` runs on each."""

import os
import signal
from collections.abc import Iterator
from typing import Protocol

import pytest
import redis

from orchestrator.embedded.servers import Embedded
from orchestrator.embedded.valkey import Valkey
from tests.support.rabbitmq import RabbitMQ, installed, rabbitmq_server


class Broker(Protocol):
    """One that can be killed, frozen and made to forget."""

    @property
    def url(self) -> str:
        """Where it is, with its password."""
        ...

    def start(self) -> None:
        """Start it again after a death, at the same place; wait until it serves."""
        ...

    def kill(self) -> None:
        """End it by SIGKILL."""
        ...

    def freeze(self) -> None:
        """Answer nobody."""
        ...

    def thaw(self) -> None:
        """Go on after a freeze."""
        ...

    def forget(self) -> None:
        """Lose all messages, and go on."""
        ...


class ValkeyBroker:
    """The embedded one."""

    def __init__(self, server: Valkey) -> None:
        self._server = server

    @property
    def url(self) -> str:
        """Where it is, with its password."""
        return self._server.url

    @property
    def ended(self) -> bool:
        """Tell whether it ended by itself, as it does when it cannot write any more."""
        return self._server.ended()

    def start(self) -> None:
        """Start it again; one that ended by itself has to be reaped first."""
        self._server.stop()
        self._server.start()

    def kill(self) -> None:
        """End it by SIGKILL."""
        assert self._server.child is not None
        self._server.child.stop(signal.SIGKILL, seconds=10)
        self._server.child = None

    def freeze(self) -> None:
        """Answer nobody."""
        assert self._server.child is not None
        self._server.child.ask(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after a freeze."""
        assert self._server.child is not None
        self._server.child.ask(signal.SIGCONT)

    def forget(self) -> None:
        """Lose all messages."""
        with redis.Redis.from_url(self.url, socket_timeout=5) as client:
            client.flushall()


@pytest.fixture(scope="session")
def rabbitmq(embedded_servers: Embedded) -> Iterator[RabbitMQ]:
    """Start the session's RabbitMQ."""
    if installed() is None:
        missing = "RabbitMQ is not installed (Debian's package rabbitmq-server)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with rabbitmq_server() as server:
        yield server


@pytest.fixture(params=["valkey", "rabbitmq"])
def broker(request: pytest.FixtureRequest, embedded_servers: Embedded) -> Broker:
    """Return one after the other, empty."""
    if request.param == "rabbitmq":
        found: RabbitMQ = request.getfixturevalue("rabbitmq")
        found.forget()
        return found
    valkey = ValkeyBroker(embedded_servers.valkey)
    valkey.forget()
    return valkey
