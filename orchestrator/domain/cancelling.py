"""Which deployments a person may call off."""

from typing import Final

from orchestrator.domain.deployment import Deployment, Stage, Status
from orchestrator.domain.errors import Failure, MigrationRefused

#: stages that only read the target; from apply on, what was begun has to come to an end that is known
BEFORE_ANY_CHANGE: Final = frozenset(
    {Stage.CHECKOUT, Stage.PLAN, Stage.VALIDATE, Stage.OBSERVE, Stage.REHEARSE}
)


def of(deployment: Deployment, *, actor: str) -> Failure:
    """Say why it ends when this person cancels it now. Raises MigrationRefused when they cannot."""
    if deployment.finished is not None:
        raise MigrationRefused(
            f"deployment {deployment.id} is over: {deployment.status}",
            code="finished-already",
            remedy=f"see: bascule show {deployment.id}",
            deployment=deployment.id,
        )
    if deployment.status is Status.RUNNING and deployment.stage not in BEFORE_ANY_CHANGE:
        raise MigrationRefused(
            f"deployment {deployment.id} is at {deployment.stage}: what it began there has to come to an end",
            code="changing-already",
            remedy=f"follow it: bascule logs {deployment.id} -f; then, to undo it: "
            f"bascule rollback {deployment.id}",
            deployment=deployment.id,
            stage=deployment.stage.value,
        )
    return Failure.of(
        MigrationRefused(
            f"{actor} cancelled it before it changed anything",
            code="cancelled",
            remedy=f"to deploy after all: bascule retry {deployment.id}",
        )
    )
