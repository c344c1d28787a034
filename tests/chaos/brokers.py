"""What can happen to a broker, whichever it is."""

import signal
from typing import Protocol

import redis

from orchestrator.embedded.valkey import Valkey


class Broker(Protocol):
    """One that can be killed, frozen and made to forget."""

    name: str

    @property
    def url(self) -> str:
        """Where it is, with its password."""
        ...

    def forget(self) -> None:
        """Lose all messages and queues, and go on."""
        ...

    def die(self) -> None:
        """End by SIGKILL."""
        ...

    def come_back(self) -> None:
        """Start again after a death; wait until it serves."""
        ...

    def freeze(self) -> None:
        """Answer nobody."""
        ...

    def thaw(self) -> None:
        """Go on after a freeze."""
        ...


class ValkeyBroker:
    """The embedded one."""

    name = "Valkey"

    def __init__(self, server: Valkey) -> None:
        self._server = server

    @property
    def url(self) -> str:
        return self._server.url

    def forget(self) -> None:
        with redis.Redis.from_url(self.url, socket_timeout=5) as client:
            client.flushall()

    def die(self) -> None:
        self._send(signal.SIGKILL)
        assert self._server.child is not None
        self._server.child.wait(seconds=10)
        self._server.reap()

    def come_back(self) -> None:
        self._server.start()

    def freeze(self) -> None:
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        assert self._server.child is not None
        self._server.child.ask(number)
