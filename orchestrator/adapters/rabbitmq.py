"""What is RabbitMQ's own in how Celery is set up; everything else is the same for every broker.

The queue is a quorum queue: it outlives the node that it was made on, and RabbitMQ 4 has no other that does.
It counts how often a message was handed out and drops it at last (20 times unless a policy says otherwise);
that loses nothing, for the ledger counts attempts itself and the reconciler sends another wake-up.
A consumer that acknowledges nothing for 30 minutes is cut off by the server: every stage ends before, as the
settings see to.
"""

import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from kombu.entity import Queue

SCHEMES: Final = frozenset({"amqp", "amqps"})
#: what a worker hears nothing from for twice as long is taken for dead
_HEARTBEAT_SECONDS: Final = 10
#: how long a sender waits for the server's word that it has a message
_CONFIRM_SECONDS: Final = 3

#: with every message: returned when no queue takes it, and confirmed before it counts as sent
SENDING: Final[Mapping[str, Any]] = {"mandatory": True, "confirm_timeout": _CONFIRM_SECONDS}


def is_rabbitmq(broker_url: str) -> bool:
    """Tell whether the URL leads to a RabbitMQ."""
    return urlsplit(broker_url).scheme in SCHEMES


def options(broker_url: str, queue: str) -> dict[str, Any]:
    """Return the settings of Celery that a RabbitMQ needs, for its workers."""
    quorum: Any = Queue(queue, routing_key=queue, queue_arguments={"x-queue-type": "quorum"})  # type: ignore[no-untyped-call]
    return {
        "task_queues": [quorum],
        "broker_heartbeat": _HEARTBEAT_SECONDS,
        "broker_use_ssl": tls(broker_url),
        "broker_transport_options": {},
    }


#: in place of those, for who only sends: nobody would answer heartbeats between two messages
SENDER: Final[Mapping[str, Any]] = {
    "broker_heartbeat": 0,
    "broker_connection_timeout": _CONFIRM_SECONDS,
    "broker_transport_options": {"confirm_publish": True},
}


def tls(broker_url: str) -> dict[str, Any] | None:
    """Return how the server has to prove who it is; None without TLS.

    The certificates that the system trusts count, or those that $SSL_CERT_FILE names.
    """
    parts = urlsplit(broker_url)
    if parts.scheme != "amqps":
        return None
    return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": parts.hostname}
