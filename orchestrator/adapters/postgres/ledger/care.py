"""Targets as the ledger knows them: adoption, release, holds, reopening."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from orchestrator.adapters.postgres.ledger import deployments
from orchestrator.adapters.postgres.ledger.connection import ControlDatabase, one
from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain import cancelling
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
        epoch: int | None = None,
    ) -> None:
        """Take a target under care: record head, facts, and the files of the versions that it already has.

        What waited for the adoption is woken. Safe to call twice: facts that are on record stay.
        """
        with self._control.transaction() as connection:
            names = {"target": target, "actor": actor, "commit": commit, "facts": facts, "epoch": epoch}
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

    def unlock(self, target: str, *, because: str, actor: str) -> DeploymentId:
        """Open a target that a stuck deployment closed; what waits there begins."""
        with self._control.transaction() as connection:
            row = connection.execute(_SQL["unlock"], {"target": target}).fetchone()
            if row is None:
                raise MigrationRefused(
                    f"{target} is not closed",
                    code="target-open",
                    remedy=f"see: bascule status {target}",
                    target=target,
                )
            closed_by = DeploymentId(row["closed_by"])
            deployments.append_event(
                connection,
                EventKind.TARGET_UNLOCKED,
                target=target,
                deployment=closed_by,
                actor=actor,
                detail={"because": because},
            )
            deployments.wake_next(connection, target)
            return closed_by

    def cancel(self, deployment: DeploymentId, *, actor: str) -> None:
        """End a deployment before it changes its target. Raises MigrationRefused when it is too late."""
        with self._control.transaction() as connection:
            row = connection.execute(_UNDO["lock_deployment"], {"deployment": deployment}).fetchone()
            if row is None:
                raise _unknown(deployment)
            why = cancelling.of(deployments.read_deployment(row), actor=actor)
            deployments.finish(
                connection, deployment, Status.CANCELLED, self._telling, failure=why, actor=actor
            )

    def undo(
        self, deployment: DeploymentId, *, actor: str, to: str | None = None, drop_rows: bool = False
    ) -> DeploymentId:
        """Make a deployment that rolls an earlier one back. Raises MigrationRefused when that cannot be."""
        with self._control.transaction() as connection:
            # first in line, then look: whoever asks at the same moment sees what we make
            connection.execute(_UNDO["lock_target_of"], {"deployment": deployment})
            row = connection.execute(_UNDO["undo_obstacles"], {"deployment": deployment}).fetchone()
            row = _refuse_undo(deployment, row, to)
            made = one(
                connection.execute(
                    _UNDO["create_undo"],
                    {
                        "deployment": deployment,
                        "cause": Cause.OPERATOR,
                        "actor": actor,
                        "undo_to": to,
                        "drop_rows": drop_rows,
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
                detail={"commit": row["commit"], "cause": Cause.OPERATOR, "undoes": deployment}
                | ({"to": to} if to else {})
                | ({"drop_rows": True} if drop_rows else {}),
            )
            deployments.wake(connection, made)
            return DeploymentId(made)


def _refuse_undo(deployment: DeploymentId, row: dict[str, Any] | None, to: str | None) -> dict[str, Any]:
    if row is None:
        raise _unknown(deployment)
    _refuse_its_target(row)
    if row["later_versions"]:
        raise MigrationRefused(
            f"later versions are applied on {row['target']}: {', '.join(row['later_versions'])}",
            code="not-the-newest",
            remedy="roll back the later deployments first; newest first keeps every step provable",
        )
    applied = row["applied_versions"] or []
    if not applied or to == applied[-1]:
        which = f"of deployment {deployment}{f' after {to}' if applied else ''}"
        raise MigrationRefused(
            f"nothing {which} is applied on {row['target']}",
            code="nothing-to-undo",
            remedy="see: bascule history " + row["target"],
        )
    if to is not None and to not in applied:
        raise MigrationRefused(
            f"deployment {deployment} has no version {to} on {row['target']}: nothing could end there",
            code="version-unknown",
            remedy=f"name one of: {', '.join(sorted(applied))}",
            version=to,
        )
    return row


def _unknown(deployment: DeploymentId) -> MigrationRefused:
    return MigrationRefused(
        f"there is no deployment {deployment}", code="deployment-unknown", remedy="see: bascule status"
    )


def _refuse_its_target(row: Mapping[str, Any]) -> None:
    """Refuse where the undo would not be the next to run; a closed target first, for nothing ends there."""
    if row["closed_by"] is not None and not row["closed_it"]:
        raise MigrationRefused(
            f"{row['target']} is closed by deployment {row['closed_by']}, which is stuck",
            code="target-closed",
            remedy=f"put the target right, then: bascule retry {row['closed_by']}; or only open it: "
            f"bascule unlock {row['target']} --because …",
            target=row["target"],
        )
    in_front = row["in_front"] if row["closed_it"] else row["unfinished"]
    if in_front is not None:
        raise MigrationRefused(
            f"deployment {in_front} of {row['target']} is not finished",
            code="target-busy",
            remedy=f"wait for it: bascule logs {in_front} -f",
        )
