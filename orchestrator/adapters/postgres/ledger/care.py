"""Targets as the ledger knows them: adoption, release, holds, reopening."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from orchestrator.adapters.postgres.ledger import deployments
from orchestrator.adapters.postgres.ledger.connection import ControlDatabase, one
from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import Cause, DeploymentId, Stage, Status, WaitingFor
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.event import EventKind
from orchestrator.domain.migration import Migration
from orchestrator.domain.push import Request

_SQL = load("sql/ledger/targets.sql")
_UNDO = load("sql/ledger/deployments.sql")


class LedgerCare:
    """The port Care on PostgreSQL."""

    def __init__(self, control: ControlDatabase, telling: Telling) -> None:
        """Connect nowhere yet."""
        self._control = control
        self._telling = telling

    def adopt(
        self,
        target: str,
        *,
        commit: str | None,
        present: Sequence[Migration],
        actor: str,
        facts: str | None = None,
    ) -> None:
        """Take a target under care: record head, facts, and the files of the versions that it already has.

        What waited for the adoption is woken. Safe to call twice: facts that are on record stay.
        """
        with self._control.transaction() as connection:
            names = {"target": target, "actor": actor, "commit": commit, "facts": facts}
            connection.execute(_SQL["adopt"], names)
            connection.execute(
                _SQL["remember_baseline"],
                {
                    "target": target,
                    "versions": [migration.version for migration in present],
                    "sha256s": [migration.file.sha256 for migration in present],
                    "rollbacks": [
                        migration.rollback.sha256 if migration.rollback else None for migration in present
                    ],
                },
            )
            deployments.append_event(connection, EventKind.TARGET_ADOPTED, target=target, actor=actor)
            deployments.wake_next(connection, target)

    def release(self, target: str, *, actor: str) -> None:
        """Let a target go: pushes are recorded and wait again."""
        with self._control.transaction() as connection:
            connection.execute(_SQL["release"], {"target": target})
            connection.execute(_SQL["forget_baseline"], {"target": target})
            deployments.append_event(connection, EventKind.TARGET_RELEASED, target=target, actor=actor)

    def ask(self, request: Request, *, confirm_head: bool) -> DeploymentId:
        """Make a deployment because a person asked for it, even for the commit of the newest one."""
        with self._control.transaction() as connection:
            return deployments.ask(connection, request, self._telling, confirm_head=confirm_head, join=False)

    def retry(self, deployment: DeploymentId, request: Request, *, confirm_head: bool) -> DeploymentId:
        """Lift the holds of a deployment, reopen the target that it closed, and ask again."""
        with self._control.transaction() as connection:
            names = {"deployment": deployment, "target": request.target, "actor": request.actor}
            about = partial(
                deployments.append_event,
                connection,
                target=request.target,
                deployment=deployment,
                actor=request.actor,
            )
            if connection.execute(_SQL["lift_holds"], names).fetchall():
                about(EventKind.HOLD_LIFTED)
            if connection.execute(_SQL["reopen"], names).fetchall():
                about(EventKind.TARGET_REOPENED)
            return deployments.ask(connection, request, self._telling, confirm_head=confirm_head, join=False)

    def undo(self, deployment: DeploymentId, *, actor: str) -> DeploymentId:
        """Make a deployment that rolls an earlier one back. Raises MigrationRefused when that cannot be."""
        with self._control.transaction() as connection:
            # first in line, then look: whoever asks at the same moment sees what we make
            connection.execute(_UNDO["lock_target_of"], {"deployment": deployment})
            row = connection.execute(_UNDO["undo_obstacles"], {"deployment": deployment}).fetchone()
            row = _refuse_undo(deployment, row)
            made = one(
                connection.execute(
                    _UNDO["create_undo"],
                    {
                        "deployment": deployment,
                        "cause": Cause.OPERATOR,
                        "actor": actor,
                        "status": Status.WAITING,
                        "waiting_for": WaitingFor.TURN,
                        "stage": Stage.ROLLBACK,
                    },
                )
            )["id"]
            deployments.append_event(
                connection,
                EventKind.DEPLOYMENT_CREATED,
                target=row["target"],
                deployment=made,
                actor=actor,
                detail={"commit": row["commit"], "cause": Cause.OPERATOR, "undoes": deployment},
            )
            deployments.wake(connection, made)
            return DeploymentId(made)


def _refuse_undo(deployment: DeploymentId, row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None:
        raise MigrationRefused(
            f"there is no deployment {deployment}", code="deployment-unknown", remedy="see: bascule status"
        )
    _refuse_its_target(row)
    if row["later_versions"]:
        raise MigrationRefused(
            f"later versions are applied on {row['target']}: {', '.join(row['later_versions'])}",
            code="not-the-newest",
            remedy="roll back the later deployments first; newest first keeps every step provable",
        )
    if not row["still_applied"]:
        raise MigrationRefused(
            f"nothing of deployment {deployment} is applied on {row['target']}",
            code="nothing-to-undo",
            remedy="see: bascule history " + row["target"],
        )
    return row


def _refuse_its_target(row: Mapping[str, Any]) -> None:
    """Refuse where the undo would not be the next to run; a closed target first, for nothing ends there."""
    if row["closed_by"] is not None:
        raise MigrationRefused(
            f"{row['target']} is closed by deployment {row['closed_by']}, which is stuck",
            code="target-closed",
            remedy=f"put the target right, then: bascule retry {row['closed_by']}",
            target=row["target"],
        )
    if row["unfinished"] is not None:
        raise MigrationRefused(
            f"deployment {row['unfinished']} of {row['target']} is not finished",
            code="target-busy",
            remedy=f"wait for it: bascule logs {row['unfinished']} -f",
        )
