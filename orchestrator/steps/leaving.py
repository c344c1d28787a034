"""What left the branch, where a target wants that undone: from the ledger, before the plan is made."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from orchestrator.catalog.facts import facts_from_bytes
from orchestrator.domain.blame import Key
from orchestrator.domain.deployment import DeploymentId, Observation, Stage
from orchestrator.domain.dropped import Counted
from orchestrator.domain.plan import Departure, Plan, Record, Tree, WhenFilesLeave
from orchestrator.domain.rehearsal import Rehearsal
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Kept, TargetReader
from orchestrator.stages.at_stake import at_stake
from orchestrator.validation.departure import Known, Past, departure_of, files_of, gone_from
from orchestrator.validation.reverts import Revert

_T = TypeVar("_T")


def what_leaves(
    tree: Tree, policy: TargetPolicy, *, reader: TargetReader, kept: Kept, is_head: bool
) -> Departure | None:
    """Say what is undone because its files left the branch; None: the target does not want that."""
    if policy.when_files_leave is not WhenFilesLeave.REVERT:
        return None
    history = frozenset(row.version for row in reader.history())
    gone = gone_from(tree, history)
    if not gone:
        return Departure()
    records = kept.applied(policy.name)
    past = _past([record for record in records if record.version in gone], kept)
    digests = {file.sha256 for each in past.values() for file in files_of(each)}
    known = Known(
        tree=tree,
        history=history,
        ours=reader.ours(),
        records=records,
        past=past,
        contents=kept.content(sorted(digests)),
        is_head=is_head,
    )
    return departure_of(known, policy)


def touched_later(plan: Plan, kept: Kept) -> Mapping[str, frozenset[Key] | None]:
    """Return what each version changed that was applied after those that leave, and stays; None: unknown."""
    found: dict[str, frozenset[Key] | None] = {}
    for record in plan.later:
        rehearsal = _gave(kept, record.deployment, Stage.REHEARSE, Rehearsal)
        proofs = rehearsal.rollbacks if rehearsal else ()
        proof = next((each for each in proofs if each.version == record.version), None)
        found[record.version] = frozenset(proof.touched) if proof else None
    return found


def rows_at_stake(
    reverts: Sequence[Revert], *, plan: Plan, target: str, reader: TargetReader, kept: Kept
) -> tuple[Counted, ...]:
    """Count the live rows that undoing what leaves would drop and that it did not write; as at_stake does."""
    if not reverts:
        return ()
    first = _gave(kept, min(each.deployment for each in plan.leaving), Stage.OBSERVE, Observation)
    assert first is not None, "whatever was applied was observed before"
    return at_stake(
        reverts,
        reader,
        target=target,
        versions=[each.version for each in plan.left],
        before=facts_from_bytes(kept.content([first.facts])[first.facts]),
    )


def _past(records: Collection[Record], kept: Kept) -> dict[str, Past]:
    """Read what the ledger kept of these, deployment by deployment."""
    found: dict[str, Past] = {}
    for number in {record.deployment for record in records if record.deployment is not None}:
        planned = _gave(kept, number, Stage.PLAN, Plan)
        rehearsal = _gave(kept, number, Stage.REHEARSE, Rehearsal)
        proofs = {each.version: each for each in (rehearsal.rollbacks if rehearsal else ())}
        versions = {record.version for record in records if record.deployment == number}
        for each in planned.pending if planned else ():
            if each.version in versions:
                found[each.version] = Past(migration=each, deployment=number, proof=proofs.get(each.version))
    return found


def _gave(kept: Kept, deployment: int | None, stage: Stage, kind: type[_T]) -> _T | None:
    if deployment is None:
        return None
    try:
        return kept.gave(DeploymentId(deployment), stage, kind)
    except KeyError:
        return None
