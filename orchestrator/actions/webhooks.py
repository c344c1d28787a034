"""What a person may ask about webhooks: which came, take one up again, does ours arrive."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from orchestrator.adapters.forges.trial import FORMS, Answer, Form, send, trial
from orchestrator.domain.deployment import Cause, DeploymentId
from orchestrator.domain.errors import ConfigurationError, MigrationRefused, PushRejected
from orchestrator.domain.push import Heard, Push, PushKind, Request, requests_of
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Care, Deliveries, Forge, Reception

Forges = Callable[[str], Forge]

_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not listened on


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """A delivery on record, and what became of it."""

    id: int
    received: datetime
    repository: str
    forge: str
    event: str
    receipt: str
    #: the refs that it told of
    pushes: tuple[Push, ...]
    deployments: tuple[DeploymentId, ...]
    #: why it made no deployment; empty when it did
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What was done about a delivery that a person took up again."""

    id: int
    #: deployments that were made anew, by target
    made: Mapping[str, DeploymentId]
    #: those that the delivery had made before
    earlier: tuple[DeploymentId, ...]
    #: the targets that follow what it told of
    follow: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """One secret, tried out."""

    #: its place in webhook_secret, from 1
    number: int
    answer: Answer

    @property
    def accepted(self) -> bool:
        """Tell whether the signature was believed."""
        return self.answer.status == 200  # noqa: PLR2004 - HTTP's own


def newest(
    deliveries: Deliveries, forges: Forges, *, repository: str | None, limit: int
) -> tuple[Delivered, ...]:
    """Return the newest deliveries that were stored: what is ignored or refused is not."""
    heard = deliveries.newest(repository=repository, limit=limit)
    return tuple(_delivered(one, forges) for one in heard)


def replay(
    number: int,
    *,
    deliveries: Deliveries,
    forges: Forges,
    targets: Sequence[TargetPolicy],
    reception: Reception,
    care: Care,
    actor: str,
    anew: bool,
) -> Replayed:
    """Take a stored delivery through reception again; with `anew` ask for its deployments whatever there was.

    The branch's head decides what is deployed, as ever. Raises MigrationRefused for a number that is none's.
    """
    heard = deliveries.one(number)
    if heard is None:
        raise MigrationRefused(
            f"there is no delivery {number}",
            code="delivery-unknown",
            remedy="see: bascule webhook list",
            delivery=number,
        )
    receipt = heard.receipt
    requests = requests_of(receipt.repository, forges(receipt.forge).pushes(receipt), targets)
    made: dict[str, DeploymentId] = {}
    if anew:
        made = {one.target: care.ask(_by_person(one, actor), confirm_head=True) for one in requests}
    else:
        reception.store(receipt, requests)
    return Replayed(
        id=number,
        made=made,
        earlier=heard.deployments,
        follow=tuple(sorted(one.target for one in requests)),
    )


def try_out(forge: str, secrets: Sequence[bytes], url: str) -> tuple[Tried, ...]:
    """Deliver a signed trial with each secret. Raises Unavailable when nobody answers."""
    return tuple(
        Tried(number=number, answer=send(url, *trial(forge, secret)))
        for number, secret in enumerate(secrets, start=1)
    )


def form_of(forge: str) -> Form:
    """Return what to fill in at a forge."""
    return FORMS[forge]


def address_of(repository: str, host: str, port: int) -> str:
    """Return where the service of this machine takes a repository's webhooks. Raises ConfigurationError."""
    if port == 0:
        raise ConfigurationError(
            "service.listen lets the system choose the port",
            code="webhook-address",
            remedy="name the address with --url; the service's log says it where it says listening",
        )
    reachable = _EVERYWHERE.get(host, host)
    place = f"[{reachable}]" if ":" in reachable else reachable
    return f"http://{place}:{port}/webhooks/{repository}"


def known(repository: str, repositories: Sequence[str]) -> None:
    """Raise ConfigurationError for a repository that is not in the settings."""
    if repository not in repositories:
        raise ConfigurationError(
            f"there is no repository {repository!r}",
            code="repository-unknown",
            remedy=f"repositories in the settings: {', '.join(sorted(repositories)) or 'none'}",
            repository=repository,
        )


def _by_person(request: Request, actor: str) -> Request:
    return Request(
        target=request.target,
        repository=request.repository,
        branch=request.branch,
        commit=request.commit,
        cause=Cause.OPERATOR,
        actor=actor,
    )


def _delivered(heard: Heard, forges: Forges) -> Delivered:
    receipt = heard.receipt
    try:
        pushes, note = forges(receipt.forge).pushes(receipt), ""
    except PushRejected as error:
        pushes, note = (), error.message
    return Delivered(
        id=heard.id,
        received=heard.received,
        repository=receipt.repository,
        forge=receipt.forge,
        event=receipt.event,
        receipt=receipt.id,
        pushes=tuple(push for push in pushes if push.kind is not PushKind.IGNORED),
        deployments=heard.deployments,
        note="" if heard.deployments else note or _why_nothing(pushes),
    )


def _why_nothing(pushes: Sequence[Push]) -> str:
    if any(push.kind in (PushKind.PUSH, PushKind.MERGE) for push in pushes):
        return "its commit was asked for already"
    return "a deleted branch deploys nothing"
