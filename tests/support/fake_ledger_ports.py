"""Narrow stand-ins for what the web listeners ask of the ledger, for the shapes of HTTP only.

They remember and answer; they decide nothing. Whatever depends on the ledger's rules is tested on the real
one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestrator.domain.deployment import Deployment, DeploymentId, StageRun
from orchestrator.domain.errors import BasculeError
from orchestrator.domain.event import Event
from orchestrator.domain.migration import checksum
from orchestrator.domain.push import Receipt, Request, Stored
from orchestrator.domain.target import TargetState


@dataclass
class RememberedReception:
    """Counts deployments from 1; knows a receipt again; fails when told to."""

    trouble: BasculeError | Exception | None = None
    stored: list[tuple[Receipt, tuple[Request, ...]]] = field(default_factory=list)

    def store(self, receipt: Receipt, requests: Sequence[Request]) -> Stored:
        """Remember it."""
        if self.trouble is not None:
            raise self.trouble
        ids = tuple(DeploymentId(number) for number, _ in enumerate(requests, start=1))
        new = all(known.id != receipt.id for known, _ in self.stored)
        self.stored.append((receipt, tuple(requests)))
        return Stored(new=new, deployments=ids)


@dataclass
class GivenReading:
    """Answers with what it was given."""

    states: tuple[TargetState, ...] = ()
    all: tuple[Deployment, ...] = ()
    recorded: dict[int, tuple[StageRun, ...]] = field(default_factory=dict)
    happened: tuple[Event, ...] = ()
    trouble: BasculeError | None = None

    def targets(self) -> tuple[TargetState, ...]:
        """Return the targets."""
        self._check()
        return self.states

    def deployments(self, *, target: str | None = None, limit: int = 50) -> tuple[Deployment, ...]:
        """Return the newest first."""
        self._check()
        return tuple(d for d in self.all if target in (None, d.target))[:limit]

    def deployment(self, deployment: DeploymentId) -> Deployment | None:
        """Return one."""
        self._check()
        return next((d for d in self.all if d.id == deployment), None)

    def runs(self, deployment: DeploymentId) -> tuple[StageRun, ...]:
        """Return its stages."""
        self._check()
        return self.recorded.get(deployment, ())

    def events(
        self, *, after: int = 0, deployment: DeploymentId | None = None, limit: int = 100
    ) -> tuple[Event, ...]:
        """Return what happened."""
        self._check()
        return tuple(e for e in self.happened if e.id > after and deployment in (None, e.deployment))[:limit]

    def _check(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@dataclass
class GivenContents:
    """Has the contents that it was given, by their sha256."""

    known: dict[str, bytes] = field(default_factory=dict)

    def keep(self, contents: Sequence[bytes]) -> None:
        """Keep more."""
        self.known |= {checksum(content): content for content in contents}

    def content(self, sha256s: Sequence[str]) -> dict[str, bytes]:
        """Return contents; KeyError when one is missing."""
        return {sha256: self.known[sha256] for sha256 in sha256s}
