"""Asks the broker whether it is there."""

from typing import Any
from urllib.parse import urlsplit

import redis
from kombu.connection import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from orchestrator.domain.errors import Unavailable


def ping(broker_url: str, *, timeout_seconds: float = 2) -> None:
    """Return when the broker answers; raises Unavailable when it does not in time."""
    try:
        if urlsplit(broker_url).scheme in ("redis", "rediss"):
            _ping_redis(broker_url, timeout_seconds)
        else:
            with _kombu(broker_url, timeout_seconds) as connection:
                connection.ensure_connection(max_retries=1, timeout=timeout_seconds)
    except (redis.RedisError, OSError, *_kombu(broker_url, timeout_seconds).connection_errors) as problem:
        raise Unavailable(
            f"the broker does not answer: {type(problem).__name__}",
            code="broker-unavailable",
            remedy="start it, or check service.broker_url; wake-ups wait in the ledger meanwhile",
        ) from None


def _ping_redis(broker_url: str, timeout_seconds: float) -> None:
    client = redis.Redis.from_url(
        broker_url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    finally:
        client.close()


def _kombu(broker_url: str, timeout_seconds: float) -> Any:  # noqa: ANN401 - kombu has no types
    return Connection(broker_url, connect_timeout=timeout_seconds)  # type: ignore[no-untyped-call]
