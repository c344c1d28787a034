"""What becomes of one delivery: verified, understood, stored, and only then acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import ConfigurationError, PushRejected
from orchestrator.domain.push import Push, PushKind, Receipt, Request, Stored, requests_of
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Forge, Reception


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryHooks:
    """How a repository's deliveries are read."""

    forge: Forge
    #: every secret that is valid now; several while one replaces another
    secrets: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A deployment, as the sender of the delivery is told about it."""

    id: DeploymentId
    #: empty for a receipt that was stored before: the settings may have changed since
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """The answer to a delivery that was verified."""

    #: stored, stored-before or ignored
    outcome: str
    receipt: str
    deployments: tuple[Told, ...] = ()
    #: why nothing is deployed; empty when something is
    note: str = ""

    @property
    def stored_now(self) -> bool:
        """Something was stored that will be worked on: HTTP calls that accepted."""
        return self.outcome == "stored" and bool(self.deployments)


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Receives deliveries. Knows nothing of HTTP; blocks while it stores."""

    repositories: Mapping[str, RepositoryHooks]
    targets: Sequence[TargetPolicy]
    store: Reception

    def __post_init__(self) -> None:
        for name, hooks in self.repositories.items():
            if not hooks.secrets or not all(hooks.secrets):
                raise ConfigurationError(
                    f'The repository "{name}" has no webhook secret, or an empty one.',
                    code="webhook-secret-missing",
                    remedy=f"Set repositories.{name}.webhook_secret to a random text of at least 32"
                    " characters, and the same on the forge.",
                    repository=name,
                )

    def hooks(self, repository: str) -> RepositoryHooks:
        """Find a repository. Raises PushRejected when there is none."""
        found = self.repositories.get(repository)
        if found is None:
            raise PushRejected(
                "There is no repository of this name here.",
                code="repository-unknown",
                remedy="The address ends in the repository's name from the settings: [repositories.<name>].",
            )
        return found

    def verify(self, repository: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Find out who sent this. Raises PushRejected."""
        hooks = self.hooks(repository)
        return hooks.forge.receipt(repository, headers, body, hooks.secrets)

    def accept(self, receipt: Receipt) -> Received:
        """Store what concerns a followed branch. Raises PushRejected, or Unavailable: nothing is stored."""
        pushes = self.hooks(receipt.repository).forge.pushes(receipt)
        followed = sorted({t.branch for t in self.targets if t.repository == receipt.repository})
        if not any(push.branch in followed for push in pushes):
            return Received(outcome="ignored", receipt=receipt.id, note=_why_ignored(pushes, followed))
        found = requests_of(receipt.repository, pushes, self.targets)
        requests = sorted(found, key=lambda request: request.target)
        return _received(receipt, requests, self.store.store(receipt, requests))


def _received(receipt: Receipt, requests: Sequence[Request], stored: Stored) -> Received:
    if not stored.new:
        known = tuple(Told(id=deployment, target="") for deployment in stored.deployments)
        note = "This delivery was stored before; nothing changed."
        return Received(outcome="stored-before", receipt=receipt.id, deployments=known, note=note)
    made = tuple(
        Told(id=deployment, target=request.target)
        for deployment, request in zip(stored.deployments, requests, strict=True)
    )
    note = "" if made else "A deleted branch deploys nothing."
    return Received(outcome="stored", receipt=receipt.id, deployments=made, note=note)


def _why_ignored(pushes: Sequence[Push], followed: Sequence[str]) -> str:
    notes = [push.note for push in pushes if push.kind is PushKind.IGNORED]
    if notes:
        return " ".join(notes)
    told = ", ".join(sorted({push.branch for push in pushes}))
    return f"No target follows {told or 'this'}. Followed branches: {', '.join(followed) or 'none'}."
