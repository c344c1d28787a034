"""What the thinking part asks of the world: small protocols, one per conversation.

Stages and actions are written against these; wiring.py says which adapter answers.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from orchestrator.domain.adoption import AdoptionState, BaselineRow
from orchestrator.domain.deployment import (
    AppliedMigration,
    Deployment,
    DeploymentId,
    Done,
    Stage,
    StageRun,
    Status,
)
from orchestrator.domain.errors import DeliveryFailed
from orchestrator.domain.event import Event, Notification
from orchestrator.domain.finding import Finding
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import HistoryRow, Hold
from orchestrator.domain.push import Push, Receipt, Request, Stored
from orchestrator.domain.target import Fence, TargetState

T = TypeVar("T")

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

    def ours(self) -> frozenset[str]:
        """Return the versions of the history that Bascule wrote; nobody else's is ever rolled back."""
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


class Adoption(Protocol):
    """A target that is about to be adopted, looked into, or released."""

    def inspect(self, *, exposed_schemas: Sequence[str] = ("public",)) -> AdoptionState:
        """Look at what is there. Writes nothing. Raises TargetError, Unavailable."""
        ...

    def place(
        self, ledger_id: str, rows_to_write: Sequence[BaselineRow] = (), *, take_over: bool = False
    ) -> None:
        """Make history and fence, and write the rows told, in one transaction. Harmless when repeated.

        Raises ConfigurationError: another ledger has it and `take_over` is false, or a right is missing;
        Unavailable: somebody deploys to it right now.
        """
        ...

    def release(self, ledger_id: str) -> None:
        """Remove the fence. Harmless when it is gone already; the history stays. Raises as `place` does."""
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

    def adopting(self, target: str) -> AbstractContextManager[Adoption]:
        """Connect to inspect, adopt or release. Raises ConfigurationError, Unavailable."""
        ...


# --- the ledger -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to carry out one stage of one deployment, for as long as our connection lives."""

    deployment: Deployment
    #: raised at every claim; a result is recorded only under the newest
    number: int


class Claims(Protocol):
    """How the recipe talks to the ledger. The real one only: a ledger is never faked."""

    @property
    def ledger_id(self) -> str:
        """The id of this ledger, as the targets' fences know it."""
        ...

    def claim(self, deployment: DeploymentId) -> AbstractContextManager[Claim | None]:
        """Take the target, in order. None: busy, finished, or it has to wait."""
        ...

    def record(
        self, claim: Claim, done: Done[Any], then: Stage | Status, *, hold: Sequence[Migration] = ()
    ) -> None:
        """Write the outcome and the next wake-up, or the end, in one transaction.

        `hold` names the migrations that are not to be tried again unchanged. Raises Stale when the claim is
        over, Unavailable when the ledger is away; then nothing is written.
        """
        ...

    def postpone(self, claim: Claim, *, seconds: float) -> None:
        """Leave the stage as it is and look again later; this was no attempt."""
        ...

    def supersede(self, claim: Claim, *, head: str) -> None:
        """End the deployment in favour of one for the branch's head, which is made unless there is one."""
        ...


class ContentStore(Protocol):
    """Keeps contents by their sha256."""

    def keep(self, contents: Sequence[bytes]) -> None:
        """Keep contents; what is there already is not written again."""
        ...

    def content(self, sha256s: Sequence[str]) -> dict[str, bytes]:
        """Return kept contents by their sha256; KeyError when one is missing."""
        ...


class Kept(ContentStore, Protocol):
    """What the ledger keeps for later stages."""

    def gave(self, deployment: DeploymentId, stage: Stage, kind: type[T]) -> T:
        """Return what an earlier stage gave; KeyError when it gave nothing."""
        ...

    def recorded(self, target: str) -> dict[str, str]:
        """Return the checksum of each version that the ledger knows to be on the target."""
        ...

    def holds(self, target: str) -> tuple[Hold, ...]:
        """Return the holds in force."""
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


class Outbox(Protocol):
    """The relay's side of the ledger. Raises Unavailable."""

    def publish(self, send: Callable[[DeploymentId], None]) -> int:
        """Send the wake-ups that are due and forget them; what `send` raises leaves them where they are."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait for news of a wake-up, at most this long."""
        ...

    def wake_stalled(self, *, quiet_seconds: float) -> Sequence[DeploymentId]:
        """Wake deployments that stood still although nothing holds them up."""
        ...

    def followed_heads(self) -> dict[str, str | None]:
        """Return, for each adopted target, the commit that it was last asked for."""
        ...

    def ask(self, request: Request) -> DeploymentId:
        """Make a deployment for a head that no push told of, or join the newest if it is for that head."""
        ...

    def close(self) -> None:
        """Let the connection go; the next call opens another."""
        ...


class Care(Protocol):
    """What people decide about targets. Raises Unavailable."""

    def adopt(self, target: str, *, commit: str | None, present: Sequence[Migration], actor: str) -> None:
        """Take a target under care: record the head, and the files of the versions that it already has."""
        ...

    def release(self, target: str, *, actor: str) -> None:
        """Let a target go: pushes are recorded and wait again."""
        ...

    def ask(self, request: Request, *, confirm_head: bool) -> DeploymentId:
        """Make a deployment because a person asked for it, even for the commit of the newest one."""
        ...

    def retry(self, deployment: DeploymentId, request: Request, *, confirm_head: bool) -> DeploymentId:
        """Lift the holds of a deployment, reopen the target that it closed, and ask again."""
        ...

    def undo(self, deployment: DeploymentId, *, actor: str) -> DeploymentId:
        """Make a deployment that rolls an earlier one back. Raises MigrationRefused when that cannot be."""
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
