"""A deployment that its rehearsal refused, with a way back of every verdict."""

from orchestrator.domain.deployment import Outcome, Stage, Status
from orchestrator.domain.errors import Failure
from orchestrator.domain.event import EventKind, Message
from orchestrator.domain.facts import Change
from orchestrator.domain.migration import SqlFile, checksum
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import (
    CopyOrigin,
    HeldLock,
    Rehearsal,
    RollbackProof,
    RollbackSource,
    RollbackVerdict,
    ScratchCopy,
    StatementTrace,
)
from orchestrator.domain.telling import message_of
from orchestrator.validation.rehearsed import rehearsal_findings
from orchestrator.validation.terms import Terms
from tests.support.told_deployments import NOW, deployment, migration, run

DRAFT = b"-- drafted\n\ndrop view public.open_orders;\n\ndrop function public.is_open(bigint);\n"
DRAFTS = {checksum(DRAFT): DRAFT}

PLANNED = (
    migration("20261121080000", "order_notes"),
    migration("20261121080500", "open_orders_view", rollback=False),
    migration("20261121081000", "drop_old_prices"),
    migration("20261121081500", "more_moods"),
    migration("20261121082000", "order_note_index"),
    migration("20261121082500", "recount_totals", rollback=False),
)
_VERSIONS = tuple(each.version for each in PLANNED)


def trace(version: str, line: int, relation: str, mode: str, *, rewrites: bool = False) -> StatementTrace:
    """Make the trace of a statement that was about one relation."""
    return StatementTrace(
        version=version,
        file=f"supabase/migrations/{version}.sql",
        line=line,
        locks=(HeldLock(relation=relation, mode=mode),),
        rewrites=(relation,) if rewrites else (),
        seconds=0.002,
    )


REHEARSAL = Rehearsal(
    copy=ScratchCopy(
        database="copy_1",
        origin=CopyOrigin.TARGET,
        role="postgres",
        server_major=18,
        target_major=15,
        kept=True,
        missing=(
            Change(kind="extension", identity="postgis", before="version=3.4", after=None),
            Change(kind="function", identity="public.near(point)", before="definition=swordfish", after=None),
        ),
        stand_ins=("pg_cron",),
    ),
    in_one_transaction=True,
    rollbacks=(
        RollbackProof(version=_VERSIONS[0], source=RollbackSource.FILE, verdict=RollbackVerdict.PROVEN),
        RollbackProof(
            version=_VERSIONS[1],
            source=RollbackSource.DRAFT,
            verdict=RollbackVerdict.PROVEN,
            draft=SqlFile(
                path="supabase/rollbacks/20261121080500_open_orders_view.sql", sha256=checksum(DRAFT)
            ),
        ),
        RollbackProof(
            version=_VERSIONS[2],
            source=RollbackSource.FILE,
            verdict=RollbackVerdict.LOSSY,
            losses=("the rows of public.old_prices", "the position of sequence public.old_prices_id_seq"),
        ),
        RollbackProof(
            version=_VERSIONS[3],
            source=RollbackSource.FILE,
            verdict=RollbackVerdict.IRREVERSIBLE,
            residue=(
                Change(
                    kind="type", identity="public.mood", before="labels=low", after="labels=low, swordfish"
                ),
            ),
        ),
        RollbackProof(
            version=_VERSIONS[4],
            source=RollbackSource.FILE,
            verdict=RollbackVerdict.UNPROVEN,
            residue=(
                Change(kind="index", identity="public.orders_note_idx", before=None, after="where=swordfish"),
            ),
        ),
        RollbackProof(
            version=_VERSIONS[5],
            source=RollbackSource.NONE,
            verdict=RollbackVerdict.MISSING,
            losses=("what the block in line 1 changes cannot be seen",),
        ),
    ),
    trace=(
        trace(_VERSIONS[0], 1, "public.orders", "AccessShareLock"),
        trace(_VERSIONS[0], 3, "public.orders", "AccessExclusiveLock", rewrites=True),
        trace(_VERSIONS[2], 1, "public.old_prices", "AccessExclusiveLock"),
        trace(_VERSIONS[4], 2, "public.orders", "ShareLock"),
        trace(_VERSIONS[5], 1, "public.orders", "RowExclusiveLock"),
    ),
)
BROKEN = Failure(
    family="target",
    code="sql-failed",
    message='supabase/migrations/20261121080500_open_orders_view.sql:3:1: column "state" does not exist',
    nouns={"version": _VERSIONS[1], "sqlstate": "42703"},
)

REHEARSED = deployment(18, Status.REFUSED, stage=Stage.REHEARSE)
REHEARSED_RUNS = (
    run(Stage.CHECKOUT, {}),
    run(Stage.PLAN, Plan(pending=PLANNED, applied=12)),
    run(Stage.REHEARSE, REHEARSAL, Outcome.REFUSED),
)


def refusal(rehearsal: Rehearsal) -> Message:
    """Return what people are told when a rehearsal showed this and its findings refused."""
    findings = rehearsal_findings(Plan(pending=PLANNED), rehearsal, files=(), terms=Terms())
    runs = (*REHEARSED_RUNS[:-1], run(Stage.REHEARSE, rehearsal, Outcome.REFUSED, findings=findings))
    message = message_of(REHEARSED, runs, EventKind.REFUSED, NOW, "https://bascule.example.com")
    assert message is not None
    return message
