"""Where news comes in and goes out: forges, the broker, the channels that people read."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import DeliveryFailed
from orchestrator.domain.event import Notification
from orchestrator.domain.lint import Mark
from orchestrator.domain.push import Push, Receipt


class Notifications(Protocol):
    """What is still to be told. At most one notification of a channel is out at a time."""

    def due(self, *, limit: int) -> tuple[Notification, ...]:
        """Take notifications whose time has come; each is ours for 60 s."""
        ...

    def delivered(self, notification: Notification) -> None:
        """Record a delivery that arrived."""
        ...

    def not_delivered(self, notification: Notification, why: DeliveryFailed) -> None:
        """Record a delivery that did not; the next one follows later, unless it was final or the last."""
        ...


class Queue(Protocol):
    """The broker: it carries wake-ups and may lose all it has."""

    def wake(self, deployment: DeploymentId) -> None:
        """Send one wake-up. Raises Unavailable."""
        ...

    def look(self, target: str) -> None:
        """Ask a worker to compare a target with what is on record. Raises Unavailable."""
        ...


class Linter(Protocol):
    """Another program that reads SQL."""

    def lint(self, files: Mapping[str, str], *, server_major: int | None = None) -> tuple[Mark, ...]:
        """Read files (text by path) as migrations of one transaction each, in one run of the program.

        Raises Unavailable when the program is missing, dies, takes too long or answers what nobody
        understands: its silence must not be taken for praise.
        """
        ...


class Channel(Protocol):
    """One place where people are told."""

    def tell(self, notification: Notification) -> None:
        """Deliver, or raise DeliveryFailed. Called again it tells again: the caller counts."""
        ...


class Forge(Protocol):
    """Reads one forge's webhooks. Pure: it is given the headers and the raw body."""

    def receipt(
        self, repository: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]
    ) -> Receipt:
        """Verify the signature over the raw bytes with each active secret.

        Raises PushRejected: unsigned, wrongly signed, or not a delivery of this forge.
        """
        ...

    def pushes(self, receipt: Receipt) -> tuple[Push, ...]:
        """Parse a verified delivery. Raises PushRejected when it is malformed."""
        ...
