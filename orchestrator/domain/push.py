"""What a forge told us."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.deployment import Cause, DeploymentId
from orchestrator.domain.target import TargetPolicy


class PushKind(StrEnum):
    """What happened to the branch."""

    PUSH = "push"
    MERGE = "merge"
    #: the branch was deleted; nothing is deployed
    DELETION = "deletion"
    #: something that never deploys: a ping, a tag, another event
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """One ref that a delivery told about. A hint only: git decides what the head is."""

    kind: PushKind
    #: branch without refs/heads/; empty where nothing deploys
    branch: str = ""
    #: the commit that the branch then had; empty where nothing deploys
    commit: str = ""
    actor: str = ""
    #: why it is ignored, for the sender to read
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """One delivery of a webhook as it came in; its id makes a redelivery harmless."""

    repository: str
    forge: str
    #: the sender's id of the event, the same in every redelivery
    id: str
    event: str
    body: bytes
    #: the headers that are kept; never a signature or a token
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a push asks of one target: to be brought to this commit."""

    target: str
    repository: str
    branch: str
    commit: str
    cause: Cause
    actor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What became of a delivery."""

    #: False for a receipt that was stored before
    new: bool
    #: the deployments that it made or joined: for a new receipt one for each request, in their order
    deployments: tuple[DeploymentId, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A delivery of a webhook as the ledger has it."""

    #: its number in the ledger, for people to name it
    id: int
    received: datetime
    receipt: Receipt
    #: those that it made; one that it only joined is another delivery's
    deployments: tuple[DeploymentId, ...] = ()


def requests_of(
    repository: str, pushes: Iterable[Push], targets: Iterable[TargetPolicy]
) -> tuple[Request, ...]:
    """Find the targets that follow the pushed branches; names are compared exactly."""
    causes = {PushKind.PUSH: Cause.PUSH, PushKind.MERGE: Cause.MERGE}
    return tuple(
        Request(
            target=target.name,
            repository=repository,
            branch=push.branch,
            commit=push.commit,
            cause=causes[push.kind],
            actor=push.actor,
        )
        for push in pushes
        if push.kind in causes
        for target in targets
        if (target.repository, target.branch) == (repository, push.branch)
    )
