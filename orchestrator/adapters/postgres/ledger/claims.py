"""How a worker takes a deployment, carries out one stage, and records what came of it.

The claim is held by a session lock of the control database: it is free in the instant in which the worker's
connection dies. Everything that a stage leads to commits in one transaction, under the newest claim only.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from psycopg.types.json import Jsonb

from orchestrator.adapters.postgres.ledger import deployments
from orchestrator.adapters.postgres.ledger.codec import encode
from orchestrator.adapters.postgres.ledger.connection import (
    Connection,
    ControlDatabase,
    one,
    speaking_to_the_ledger,
)
from orchestrator.adapters.postgres.ledger.deployments import OURSELVES, Telling, read_deployment
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import (
    Applied,
    Blocked,
    Cause,
    Deployment,
    DeploymentId,
    Done,
    Outcome,
    Rollback,
    Smoke,
    Stage,
    Status,
    WaitingFor,
)
from orchestrator.domain.errors import Stale
from orchestrator.domain.event import EventKind
from orchestrator.domain.finding import Finding
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.domain.push import Request
from orchestrator.ports import Claim

log = structlog.get_logger()

_SQL = load("sql/ledger/claims.sql")
#: when one in doubt is looked at again that another kept from its turn
_DOUBT_SECONDS: Final = 1.0

_READY = load("sql/ledger/reading.sql")["ready"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldClaim(Claim):
    """A claim with the connection whose session holds the target's lock."""

    connection: Connection


