"""Asks the broker whether it is there, and what it is."""

from typing import Any
from urllib.parse import urlsplit

import redis
from kombu.connection import Connection
from kombu.exceptions import ChannelError
from kombu.transport.pyamqp import Transport
from redis.backoff import NoBackoff
from redis.retry import Retry

from orchestrator.adapters import rabbitmq
from orchestrator.domain.errors import Unavailable

#: what the clients raise
_TROUBLE: tuple[type[Exception], ...] = (
    redis.RedisError,
    OSError,
    *Transport.connection_errors,
    *Transport.channel_errors,
)


def ping(broker_url: str, *, timeout_seconds: float = 2) -> str:
    """Return the broker's name and version once it answers; raises Unavailable when it does not in time."""
    try:
        if rabbitmq.is_rabbitmq(broker_url):
            return _ping_rabbitmq(broker_url, timeout_seconds)
        return _ping_redis(broker_url, timeout_seconds)
    except _TROUBLE as problem:
        raise Unavailable(
            f"the broker at {_place(broker_url)} does not answer: {type(problem).__name__}",
            code="broker-unavailable",
            remedy="start it, or check service.broker_url; wake-ups wait in the ledger meanwhile",
        ) from None


class Backlog:
    """Counts the messages that wait in one queue, over a connection of its own that is kept."""

    def __init__(self, broker_url: str, queue: str, *, timeout_seconds: float = 2) -> None:
        """Take where to ask; nothing connects yet."""
        self._url = broker_url
        self._queue = queue
        self._seconds = timeout_seconds
        self._connection: Any = None

    def messages(self) -> int:
        """Return how many wait; none where there is no such queue. Raises Unavailable in time."""
        try:
            if self._connection is None:
                self._connection = _connection(self._url, self._seconds)
                self._connection.connect()
            told = self._connection.default_channel.queue_declare(self._queue, passive=True)
            return int(told.message_count)
        except ChannelError:  # there is no such queue; to RabbitMQ that ends the channel
            self.close()
            return 0
        except _TROUBLE as problem:
            self.close()
            raise Unavailable(
                f"the broker at {_place(self._url)} does not answer: {type(problem).__name__}",
                code="broker-unavailable",
                remedy="start it, or check service.broker_url; wake-ups wait in the ledger meanwhile",
            ) from None

    def close(self) -> None:
        """Give the connection back; the next question opens another one."""
        if self._connection is not None:
            self._connection.collect()
            self._connection = None


def _ping_redis(broker_url: str, timeout_seconds: float) -> str:
    client = redis.Redis.from_url(
        broker_url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
        return _name_of_redis(client)
    finally:
        client.close()


def _name_of_redis(client: redis.Redis) -> str:
    try:
        about = client.info("server")
    except redis.ResponseError:  # this user may not ask
        return "Redis or Valkey"
    if "valkey_version" in about:
        return f"Valkey {about['valkey_version']}"
    return f"Redis {about.get('redis_version', '')}".strip()


def _ping_rabbitmq(broker_url: str, timeout_seconds: float) -> str:
    # one try, no more
    opened = _connection(broker_url, timeout_seconds).transport.establish_connection()
    try:
        about = opened.server_properties
        return f"{about.get('product', 'AMQP')} {about.get('version', '')}".strip()
    finally:
        # without the polite goodbye, which would be waited for
        opened.collect()


def _connection(broker_url: str, timeout_seconds: float) -> Any:  # noqa: ANN401 - kombu has no types
    """Return a connection that is not open yet; whoever answers it too slowly is gone."""
    if rabbitmq.is_rabbitmq(broker_url):
        # a server that accepts and then says nothing
        limits = {"read_timeout": timeout_seconds, "write_timeout": timeout_seconds}
    else:
        limits = {"socket_timeout": timeout_seconds, "socket_connect_timeout": timeout_seconds}
    return Connection(  # type: ignore[no-untyped-call]
        broker_url,
        connect_timeout=timeout_seconds,
        ssl=rabbitmq.tls(broker_url) or False,
        transport_options=limits,
    )


def _place(broker_url: str) -> str:
    parts = urlsplit(broker_url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
