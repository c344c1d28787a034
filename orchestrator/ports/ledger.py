"""The ledger, one port for each of those who talk to it. Tests use the real one: it is never faked."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from orchestrator.domain.deployment import Blocked, Deployment, DeploymentId, Done, Stage, StageRun, Status
from orchestrator.domain.drift import Drift, Watched
from orchestrator.domain.event import Event
from orchestrator.domain.finding import Finding
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Hold, Record
from orchestrator.domain.push import Receipt, Request, Stored
from orchestrator.domain.target import TargetState

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """The right to carry out one stage of one deployment, for as long as our connection lives."""

    deployment: Deployment
    #: raised at every claim; a result is recorded only under the newest
    number: int
    #: what the stage needs was away at the last attempt, and only this claim looks at such things now
    in_doubt: bool = False


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

    def postpone(
        self, claim: Claim, *, seconds: float, in_doubt: bool = False, in_the_way: Blocked | None = None
    ) -> None:
        """Leave the stage as it is and look again later; this was no attempt.

        `in_doubt`: something was away. Then of all such deployments one at a time is claimed, so that what
        answers nobody takes no more than one worker's slot. `in_the_way`: kept with the deployment until its
        stage ends.
        """
        ...

    def trust(self, claim: Claim) -> None:
        """Let others that are in doubt be claimed: what this one needs is there again."""
        ...

    def go_back(self, claim: Claim, stage: Stage) -> None:
        """Enter an earlier stage once more: what it found does not hold any longer."""
        ...

    def newer_waits(self, claim: Claim) -> bool:
        """Tell whether a head that was told of later waits for its turn on the same target."""
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

    def findings(self, deployment: DeploymentId, stage: Stage) -> tuple[Finding, ...]:
        """Return what an earlier stage saw; nothing where it has not ended."""
        ...

    def recorded(self, target: str) -> dict[str, str]:
        """Return the checksum of each version that the ledger knows to be on the target."""
        ...

    def applied(self, target: str) -> tuple[Record, ...]:
        """Return what the ledger knows to be on the target, in the order of application."""
        ...

    def expected(self, target: str) -> str | None:
        """Return the sha256 of the kept facts that the target should have; None: none are on record."""
        ...

    def epoch(self, target: str) -> int | None:
        """Return the newest epoch that the target may have minted for us; None: nobody counts there."""
        ...

    def allow_epoch(self, target: str, epoch: int) -> None:
        """Put on record that the target is about to mint this epoch for us.

        Raises ConfigurationError when it minted others that we know nothing of: we are an old backup.
        """
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

    def send_looks(
        self, send: Callable[[str], None], *, targets: Collection[str], every_seconds: float, at_once: int
    ) -> tuple[str, ...]:
        """Send for a look at those of these targets that had none for so long, and that nothing runs on.

        At most `at_once` of them, those first that were not looked at for longest.
        Any number of relays may do so: each target is sent for once. What `send` raises leaves them due.
        """
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


class Keeping(Protocol):
    """How long the ledger keeps what nobody needs any more. Raises Unavailable."""

    def forget(self, *, older_than_seconds: float, limit: int) -> int:
        """Forget up to so many rows that are older, and return how many; 0: all is gone, or another does it.

        What a rollback, a hold, or the newest deployments of a target need is never forgotten.
        """
        ...


class Watching(Protocol):
    """What targets should be, and what they were seen to be instead. Raises Unavailable."""

    def watched(self, target: str) -> Watched:
        """Return what is on record for a target."""
        ...

    def saw(self, target: str, drift: Drift, *, since: Watched) -> bool:
        """Record what a comparison showed, and tell of a drift that was not told before.

        False, and nothing is recorded: something ran or was recorded since then, so it says nothing.
        """
        ...

    def accept(self, target: str, facts: str, drift: Drift, *, since: Watched, actor: str) -> bool:
        """Put these facts on record as what the target should have. False: as in `saw`."""
        ...


class Care(Protocol):
    """What people decide about targets. Raises Unavailable."""

    def adopt(
        self,
        target: str,
        *,
        commit: str | None,
        present: Sequence[Migration],
        actor: str,
        facts: str | None = None,
        epoch: int | None = None,
    ) -> None:
        """Take a target under care: record head, facts, and the files of the versions that it already has.

        `epoch` is what its fence has.
        `facts` is the sha256 under which they are kept; adopting again leaves those that are on record.
        """
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

    def cancel(self, deployment: DeploymentId, *, actor: str) -> None:
        """End a deployment that has not come to its target yet; what waits there is woken.

        A stage that is under way goes on to its end, and nothing of it is recorded. Raises MigrationRefused
        when the deployment is over, or when it is at a stage that changes the target.
        """
        ...

    def undo(
        self, deployment: DeploymentId, *, actor: str, to: str | None = None, drop_rows: bool = False
    ) -> DeploymentId:
        """Make a deployment that rolls an earlier one back. Raises MigrationRefused when that cannot be.

        With `to`, that version and all before it stay. `drop_rows`: it may drop rows that the undone
        deployment did not write.
        """
        ...

    def unlock(self, target: str, *, because: str, actor: str) -> DeploymentId:
        """Open a target that a stuck deployment closed, and return that one. Holds stay.

        Raises MigrationRefused where nothing closed it.
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
