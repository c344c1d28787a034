"""What the stages work with, and how one may end."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from orchestrator.domain.adoption import ledger_behind
from orchestrator.domain.deployment import Done, Stage
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.target import Fence, TargetPolicy
from orchestrator.ports import Claim, Claims, Git, Kept, Linter, Scratch, Targets, TargetWriter
from orchestrator.stages import checkout


@dataclass(frozen=True, kw_only=True, slots=True)
class GoBack:
    """What an earlier stage found does not hold any longer: that stage comes once more."""

    to: Stage
    why: str


#: how a stage may end: with an outcome, overtaken by the head, not yet, or not any longer
Result = Done[Any] | checkout.HeadMoved | checkout.NotYet | GoBack


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What the stages work with."""

    claims: Claims
    kept: Kept
    git: Git
    targets: Targets
    linter: Linter
    scratch: Scratch
    #: by the target's name
    policies: Mapping[str, TargetPolicy]

    def policy(self, target: str) -> TargetPolicy:
        """Return a target's policy. Raises ConfigurationError when the settings no longer name it."""
        if target not in self.policies:
            raise ConfigurationError(
                f"the settings have no target {target}",
                code="target-unknown",
                remedy=f"add [targets.{target}], or ignore its old deployments",
                target=target,
            )
        return self.policies[target]


def writing(claim: Claim, tools: Tools) -> AbstractContextManager[TargetWriter]:
    """Open the claim's target to write, if this ledger knows what it minted for us so far."""
    target = claim.deployment.target
    return tools.targets.writing(
        target,
        ledger_id=tools.claims.ledger_id,
        allow=partial(tools.kept.allow_epoch, target),
        tried=claim.deployment.lock_tries,
    )


def refuse_if_behind(fence: Fence | None, claim: Claim, tools: Tools) -> None:
    """Raise ConfigurationError where the target was written to in our name, and we know nothing of it."""
    known = tools.kept.epoch(claim.deployment.target)
    ours = fence is not None and fence.owner == tools.claims.ledger_id
    if fence is not None and ours and known is not None and fence.epoch > known:
        raise ledger_behind(claim.deployment.target, found=fence.epoch, known=known)