class LedgerClaims:
    """The port Claims on PostgreSQL."""

    def __init__(self, control: ControlDatabase, telling: Telling) -> None:
        """Connect nowhere yet."""
        self._control = control
        self._telling = telling
        self._ledger_id = ""

    @property
    def ledger_id(self) -> str:
        """Who we are for the targets' fences."""
        if not self._ledger_id:
            with self._control.joined() as connection:
                self._ledger_id = one(connection.execute(_READY))["id"]
        return self._ledger_id

    @contextmanager
    def claim(self, deployment: DeploymentId) -> Iterator[Claim | None]:
        """Take the target, in order; the lock is given back with the record, or at the end."""
        with self._control.session() as connection:
            # an error of the stage's own database work is not the ledger's: only this much is translated
            with speaking_to_the_ledger():
                taken = self._take(connection, deployment)
            yield taken

    def _take(self, connection: Connection, wanted: DeploymentId) -> HeldClaim | None:
        with connection.transaction():
            row = connection.execute(_SQL["take"], {"deployment": wanted}).fetchone()
            if row is None or not row["taken"] or not _is_known(row):
                return None
            if row["started"] is None and not self._may_start(connection, row["target"], wanted):
                return None
            if row["in_doubt"] and not one(connection.execute(_SQL["doubt"]))["mine"]:
                deployments.wake(connection, wanted, seconds=_DOUBT_SECONDS)
                return None
            return _begin(connection, wanted, first=row["started"] is None)

    def _may_start(self, connection: Connection, target: str, deployment: DeploymentId) -> bool:
        """Start in order; what a newer push has overtaken ends here, what must wait says what for."""
        names = {"target": target, "deployment": deployment}
        turn = one(connection.execute(_SQL["turn"], names))
        obstacle = _obstacle(turn)
        if turn["following"] != deployment:
            if turn["following_undoes"] is None:
                deployments.finish(connection, deployment, Status.SUPERSEDED, self._telling)
                return False
            obstacle = obstacle or WaitingFor.TURN
        if obstacle is not None:
            connection.execute(_SQL["wait"], {**names, "status": Status.WAITING, "waiting_for": obstacle})
        return obstacle is None

    def record(
        self, claim: Claim, done: Done[Any], then: Stage | Status, *, hold: Sequence[Migration] = ()
    ) -> None:
        """Write outcome, consequences and the next wake-up, or the end, in one transaction."""
        with self._holding(claim) as connection:
            deployment = claim.deployment
            connection.execute(_SQL["record_stage"], _stage_row(deployment, done))
            _remember(connection, deployment, done)
            if hold:
                _hold(connection, deployment, done, hold)
            if isinstance(then, Status):
                deployments.finish(connection, deployment.id, then, self._telling, failure=done.failure)
            else:
                connection.execute(
                    _SQL["enter_stage"],
                    {"deployment": deployment.id, "stage": then, "failure": encode(done.failure)},
                )
                deployments.wake(connection, deployment.id)
            crash_point(f"{deployment.stage}: in record")

    def postpone(
        self, claim: Claim, *, seconds: float, in_doubt: bool = False, in_the_way: Blocked | None = None
    ) -> None:
        """Leave the stage as it is and look again later; this was no attempt."""
        with self._holding(claim) as connection:
            names = {
                "deployment": claim.deployment.id,
                "in_doubt": in_doubt,
                "lock_tries": in_the_way.tries if in_the_way else None,
                "in_the_way": in_the_way.who if in_the_way else None,
            }
            connection.execute(_SQL["postpone"], names)
            deployments.wake(connection, claim.deployment.id, seconds=seconds)

    def trust(self, claim: Claim) -> None:
        """Give back the one turn that all in doubt share."""
        assert isinstance(claim, HeldClaim)
        with speaking_to_the_ledger():
            claim.connection.execute(_SQL["trust"])

    def go_back(self, claim: Claim, stage: Stage) -> None:
        """Enter an earlier stage once more."""
        with self._holding(claim) as connection:
            row = {"deployment": claim.deployment.id, "stage": stage, "failure": None}
            connection.execute(_SQL["enter_stage"], row)
            deployments.wake(connection, claim.deployment.id)

    def newer_waits(self, claim: Claim) -> bool:
        """Ask on the claim's own connection."""
        assert isinstance(claim, HeldClaim)
        with speaking_to_the_ledger():
            row = one(claim.connection.execute(_SQL["newer_waits"], {"deployment": claim.deployment.id}))
        return bool(row["waits"])

    def supersede(self, claim: Claim, *, head: str) -> None:
        """End the deployment in favour of the head's, unless the head was what counted last anyway."""
        old = claim.deployment
        with self._holding(claim) as connection:
            deployments.finish(connection, old.id, Status.SUPERSEDED, self._telling)
            newest = deployments.newest_head(connection, old.target, but_not=old.id)
            if newest is None or newest[1] != head:
                request = Request(
                    target=old.target,
                    repository=old.repository,
                    branch=old.branch,
                    commit=head,
                    cause=Cause.HEAD_MOVED,
                    actor=old.actor,
                )
                deployments.ask(connection, request, self._telling)

    @contextmanager
    def _holding(self, claim: Claim) -> Iterator[Connection]:
        """Open the transaction in which our claim is the newest. Raises Stale, Unavailable."""
        assert isinstance(claim, HeldClaim)
        with speaking_to_the_ledger(), claim.connection.transaction():
            ours = claim.connection.execute(
                _SQL["still_ours"], {"deployment": claim.deployment.id, "claim": claim.number}
            ).fetchone()
            if ours is None:
                raise Stale(f"deployment {claim.deployment.id} was claimed by another worker")
            yield claim.connection
            # before the commit: whom it wakes finds the target free; until then the row is locked
            claim.connection.execute(_SQL["give_back"])


def _is_known(row: Mapping[str, Any]) -> bool:
    """Tell whether we can carry it on; what a newer version brought is left to its workers."""
    known = row["stage"] in set(Stage) and row["status"] in set(Status) and row["cause"] in set(Cause)
    if not known:
        log.info("left to a newer worker", deployment=row["id"], stage=row["stage"])
    return known


