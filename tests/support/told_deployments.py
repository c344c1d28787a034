"""Deployments with all their record, as the page has to show them."""

from datetime import UTC, datetime, timedelta

from orchestrator.adapters.json_form import Json, to_json
from orchestrator.domain.deployment import (
    Applied,
    AppliedMigration,
    Cause,
    Deployment,
    DeploymentId,
    Observation,
    Outcome,
    Rollback,
    RollbackMethod,
    Smoke,
    Stage,
    StageRun,
    Status,
    WaitingFor,
)
from orchestrator.domain.errors import Failure
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation, Matrix
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Hold, Plan
from orchestrator.domain.target import TargetPolicy, TargetState
from tests.support.fake_ledger_ports import GivenReading

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

POLICIES = (
    TargetPolicy(name="production", repository="telecom", branch="main"),
    TargetPolicy(name="staging", repository="telecom", branch="staging"),
)


def deployment(number: int, status: Status, *, age_seconds: float = 60, **changes: object) -> Deployment:
    """Make a deployment to staging."""
    created = NOW - timedelta(seconds=age_seconds)
    values: dict[str, object] = {
        "target": "staging",
        "repository": "telecom",
        "branch": "staging",
        "commit": f"{number:x}c0ffee" * 5,
        "cause": Cause.PUSH,
        "actor": "mara",
        "status": status,
        "waiting_for": None,
        "stage": Stage.SMOKE,
        "attempts": 1,
        "created": created,
        "stage_entered": created,
        "started": created + timedelta(seconds=0.1),
        "finished": created + timedelta(seconds=1.4),
    }
    return Deployment(id=DeploymentId(number), **{**values, **changes})  # type: ignore[arg-type]


def migration(version: str, name: str, *, rollback: bool = True) -> Migration:
    """Make a migration with its files."""
    file = SqlFile(path=f"supabase/migrations/{version}_{name}.sql", sha256="a" * 64)
    back = SqlFile(path=f"supabase/rollbacks/{version}_{name}.sql", sha256="b" * 64) if rollback else None
    return Migration(version=version, name=name, file=file, rollback=back)


def run(stage: Stage, gave: object, outcome: Outcome = Outcome.PASSED, **changes: object) -> StageRun:
    """Make the record of a stage."""
    form: Json = to_json(gave)
    values: dict[str, object] = {
        "attempt": 1,
        "started": NOW - timedelta(seconds=2),
        "finished": NOW - timedelta(seconds=1.912),
        "findings": (),
        "failure": None,
        "gave": form,
    }
    return StageRun(stage=stage, outcome=outcome, **{**values, **changes})  # type: ignore[arg-type]


def relation(name: str, answers: str, *, row_security: bool = True) -> ExposedRelation:
    """Write a relation's row as letters: e(very row) l(imited) d(eny) x(error) ?, four for each identity."""
    results = {
        "e": (CellResult.ALLOW, Basis.EVERY_ROW),
        "l": (CellResult.ALLOW, Basis.LIMITED),
        "d": (CellResult.DENY, Basis.NO_GRANT),
        "x": (CellResult.ERROR, None),
        "?": (CellResult.UNKNOWN, None),
    }
    questions = [(identity, command) for identity in IDENTITIES for command in Command]
    cells = tuple(
        Cell(
            identity=identity,
            command=command,
            result=results[letter][0],
            basis=results[letter][1],
            sqlstate="42P17" if letter == "x" else None,
        )
        for (identity, command), letter in zip(questions, answers.replace(" ", ""), strict=True)
    )
    return ExposedRelation(name=name, kind="r", row_security=row_security, cells=cells)


