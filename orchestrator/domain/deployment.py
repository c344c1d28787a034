"""A deployment: bringing one target to one commit, stage by stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, NewType, TypeVar

from orchestrator.domain.dropped import Counted
from orchestrator.domain.errors import Failure
from orchestrator.domain.facts import Change
from orchestrator.domain.finding import Finding
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.migration import Migration

DeploymentId = NewType("DeploymentId", int)

T = TypeVar("T")


class Status(StrEnum):
    """Where a deployment stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    #: the target is untouched
    REFUSED = "refused"
    #: aborted or unavailable, nothing committed
    FAILED = "failed"
    #: something was committed and is undone
    ROLLED_BACK = "rolled_back"
    #: a person is needed; nothing else runs on this target until then
    STUCK = "stuck"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


#: statuses that never change again
TERMINAL = frozenset(Status) - {Status.WAITING, Status.RUNNING}


class WaitingFor(StrEnum):
    """What a waiting deployment waits for."""

    ADOPTION = "adoption"
    APPROVAL = "approval"
    WINDOW = "window"
    LOCK = "lock"
    TURN = "turn"


class Stage(StrEnum):
    """One step of a deployment; recipe.py says in which order."""

    CHECKOUT = "checkout"
    PLAN = "plan"
    VALIDATE = "validate"
    OBSERVE = "observe"
    REHEARSE = "rehearse"
    APPLY = "apply"
    SMOKE = "smoke"
    ROLLBACK = "rollback"


class Outcome(StrEnum):
    """How a stage ended."""

    PASSED = "passed"
    REFUSED = "refused"
    FAILED = "failed"
    SKIPPED = "skipped"


class Cause(StrEnum):
    """Why a deployment exists."""

    PUSH = "push"
    MERGE = "merge"
    #: no webhook told of this head
    RECONCILIATION = "reconciliation"
    #: the commit that was asked for is no longer the branch's head
    HEAD_MOVED = "head-moved"
    OPERATOR = "operator"

    @property
    def words(self) -> str:
        """Say it as people read it."""
        return "found by reconciliation" if self is Cause.RECONCILIATION else self.value.replace("-", " ")


class RollbackMethod(StrEnum):
    """How a rollback was done."""

    #: the database undid an open transaction
    ABORTED = "aborted"
    #: rollback scripts ran after commit
    REVERTED = "reverted"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """One row of the ledger."""

    id: DeploymentId
    target: str
    repository: str
    branch: str
    commit: str
    cause: Cause
    #: who pushed, merged or asked
    actor: str
    status: Status
    waiting_for: WaitingFor | None
    stage: Stage
    #: how often the present stage was begun
    attempts: int
    created: datetime
    #: when the present stage was entered
    stage_entered: datetime
    started: datetime | None = None
    finished: datetime | None = None
    failure: Failure | None = None
    #: False: a person asked for just this commit, whatever the head is
    confirm_head: bool = True
    #: the earlier deployment that a person wants undone
    undoes: DeploymentId | None = None
    #: of what that one applied, this version and all before it stay; None: nothing stays
    undo_to: str | None = None
    #: a person decided that the rollback may drop rows that the undone deployment did not write
    drop_rows: bool = False
    #: so often in a row somebody was in the way of what the present stage writes to the target
    lock_tries: int = 0
    #: who that was, in words; empty when nobody is
    in_the_way: str = ""

    @property
    def needs_a_person(self) -> bool:
        """Tell whether it waits for more than its turn."""
        return self.status is Status.WAITING and self.waiting_for not in (None, WaitingFor.TURN)

    @property
    def is_blocked(self) -> bool:
        """Tell whether somebody held a lock that its stage needs, when it was tried last."""
        return self.status is Status.RUNNING and bool(self.in_the_way)


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """Somebody holds a lock on the target that a stage needs."""

    #: so often in a row
    tries: int
    #: for people
    who: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Done(Generic[T]):
    """What a stage ended with: its outcome, what it gives to later stages, and what it saw."""

    outcome: Outcome
    #: None when the stage could not finish its work
    gave: T | None = None
    findings: tuple[Finding, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """The target just before anything changes."""

    #: sha256 under which the ledger keeps the facts
    facts: str
    fingerprint: str
    matrix: Matrix
    #: the same with what made-up rows showed on the target itself; None: none were made up there, for the
    #: rehearsal makes them up on the copy, or the target does not allow it
    rows: Matrix | None = None
    #: how often this deployment looked; more than once when somebody else changed the target meanwhile
    times: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedMigration:
    """A migration that committed together with its history row."""

    migration: Migration
    #: 0 when an earlier attempt at the stage had committed it already
    took_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What the apply stage committed, in order."""

    migrations: tuple[AppliedMigration, ...] = ()
    #: versions whose files left the branch, and that were undone before, newest first
    reverted: tuple[str, ...] = ()
    #: the migration that failed; it is the culprit
    culprit: Migration | None = None
    #: all in one transaction, which was to be committed only if the probes pass
    at_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Smoke:
    """The target after the deployment; findings say what got worse."""

    after: Matrix
    #: sha256 under which the ledger keeps the facts of then
    facts: str
    fingerprint: str
    #: sha256 of the facts that the target should have from now on: without what others changed
    expect: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rollback:
    """The decision and its record."""

    method: RollbackMethod
    #: versions undone, in the order in which it was done (newest first)
    reverted: tuple[str, ...] = ()
    #: versions applied again that the deployment had undone because their files left, oldest first
    restored: tuple[str, ...] = ()
    #: those that should have been, and were not
    not_restored: tuple[str, ...] = ()
    #: facts that are not what they were before the deployment
    left_behind: tuple[Change, ...] = ()
    #: facts that others changed meanwhile: reported, and nobody's fault
    drift: tuple[Change, ...] = ()
    #: what was in the tables and columns that it drops, just before, and was not of our writing
    at_stake: tuple[Counted, ...] = ()
    #: the target's fingerprint afterwards
    fingerprint: str | None = None
    #: sha256 of the facts that the target should have from now on; None: what it should have before
    expect: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StageRun:
    """One recorded end of a stage, for people to read."""

    stage: Stage
    outcome: Outcome
    attempt: int
    started: datetime
    finished: datetime
    findings: tuple[Finding, ...]
    failure: Failure | None
    #: what the stage gave, as JSON
    gave: Mapping[str, Any] | None
