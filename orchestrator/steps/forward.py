"""The way up: where the inputs of each stage come from, up to the smoke."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from orchestrator.catalog import facts, survey
from orchestrator.domain.declared import TestFile, text_of
from orchestrator.domain.deployment import Applied, Done, Observation, Outcome, Smoke, Stage
from orchestrator.domain.errors import Failure, MigrationRefused
from orchestrator.domain.facts import Facts
from orchestrator.domain.plan import Plan, Tree
from orchestrator.domain.rehearsal import CannotCopy, Rehearsal, ScratchCopy
from orchestrator.ports import Claim, TargetWriter
from orchestrator.stages import apply, checkout, departure, observe, plan, rehearse, smoke, validate
from orchestrator.stages.checkout import HeadMoved
from orchestrator.steps.kept import contents, expect, facts_of, planned_of, sql_of
from orchestrator.steps.leaving import stakes_of, touched_later, what_leaves
from orchestrator.steps.tools import GoBack, Result, Tools, refuse_if_behind, writing
from orchestrator.steps.wanted import forced_away, is_begun
from orchestrator.validation.history import migrations_of
from orchestrator.validation.rules import file_left
from orchestrator.validation.split import decode

#: so often a target may change under a deployment before it is refused
_MOST_LOOKS: Final = 3


def do_checkout(claim: Claim, tools: Tools) -> Result:
    """Read the commit from its repository."""
    return checkout.run(
        claim.deployment,
        tools.policy(claim.deployment.target),
        git=tools.git,
        kept=tools.kept,
        now=datetime.now(UTC),
        confirm_head=claim.deployment.confirm_head,
    )


def do_plan(claim: Claim, tools: Tools) -> Done[Plan]:
    """Hold the commit's files against the target's history."""
    target = claim.deployment.target
    tree = tools.kept.gave(claim.deployment.id, Stage.CHECKOUT, Tree)
    with tools.targets.reading(target) as reader:
        refuse_if_behind(reader.fence(), claim, tools)
        history = reader.history()
        leaves = what_leaves(
            tree,
            tools.policy(target),
            reader=reader,
            kept=tools.kept,
            is_head=claim.deployment.confirm_head,
        )
    return plan.run(
        tree,
        history=history,
        departure=leaves,
        recorded=tools.kept.recorded(target),
        holds=tools.kept.holds(target),
        policy=tools.policy(target),
        contents=partial(contents, tools),
    )


def do_validate(claim: Claim, tools: Tools) -> Done[Any]:
    """Hold the planned SQL against the rules and the target."""
    planned = planned_of(claim, tools)
    target = claim.deployment.target
    with tools.targets.reading(target) as reader:
        return validate.run(
            planned,
            contents=sql_of(planned, tools),
            policy=tools.policy(target),
            linter=tools.linter,
            reader=reader,
        )


def do_observe(claim: Claim, tools: Tools) -> Done[Observation]:
    """Look at the target, which nothing has changed yet."""
    target = claim.deployment.target
    expected = tools.kept.expected(target)
    policy = tools.policy(target)
    with tools.targets.reading(target) as reader:
        with reader.asking() as database:
            done = observe.run(
                database,
                policy=policy,
                kept=tools.kept,
                recorded=tools.kept.content([expected])[expected] if expected else None,
                times=_looks(claim, tools) + 1,
            )
        if done.gave is None or done.outcome is not Outcome.PASSED or policy.rehearse or not policy.rows_live:
            return done
        return replace(done, gave=observe.with_rows(reader.probing, done.gave, policy))


def do_rehearse(claim: Claim, tools: Tools) -> Done[Rehearsal]:
    """Carry the plan out on a copy of the target as it was observed."""
    target = claim.deployment.target
    policy, planned = tools.policy(target), planned_of(claim, tools)
    if not policy.rehearse:
        return Done(outcome=Outcome.SKIPPED)
    observed = facts_of(tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).facts, tools)
    with tools.targets.reading(target) as reader, reader.asking() as database:
        seen = survey.read(database, target=target)
    try:
        copy = _copy(claim, tools, observed)
    except CannotCopy as why:
        return Done(outcome=Outcome.REFUSED, findings=tuple(file_left.not_rehearsed(str(why))))
    return rehearse.run(
        planned,
        contents=sql_of(planned, tools),
        policy=policy,
        scratch=tools.scratch,
        copy=copy,
        seen=seen,
        kept=tools.kept,
        said=tools.kept.findings(claim.deployment.id, Stage.VALIDATE),
        departs=partial(departure.rehearse, planned, sql_of(planned, tools)) if planned.leaving else None,
        touched=touched_later(planned, tools.kept),
        tests=_tests(claim, tools),
    )


def _tests(claim: Claim, tools: Tools) -> tuple[TestFile, ...]:
    """Return what the commit declares as tests; a file that is no text fails by its own words."""
    files = tools.kept.gave(claim.deployment.id, Stage.CHECKOUT, Tree).tests
    texts = tools.kept.content([file.sha256 for file in files])
    return tuple(TestFile(path=file.path, text=text_of(texts[file.sha256])) for file in files)


def _copy(claim: Claim, tools: Tools, observed: Facts) -> ScratchCopy:
    """Copy the target; where that cannot be done, build what the files say that it is.

    Raises CannotCopy where files left: what is there is not what the files say.
    """
    try:
        return tools.scratch.copy_of(claim.deployment.target, observed)
    except CannotCopy as why:
        if planned_of(claim, tools).leaving:
            raise
        tree = tools.kept.gave(claim.deployment.id, Stage.CHECKOUT, Tree)
        pending = {each.version for each in planned_of(claim, tools).pending}
        base = [each for each in migrations_of(tree) if each.version not in pending]
        texts = tools.kept.content([each.file.sha256 for each in base])
        return tools.scratch.build(
            [(each, decode(texts[each.file.sha256])) for each in base],
            target_major=observed.server_major,
            why=str(why),
        )


def do_apply(claim: Claim, tools: Tools) -> Done[Applied] | GoBack | HeadMoved:
    """Write to the target under its lock, if it still is what was rehearsed, and the commit is wanted."""
    planned = planned_of(claim, tools)
    contents = sql_of(planned, tools)
    moved = forced_away(planned, claim, tools)
    if moved is not None:
        return moved
    with writing(claim, tools) as writer:
        if _was_changed(claim, tools, writer):
            if _looks(claim, tools) < _MOST_LOOKS:
                return GoBack(to=Stage.OBSERVE, why="somebody changed the target after it was observed")
            return Done(outcome=Outcome.REFUSED, failure=Failure.of(_keeps_moving(claim)))
        left = _undo_what_left(planned, writer, contents, claim, tools)
        if left.error is not None:
            return _not_undone(left)
        done = apply.run(planned, contents=contents, writer=writer, condition=_condition(claim, tools))
        return replace(done, gave=replace(done.gave, reverted=left.reverted)) if done.gave else done


def _undo_what_left(
    planned: Plan, writer: TargetWriter, contents: Mapping[str, bytes], claim: Claim, tools: Tools
) -> departure.Left:
    """Undo what left the branch, if anything did; the rows that would go are counted first."""
    if not planned.leaving:
        return departure.Left()
    target = claim.deployment.target
    present = {row.version for row in writer.history()}
    if tools.policy(target).atomic:
        return departure.Left(is_begun=departure.is_begun(planned, writer), error=_atomic_by_now(target))
    try:
        stakes = stakes_of(planned, target=target, reader=writer, kept=tools.kept)
    except MigrationRefused as error:
        return departure.Left(is_begun=departure.is_begun(planned, writer), error=error)
    return departure.undo(
        planned, contents=contents, writer=writer, present=present, count=stakes.count, guard=stakes.guard
    )


def _atomic_by_now(target: str) -> MigrationRefused:
    return MigrationRefused(
        f"{target} is atomic since this was planned, and what leaves cannot be undone in the one transaction",
        code="atomic-by-now",
        remedy="bring the files back, or take atomic back; then: bascule retry",
        target=target,
    )


def _not_undone(left: departure.Left) -> Done[Applied]:
    """End the stage; as long as nothing is undone, the target is untouched."""
    assert left.error is not None
    failure = Failure.of(left.error)
    if isinstance(left.error, MigrationRefused) and not left.is_begun:
        return Done(outcome=Outcome.REFUSED, failure=failure)
    gave = Applied(reverted=left.reverted, culprit=left.culprit)
    return Done(outcome=Outcome.FAILED, gave=gave, failure=failure)


def _condition(claim: Claim, tools: Tools) -> apply.Condition | None:
    """Say under which condition all is committed at once, where the target wants that."""
    policy = tools.policy(claim.deployment.target)
    if not policy.atomic:
        return None
    before = tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation)
    return apply.Condition(
        before=before.matrix,
        exposed_schemas=policy.exposed_schemas,
        severities=policy.severities,
        openings=policy.openings,
        identities=policy.identities,
    )


def _was_changed(claim: Claim, tools: Tools, writer: TargetWriter) -> bool:
    """Tell whether the facts are not those that were observed, before anything of ours is there."""
    if not tools.policy(claim.deployment.target).rehearse:
        return False
    if is_begun(planned_of(claim, tools), writer):
        return False
    observed = tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation)
    with writer.asking() as database:
        return facts.read(database).fingerprint != observed.fingerprint


def _looks(claim: Claim, tools: Tools) -> int:
    """Say how often this deployment has observed its target."""
    try:
        return tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).times
    except KeyError:
        return 0


def _keeps_moving(claim: Claim) -> MigrationRefused:
    target = claim.deployment.target
    return MigrationRefused(
        f"{target} was changed by somebody else {_MOST_LOOKS} times between rehearsal and apply",
        code="target-keeps-moving",
        remedy=f"find out who changes it, then: bascule retry {claim.deployment.id}",
        target=target,
    )


def _rows(claim: Claim, tools: Tools, before: Observation) -> smoke.Rows:
    """Find what made-up rows on the target are held against: those of before, there or on its copy."""
    try:
        rehearsed = tools.kept.gave(claim.deployment.id, Stage.REHEARSE, Rehearsal)
    except KeyError:
        rehearsed = None
    observed = facts_of(before.facts, tools)
    if before.rows is not None:
        return smoke.Rows(observed=observed, before=before.rows, is_live=True)
    return smoke.Rows(observed=observed, before=rehearsed.before if rehearsed else None)


def do_smoke(claim: Claim, tools: Tools) -> Done[Smoke]:
    """Look at the target again, beside what was observed."""
    before = tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation)
    policy = tools.policy(claim.deployment.target)
    with tools.targets.reading(claim.deployment.target) as reader:
        done = smoke.run(
            before.matrix,
            reader=reader,
            kept=tools.kept,
            exposed_schemas=policy.exposed_schemas,
            rows=_rows(claim, tools, before) if policy.rows_live else None,
            severities=policy.severities,
            openings=policy.openings,
            identities=policy.identities,
        )
    if done.gave is None or done.outcome is not Outcome.PASSED:
        return done
    return replace(done, gave=replace(done.gave, expect=expect(claim, tools, before.facts, done.gave.facts)))
