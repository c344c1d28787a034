"""What undoing a deployment would run, and what would be lost; then the undoing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.catalog.facts import facts_from_bytes
from orchestrator.domain.deployment import Applied, Deployment, DeploymentId, Observation, Stage
from orchestrator.domain.dropped import Counted, rows_at_stake
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import Rehearsal, RollbackSource, RollbackVerdict
from orchestrator.ports import Care, Kept, Targets
from orchestrator.stages.at_stake import at_stake
from orchestrator.validation.reverts import Revert, obstacle_of, revert_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One version that would be undone."""

    version: str
    name: str
    source: RollbackSource
    #: path of the file, or where a draft would lie; None where there is none
    file: str | None
    #: what the rehearsal said; None: it was not rehearsed
    verdict: RollbackVerdict | None
    #: rows or values that would not come back, as far as the statements tell
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Undoing:
    """What an undo would do."""

    deployment: DeploymentId
    target: str
    #: this version and all before it stay; None: nothing stays
    to: str | None
    #: newest first
    steps: tuple[Step, ...]
    #: live rows and values that would be dropped and that the deployment did not write
    at_stake: tuple[Counted, ...]
    #: what it applies again, oldest first: the deployment had undone it because the files had left the branch
    again: tuple[str, ...] = ()
    #: why it cannot be run
    obstacle: MigrationRefused | None = None


def look(deployment: Deployment, *, to: str | None, kept: Kept, targets: Targets) -> Undoing:
    """Find out what undoing a deployment would run and drop; the target is only read.

    Raises MigrationRefused where there is nothing to undo, or `to` is no version of it; Unavailable.
    """
    gave = _applied(deployment, kept)
    applied = [each.migration for each in gave.migrations]
    _refuse_unknown(deployment, to, applied)
    planned = kept.gave(deployment.id, Stage.PLAN, Plan)
    rehearsal = _rehearsal(deployment, kept)
    drafts = rehearsal.drafts if rehearsal else {}
    before = kept.gave(deployment.id, Stage.OBSERVE, Observation).facts
    with targets.reading(deployment.target) as reader:
        ours = reader.ours()
        going = [each for each in reversed(planned.after(to)) if each in applied and each.version in ours]
        if not going:
            raise _nothing(deployment)
        contents = kept.content([before, *_digests(going, drafts)])
        reverts = [revert_of(each, contents, drafts) for each in going]
        counted = at_stake(
            reverts,
            reader,
            target=deployment.target,
            written_by=reader.transactions([each.version for each in applied]),
            before=facts_from_bytes(contents[before]),
        )
    return Undoing(
        deployment=deployment.id,
        target=deployment.target,
        to=to,
        steps=tuple(_step(each, rehearsal) for each in reverts),
        at_stake=counted,
        again=() if to else tuple(reversed(gave.reverted)),
        obstacle=obstacle_of(reverts),
    )


def undo(undoing: Undoing, *, care: Care, actor: str, drop_rows: bool) -> DeploymentId:
    """Ask for it. Raises MigrationRefused where it cannot be run, or would drop rows unasked."""
    refused = refusal(undoing, drop_rows=drop_rows)
    if refused is not None:
        raise refused
    return care.undo(undoing.deployment, actor=actor, to=undoing.to, drop_rows=drop_rows)


def refusal(undoing: Undoing, *, drop_rows: bool) -> MigrationRefused | None:
    """Say why it would not be done: it cannot be run, or would drop rows that nobody gave up."""
    if undoing.obstacle is not None or drop_rows or not undoing.at_stake:
        return undoing.obstacle
    return rows_at_stake(
        undoing.at_stake,
        what=f"the rollback would drop what deployment {undoing.deployment} did not write",
        remedy="keep them elsewhere first where they are needed; to drop them: --drop-rows",
    )


def _applied(deployment: Deployment, kept: Kept) -> Applied:
    try:
        return kept.gave(deployment.id, Stage.APPLY, Applied)
    except KeyError:
        raise _nothing(deployment) from None


def _nothing(deployment: Deployment) -> MigrationRefused:
    return MigrationRefused(
        f"nothing of deployment {deployment.id} is applied on {deployment.target}",
        code="nothing-to-undo",
        remedy=f"see: bascule show {deployment.id}",
    )


def _refuse_unknown(deployment: Deployment, to: str | None, applied: Sequence[Migration]) -> None:
    versions = [each.version for each in applied]
    if to is not None and to not in versions:
        raise MigrationRefused(
            f"deployment {deployment.id} applied no version {to}",
            code="version-unknown",
            remedy=f"name one of: {', '.join(versions)}",
            version=to,
        )


def _rehearsal(deployment: Deployment, kept: Kept) -> Rehearsal | None:
    try:
        return kept.gave(deployment.id, Stage.REHEARSE, Rehearsal)
    except KeyError:
        return None


def _digests(migrations: Sequence[Migration], drafts: Mapping[str, SqlFile]) -> Sequence[str]:
    files = [file for each in migrations for file in (each.file, each.rollback, drafts.get(each.version))]
    return [file.sha256 for file in files if file is not None]


def _step(revert: Revert, rehearsal: Rehearsal | None) -> Step:
    migration = revert.migration
    proofs = rehearsal.rollbacks if rehearsal else ()
    proof = next((each for each in proofs if each.version == migration.version), None)
    return Step(
        version=migration.version,
        name=migration.name,
        source=revert.source,
        file=migration.rollback.path if migration.rollback else None,
        verdict=proof.verdict if proof else None,
        losses=proof.losses if proof else (),
    )
