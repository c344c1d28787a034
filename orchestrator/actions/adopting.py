"""Taking a target under care, and letting it go again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from orchestrator.actions.asking import head_of
from orchestrator.actions.baseline import BASELINE
from orchestrator.actions.preview import tree_of
from orchestrator.catalog import facts
from orchestrator.domain.adoption import AdoptionPlan, AdoptionState, BaselineRow, plan_adoption
from orchestrator.domain.migration import Migration
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Care, ContentStore, Git, Targets, Watching
from orchestrator.stages.plan import pair
from orchestrator.validation.script import read_script
from orchestrator.validation.split import decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What adopting would find and write."""

    target: str
    commit: str
    state: AdoptionState
    plan: AdoptionPlan
    #: the migrations of the branch that the history knows, or will know from the baseline on
    present: tuple[Migration, ...]
    #: it holds what no file in git makes, so nobody can build a database like it from the checkout
    is_unwritten: bool
    #: from a ledger that is lost
    take_over: bool = False
    #: whose it is until then; None: nobody's, or ours
    took_over_from: str | None = None
    #: the ledger has a target of this name under care, and this database knows nothing of it
    starts_anew: bool = False


def look(
    policy: TargetPolicy,
    *,
    git: Git,
    targets: Targets,
    contents: ContentStore,
    watching: Watching,
    ledger_id: str,
    baseline: str | None,
    take_over: bool = False,
) -> Look:
    """Hold a target against the branch that it will follow. Writes nothing on the target.

    Raises ConfigurationError where a person has to decide or to grant something first.
    """
    commit = head_of(policy, git)
    tree, _ = tree_of(policy, commit, git, contents)
    migrations = pair(tree, contents.content).migrations
    with targets.adopting(policy.name) as adoption:
        state = adoption.inspect(exposed_schemas=policy.exposed_schemas)
    plan = plan_adoption(
        state,
        migrations,
        target=policy.name,
        ledger_id=ledger_id,
        baseline=baseline,
        take_over=take_over,
    )
    known = {row.version for row in state.history} | {one.version for one in plan.to_record}
    is_ours = state.fence is not None and state.fence.owner == ledger_id
    return Look(
        target=policy.name,
        commit=commit,
        state=state,
        plan=plan,
        present=tuple(one for one in migrations if one.version in known),
        is_unwritten=bool(state.user_objects and not known) and not _has_baseline(policy, commit, git),
        take_over=take_over,
        took_over_from=state.fence.owner if state.fence and not is_ours else None,
        starts_anew=not is_ours and watching.watched(policy.name).adopted,
    )


def adopt(
    seen: Look, *, targets: Targets, contents: ContentStore, care: Care, ledger_id: str, actor: str
) -> None:
    """Put fence and baseline on the target, then record it with its facts. Safe to repeat after a crash.

    What is on record for another database of this name is forgotten first: a fence that was put there already
    would hide from the next try that it is another one.
    """
    if seen.starts_anew:
        care.release(seen.target, actor=actor)
    with targets.adopting(seen.target) as adoption:
        adoption.place(ledger_id, _rows(seen.plan.to_record, contents), take_over=seen.take_over)
    with targets.reading(seen.target) as reader:
        fence = reader.fence()
        with reader.asking() as database:
            found = facts.keep(facts.read(database), contents)
    care.adopt(
        seen.target,
        commit=seen.commit,
        present=seen.present,
        actor=actor,
        facts=found,
        epoch=fence.epoch if fence else None,
    )


def release(target: str, *, targets: Targets, care: Care, ledger_id: str, actor: str) -> None:
    """Remove the fence, then record it. The target's history stays as it is."""
    with targets.adopting(target) as adoption:
        adoption.release(ledger_id)
    care.release(target, actor=actor)


def _has_baseline(policy: TargetPolicy, commit: str, git: Git) -> bool:
    """Tell whether the schema before the first migration lies in git."""
    path = str(PurePosixPath(policy.directory) / BASELINE)
    return any(blob.path == path for blob in git.read(policy.repository, commit, [policy.directory]).blobs)


def _rows(migrations: Sequence[Migration], contents: ContentStore) -> list[BaselineRow]:
    found = contents.content([one.file.sha256 for one in migrations])
    return [
        BaselineRow(
            version=one.version,
            name=one.name,
            statements=read_script(decode(found[one.file.sha256])).recorded,
        )
        for one in migrations
    ]
