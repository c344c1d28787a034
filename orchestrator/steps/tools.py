"""What the stages work with, and how one may end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.deployment import Done, Stage
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Claims, Git, Kept, Linter, Scratch, Targets
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