IDENTITIES = ("anon", "authenticated A", "authenticated B", "service_role")
TRIED = (
    migration("20261120090000", "order_numbers"),
    migration("20261120090500", "partner_documents"),
    migration("20261120091000", "customer_unique_email", rollback=False),
)
_BEFORE = Matrix(
    relations=(
        relation("public.customers", "dddd llll llll eeee"),
        relation("public.legacy_rates", "eddd eddd eddd eeee", row_security=False),
        relation("public.orders", "dddd lldd lldd eeee"),
    )
)
_AFTER = Matrix(
    relations=(
        relation("public.customers", "dddd llll llll eeee"),
        relation("public.legacy_rates", "eddd eddd eddd eeee", row_security=False),
        relation("public.orders", "eddd lxdd lxdd eeee"),
        relation("public.partner_documents", "dddd lldd lldd eeee"),
    )
)
_OPEN = Finding(
    rule="access-wider",
    severity=Severity.ERROR,
    source=Source.SMOKE,
    message="anon may now select public.orders",
    effect="Everybody who has the public key reads every order.",
    remedy="Let the policy name authenticated, or revoke select on public.orders from anon.",
    file="supabase/migrations/20261120090000_order_numbers.sql",
    line=14,
    column=1,
    object="public.orders",
)
_NAMED_ODDLY = Finding(
    rule="version-not-a-time",
    severity=Severity.WARNING,
    source=Source.TREE,
    message='The policy is called <script>alert("orders")</script>',
    remedy="Give it a name that people can read.",
)
_FAILURE = Failure(
    family="target",
    code="sql-failed",
    message="20261120091000_customer_unique_email.sql, line 3: could not create unique index",
    remedy='3 rows share the email "kim@example.com". Merge them, then push again.',
    nouns={"sqlstate": "23505", "line": 3, "rows": 3, "file": "20261120091000_customer_unique_email.sql"},
)
_PLAN = Plan(pending=TRIED, applied=12)
_APPLIED = Applied(
    migrations=(
        AppliedMigration(migration=TRIED[0], took_seconds=0.0124),
        AppliedMigration(migration=TRIED[1], took_seconds=0.0311),
    ),
    culprit=TRIED[2],
)
_UNDONE = Rollback(
    method=RollbackMethod.REVERTED, reverted=(TRIED[1].version, TRIED[0].version), fingerprint="f" * 64
)

ROLLED_BACK = deployment(14, Status.ROLLED_BACK, age_seconds=190, stage=Stage.ROLLBACK, failure=_FAILURE)
RUNS = (
    run(Stage.CHECKOUT, {}),
    run(Stage.PLAN, _PLAN),
    run(Stage.VALIDATE, {}, findings=(_NAMED_ODDLY,)),
    run(Stage.OBSERVE, Observation(facts="c" * 64, fingerprint="d" * 64, matrix=_BEFORE)),
    run(Stage.APPLY, _APPLIED, Outcome.FAILED, failure=_FAILURE),
    run(
        Stage.SMOKE,
        Smoke(after=_AFTER, facts="e" * 64, fingerprint="f" * 64),
        Outcome.REFUSED,
        findings=(_OPEN,),
    ),
    run(Stage.ROLLBACK, _UNDONE),
)


def reading() -> GivenReading:
    """Make a ledger with a little of everything."""
    running = deployment(16, Status.RUNNING, age_seconds=3, stage=Stage.APPLY, finished=None)
    waiting = deployment(
        17, Status.WAITING, age_seconds=1, started=None, finished=None, waiting_for=WaitingFor.TURN
    )
    merged = deployment(
        15, Status.STUCK, age_seconds=120, target="production", branch="main", cause=Cause.MERGE
    )
    older = tuple(
        deployment(number, status, age_seconds=4000 * (14 - number))
        for number, status in (
            (13, Status.SUCCEEDED),
            (12, Status.REFUSED),
            (11, Status.FAILED),
            (10, Status.SUPERSEDED),
            (9, Status.SUCCEEDED),
        )
    )
    hold = Hold(
        id=1, deployment=14, members=((TRIED[2].version, "a" * 64),), reason="a unique index met duplicates"
    )
    adopted = NOW - timedelta(days=3)
    return GivenReading(
        states=(
            TargetState(name="production", adopted=adopted, closed_by=DeploymentId(15), newest=merged),
            TargetState(name="preview", adopted=None, closed_by=None, newest=None),
            TargetState(name="staging", adopted=adopted, closed_by=None, newest=running, holds=(hold,)),
        ),
        all=(waiting, running, merged, ROLLED_BACK, *older),
        recorded={14: RUNS},
    )
