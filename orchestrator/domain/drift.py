"""Drift: facts of a target that changed without us."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.facts import Change


class WhenDrifted(StrEnum):
    """What a deployment does on a target that has drifted."""

    WARN = "warn"
    REFUSE = "refuse"
    IGNORE = "ignore"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """A target held against the facts that are on record for it."""

    changes: tuple[Change, ...] = ()
    #: why nobody can tell; empty: it was compared
    unknown: str = ""

    @property
    def key(self) -> str:
        """The digest of the changes: the same drift, seen again, is no news."""
        lines = ("\x1d".join((c.kind, c.identity, repr(c.before), repr(c.after))) for c in self.changes)
        return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What the ledger knows of a target that may have drifted."""

    adopted: bool
    #: sha256 under which the facts are kept that it should have; None: nothing is on record
    facts: str | None = None
    #: when they were recorded
    since: datetime | None = None
    #: the deployment that changes it right now
    running: DeploymentId | None = None
    #: the stuck deployment that closed it
    closed_by: DeploymentId | None = None
    #: the drift that was told of it; it says nothing of what the target should be
    told: str | None = field(default=None, compare=False)
