"""What left the branch, where a target wants that undone: from the ledger, before the plan is made."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from orchestrator.catalog.facts import facts_from_bytes
from orchestrator.domain.blame import Key
from orchestrator.domain.deployment import DeploymentId, Observation, Stage
from orchestrator.domain.dropped import Counted, Guard
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.facts import Facts
from orchestrator.domain.plan import Departure, Plan, Record, Tree, WhenFilesLeave
from orchestrator.domain.rehearsal import Rehearsal
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Kept, TargetReader
from orchestrator.stages.at_stake import at_stake, guards
from orchestrator.validation.departure import Known, Past, departure_of, files_of, gone_from
from orchestrator.validation.reverts import Revert

_T = TypeVar("_T")

_UNREADABLE: Final = (
    "what the target was before deployment {number} is not kept in a form that this Bascule can read"
)
_BY_HAND: Final = "undo it with a migration that does so, or bring the files back"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stakes:
    """How live rows are looked for that the undoing would drop and that what leaves did not write."""

    #: counts them, as at_stake does
    count: Callable[[Sequence[Revert]], tuple[Counted, ...]]
    #: looks for them in the transaction that drops them, as guards do
    guard: Callable[[Sequence[Revert]], tuple[Guard, ...]]


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
    leaves = departure_of(known, policy)
    if leaves.leaving:
        number = min(each.deployment for each in leaves.leaving)
        if _facts_before(number, kept) is None:
            return Departure(obstacles=(_UNREADABLE.format(number=number),))
    return leaves


def touched_later(plan: Plan, kept: Kept) -> Mapping[str, frozenset[Key] | None]:
    """Return what each version changed that was applied after those that leave, and stays; None: unknown."""
    found: dict[str, frozenset[Key] | None] = {}
    for record in plan.later:
        rehearsal = _gave(kept, record.deployment, Stage.REHEARSE, Rehearsal)
        proofs = rehearsal.rollbacks if rehearsal else ()
        proof = next((each for each in proofs if each.version == record.version), None)
        found[record.version] = frozenset(proof.touched) if proof else None
    return found


def stakes_of(plan: Plan, *, target: str, reader: TargetReader, kept: Kept) -> Stakes:
    """Return what is asked of the rows that undoing what leaves would drop; before anything of it is undone.

    Raises MigrationRefused where nobody can read any more what was there before it.
    """
    written_by = reader.transactions([each.version for each in plan.left])
    given: dict[str, Any] = {
        "reader": reader,
        "target": target,
        "written_by": written_by,
        "before": _before(plan, kept),
    }
    return Stakes(count=partial(at_stake, **given), guard=partial(guards, **given))


def _before(plan: Plan, kept: Kept) -> Facts:
    """Return what the target was before the first of them."""
    number = min(each.deployment for each in plan.leaving)
    before = _facts_before(number, kept)
    if before is None:
        raise MigrationRefused(_UNREADABLE.format(number=number), code="facts-unreadable", remedy=_BY_HAND)
    return before


def _facts_before(number: int, kept: Kept) -> Facts | None:
    """Return what was observed before a deployment; None: it is not kept, or in a form of another Bascule."""
    observed = _gave(kept, number, Stage.OBSERVE, Observation)
    if observed is None:
        return None
    try:
        return facts_from_bytes(kept.content([observed.facts])[observed.facts])
    except (KeyError, ValueError):
        return None


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