def _obstacle(row: Mapping[str, Any]) -> WaitingFor | None:
    if row["not_adopted"]:
        return WaitingFor.ADOPTION
    if row["closed"]:
        return WaitingFor.LOCK
    return WaitingFor.TURN if row["busy"] else None


def _begin(connection: Connection, wanted: DeploymentId, *, first: bool) -> HeldClaim:
    names = {
        "deployment": wanted,
        "status": Status.RUNNING,
        "first": first,
        "started": EventKind.DEPLOYMENT_STARTED,
        "by": OURSELVES,
    }
    row = one(connection.execute(_SQL["begin"], names))
    deployment = read_deployment(row)
    return HeldClaim(
        deployment=deployment, number=row["claim"], in_doubt=row["in_doubt"], connection=connection
    )


def _stage_row(deployment: Deployment, done: Done[Any]) -> dict[str, object]:
    return {
        "deployment": deployment.id,
        "outcome": done.outcome,
        "findings": encode(done.findings, tuple[Finding, ...]),
        "failure": encode(done.failure),
        "gave": encode(done.gave),
    }


def _remember(connection: Connection, deployment: Deployment, done: Done[Any]) -> None:
    """Keep with which files the target got its versions, and put the stage's end on record."""
    if isinstance(done.gave, Applied) and done.gave.migrations:
        migrations = [applied.migration for applied in done.gave.migrations]
        connection.execute(
            _SQL["remember_applied"],
            {
                "target": deployment.target,
                "deployment": deployment.id,
                "versions": [one.version for one in migrations],
                "sha256s": [one.file.sha256 for one in migrations],
                "rollbacks": [one.rollback.sha256 if one.rollback else None for one in migrations],
            },
        )
    gone = _gone(done.gave)
    if gone:
        connection.execute(_SQL["remember_reverted"], {"target": deployment.target, "versions": list(gone)})
    back = done.gave.restored if isinstance(done.gave, Rollback) else ()
    if back:
        connection.execute(_SQL["remember_restored"], {"target": deployment.target, "versions": list(back)})
    _expect(connection, deployment, done)
    left = done.gave.reverted if isinstance(done.gave, Applied) else ()
    deployments.append_event(
        connection,
        EventKind.STAGE_FINISHED,
        target=deployment.target,
        deployment=deployment.id,
        actor=OURSELVES,
        detail={"stage": deployment.stage, "outcome": done.outcome}
        | ({"reverted": left} if left else {})
        | ({"restored": back} if back else {}),
    )


def _expect(connection: Connection, deployment: Deployment, done: Done[Any]) -> None:
    """Put on record what the target should be, once it is left as it is."""
    gave = done.gave
    if done.outcome is not Outcome.PASSED or not isinstance(gave, Smoke | Rollback) or gave.expect is None:
        return
    whole = isinstance(gave, Smoke) and gave.expect == gave.facts
    names = {"target": deployment.target, "facts": gave.expect, "whole": whole}
    if one(connection.execute(_SQL["expect"], names))["drift_ended"]:
        deployments.append_event(
            connection, EventKind.DRIFT_ENDED, target=deployment.target, deployment=deployment.id
        )


def _gone(gave: object) -> tuple[str, ...]:
    """Name the versions that are no longer on the target: undone by us, or taken out by somebody else."""
    if isinstance(gave, Rollback | Applied):
        return gave.reverted
    return gave.gone if isinstance(gave, Plan) else ()


def _hold(
    connection: Connection, deployment: Deployment, done: Done[Any], members: Sequence[Migration]
) -> None:
    errors = [finding.message for finding in done.findings if finding.severity == "error"]
    undone = f"{deployment.actor} wanted it undone" if deployment.undoes else "it failed"
    reason = done.failure.message if done.failure else next(iter(errors), undone)
    connection.execute(
        _SQL["hold"],
        {
            "target": deployment.target,
            "deployment": deployment.id,
            "members": Jsonb([[one.version, one.file.sha256] for one in members]),
            "reason": reason,
        },
    )
