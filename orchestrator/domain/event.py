"""Events: appended to the ledger, past tense. Notifications tell channels about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.deployment import DeploymentId


class EventKind(StrEnum):
    """Everything that is put on record. The values of finished deployments equal their statuses."""

    DEPLOYMENT_CREATED = "created"
    DEPLOYMENT_STARTED = "started"
    STAGE_FINISHED = "stage_finished"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    STUCK = "stuck"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    HOLD_LIFTED = "hold_lifted"
    TARGET_ADOPTED = "adopted"
    TARGET_RELEASED = "released"
    TARGET_REOPENED = "reopened"
    TARGET_UNLOCKED = "unlocked"
    DRIFTED = "drifted"
    DRIFT_ENDED = "drift_ended"
    DRIFT_ACCEPTED = "drift_accepted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened."""

    id: int
    kind: EventKind
    at: datetime
    target: str | None
    deployment: DeploymentId | None
    #: who or what caused it
    actor: str
    detail: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Notification:
    """What to tell one channel about one event."""

    id: int
    channel: str
    #: how often it was tried before
    attempts: int
    #: the message, made from ledger rows when the event was appended; never holds a secret
    message: "Message"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """The facts of an outcome, for any channel to put into words.

    What is about a target alone, such as its drift, has no deployment, and nothing that belongs to one.
    """

    event: EventKind
    at: datetime
    target: str
    deployment: DeploymentId | None
    repository: str = ""
    branch: str = ""
    commit: str = ""
    subject: str = ""
    actor: str = ""
    #: why the deployment exists, a value of Cause; a newer version may know more of them
    cause: str = ""
    #: versions that were applied, reverted or refused, as the status says
    migrations: tuple[str, ...] = ()
    #: versions whose files left the branch: undone by a success, applied again by a rollback, else not
    left: tuple[str, ...] = ()
    #: one line each, worst first
    reasons: tuple[str, ...] = ()
    remedy: str = ""
    took_seconds: float = 0.0
    #: where the deployment can be read; empty when no page is reachable
    link: str = ""
