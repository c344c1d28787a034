"""What the thinking part asks of the world: small protocols, one per conversation.

Stages and actions are written against these; wiring.py says which adapter answers.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from orchestrator.domain.deployment import AppliedMigration, Deployment, DeploymentId, Done, Stage, StageRun
from orchestrator.domain.errors import DeliveryFailed
from orchestrator.domain.event import Event, Notification
from orchestrator.domain.finding import Finding
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import HistoryRow
from orchestrator.domain.push import Push, Receipt, Request, Stored
from orchestrator.domain.target import Fence, TargetState

# --- git ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A file of a commit, its bytes as they lie in git."""

    path: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What a commit holds in some folders."""

    commit: str
    author: str
    subject: str
    blobs: tuple[Blob, ...]
    #: entries that were not read, each with the reason: a symlink, too large, a name that is not UTF-8 ...
    findings: tuple[Finding, ...]


class Git(Protocol):
    """Repositories by their name in the settings. Raises Unavailable when one cannot be reached in time."""

    def fetch(self, repository: str, branch: str) -> str | None:
        """Bring the mirror up to date; return the branch's head, or None where there is no such branch."""
        ...

    def head(self, repository: str, branch: str) -> str | None:
        """Ask the remote for the branch's head without fetching anything."""
        ...

    def knows(self, repository: str, commit: str) -> bool:
        """Tell whether the mirror holds this commit. Does not ask the remote."""
        ...

    def read(self, repository: str, commit: str, folders: Sequence[str]) -> Listing:
        """Read every *.sql file directly in these folders. A folder that does not exist is empty."""
        ...


# --- a target's database --------------------------------------------------------------------------------


class Database(Protocol):
    """One open connection inside a READ ONLY transaction: something to ask."""

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, `%(name)s` for parameters, and return its rows. Raises TargetError."""
        ...


class TargetReader(Protocol):
    """A target that is only looked at. Nothing here writes."""

    def history(self) -> tuple[HistoryRow, ...]:
        """Return the applied migrations, oldest version first; empty when there is no history table."""
        ...

    def fence(self) -> Fence | None:
        """Return the fence; None when nobody has adopted the target."""
        ...

    def asking(self) -> AbstractContextManager[Database]:
        """Open a READ ONLY transaction that is always undone."""
        ...


class TargetWriter(TargetReader, Protocol):
    """A target under our lock, with the epoch that it minted for us; every write requires that epoch.

    Raises TargetError when the SQL fails (nothing of the migration is committed then), Stale when somebody
    else took over, Unavailable when the connection or a lock could not be had.
    """

    def apply(self, migration: Migration, sql: str) -> AppliedMigration:
        """Run a migration and write its history row, in one transaction."""
        ...

    def revert(self, migration: Migration, sql: str) -> None:
        """Run a rollback and remove the history row, in one transaction."""
        ...


class Targets(Protocol):
    """The databases by their target's name."""

    def reading(self, target: str) -> AbstractContextManager[TargetReader]:
        """Connect to look. Raises ConfigurationError, Unavailable."""
        ...

    def writing(self, target: str, *, ledger_id: str) -> AbstractContextManager[TargetWriter]:
        """Connect, take the target's lock and have it mint an epoch.

        Raises Unavailable when another session holds the lock, ConfigurationError when the target is not
        adopted or belongs to another ledger.
        """
        ...


# --- the ledger -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to carry out one stage of one deployment, for as long as our connection lives."""

    deployment: Deployment
    #: raised at every claim; a result is recorded only under the newest
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """What follows a stage: another stage, or the end."""

    stage: Stage | None = None
    status: str | None = None


class Claims(Protocol):
    """How the recipe talks to the ledger. The real one only: a ledger is never faked."""

    @property
    def ledger_id(self) -> str:
        """The id of this ledger, as the targets' fences know it."""
        ...

    def claim(self, deployment: DeploymentId) -> AbstractContextManager[Claim | None]:
        """Take the target, in order. None: busy, finished, or it has to wait."""
        ...

    def record(self, claim: Claim, done: Done[Any], then: Next) -> None:
        """Write the outcome and the next wake-up in one transaction. Raises Stale when the claim is over."""
        ...

    def postpone(self, claim: Claim, *, seconds: float, counts: bool, why: str) -> None:
        """Leave the stage as it is and look again later; `counts` tells whether this was an attempt."""
        ...


class Kept(Protocol):
    """Contents that the ledger keeps by their sha256, and what stages gave."""

    def keep(self, contents: Sequence[bytes]) -> None:
        """Keep them; what is there already is not written again."""
        ...

    def content(self, sha256s: Sequence[str]) -> dict[str, bytes]:
        """Return the kept contents."""
        ...


class Reception(Protocol):
    """Stores what a forge told us, before it is acknowledged."""

    def store(self, receipt: Receipt, requests: Sequence[Request]) -> Stored:
        """Write receipt, deployments and wake-ups in one transaction.

        Raises Unavailable; then nothing is stored.

        A receipt that is known already changes nothing. A commit that equals the newest deployment's of its
        target joins that deployment.
        """
        ...


class Reading(Protocol):
    """The ledger as people read it. Raises Unavailable."""

    def targets(self) -> tuple[TargetState, ...]:
        """Return every target that the ledger knows, by name."""
        ...

    def deployments(self, *, target: str | None = None, limit: int = 50) -> tuple[Deployment, ...]:
        """Return the newest deployments first."""
        ...

    def deployment(self, deployment: DeploymentId) -> Deployment | None:
        """Return one deployment."""
        ...

    def runs(self, deployment: DeploymentId) -> tuple[StageRun, ...]:
        """Return the stages that this deployment ended, in order."""
        ...

    def events(
        self, *, after: int = 0, deployment: DeploymentId | None = None, limit: int = 100
    ) -> tuple[Event, ...]:
        """Return events with a higher id than `after`, oldest first."""
        ...


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
