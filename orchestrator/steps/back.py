"""The way back: where the inputs of the rollback come from."""

from dataclasses import replace
from functools import partial
from typing import Any

from orchestrator.catalog import facts
from orchestrator.domain.blame import keys_of
from orchestrator.domain.deployment import (
    Applied,
    Deployment,
    Done,
    Observation,
    Outcome,
    Rollback,
    RollbackMethod,
    Smoke,
    Stage,
)
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.facts import difference
from orchestrator.domain.goal import Goal, after_a_failure, after_a_part, after_an_undo, led_to
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import Rehearsal
from orchestrator.ports import Claim, TargetWriter
from orchestrator.stages import departure, rollback
from orchestrator.stages.at_stake import at_stake, guards
from orchestrator.steps.kept import (
    expect,
    facts_of,
    live_facts,
    observed_of,
    planned_of,
    rehearsal_of,
    sql_of,
    undone_of,
)
from orchestrator.steps.tools import Tools, writing


def do_rollback(claim: Claim, tools: Tools) -> Done[Rollback]:
    """Write to the target under its lock, towards what was observed."""
    deployment, rehearsal = claim.deployment, rehearsal_of(claim, tools)
    planned = undone_of(claim, tools)
    drafts = rehearsal.drafts if rehearsal else {}
    try:
        with writing(claim, tools) as writer:
            wanted = _goal(claim, tools, writer, rehearsal)
            stakes: dict[str, Any] = {
                "reader": writer,
                "target": deployment.target,
                "written_by": writer.transactions(
                    [each.version for each in planned_of(claim, tools).pending]
                ),
                "before": observed_of(claim, tools),
            }
            done = rollback.run(
                planned,
                contents=sql_of(planned, tools, *drafts.values()),
                writer=writer,
                before=wanted.before,
                touched=wanted.touched,
                unsure=wanted.unsure,
                committed=_committed(claim, planned, tools),
                drafts=drafts,
                count=partial(at_stake, **stakes),
                guard=partial(guards, **stakes),
                drop_rows=deployment.drop_rows,
                remedy=_to_drop_rows(deployment),
                put_back=_put_back(claim, planned, tools, writer),
            )
            done = _with_what_is_missing(done, planned, writer)
            return _as_expected(done, claim, tools, writer)
    except ConfigurationError:
        if _is_committed(planned, claim, tools):
            raise
        # not ours to write to, and nothing of ours is on its way there: that would hold the fence
        return Done(outcome=Outcome.SKIPPED, gave=Rollback(method=RollbackMethod.ABORTED))


def _to_drop_rows(deployment: Deployment) -> str:
    to = f" --to {deployment.undo_to}" if deployment.undo_to else ""
    drop = (
        f"look at what would go, then: bascule rollback {deployment.undoes or deployment.id}{to} --drop-rows"
    )
    if deployment.undoes is not None:
        return drop
    return f"{drop}; or keep what is committed: bascule unlock {deployment.target} --because …"


def _as_expected(done: Done[Rollback], claim: Claim, tools: Tools, writer: TargetWriter) -> Done[Rollback]:
    """Say what the target should be after an undo; any other rollback changes nothing about that."""
    if done.gave is None or done.outcome is not Outcome.PASSED or claim.deployment.undoes is None:
        return done
    try:
        after = tools.kept.gave(claim.deployment.id, Stage.SMOKE, Smoke)
    except KeyError:
        return done
    if after.expect is None or tools.kept.expected(claim.deployment.target) is None:
        return done  # it never was on record
    end = tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).facts
    if claim.deployment.undo_to is not None:
        own = keys_of(difference(facts_of(end, tools).all, facts_of(after.facts, tools).all))
        end = facts.keep(led_to(facts_of(after.facts, tools), live_facts(writer), own), tools.kept)
    return replace(done, gave=replace(done.gave, expect=expect(claim, tools, after.facts, end)))


def _is_committed(planned: Plan, claim: Claim, tools: Tools) -> bool:
    """Tell whether anything of the plan is done on the target: applied, written by us, or undone."""
    with tools.targets.reading(claim.deployment.target) as reader:
        ours = reader.ours()
        return departure.is_begun(planned, reader) or any(each.version in ours for each in planned.pending)


def _with_what_is_missing(done: Done[Rollback], planned: Plan, writer: TargetWriter) -> Done[Rollback]:
    """Say what is undone and not applied again, where the rollback did not come to that or it failed.

    No file speaks of it any more, so the branch does not want it back: once the rest is right, all is well.
    """
    if not planned.leaving or done.gave is None or done.failure is None:
        return done
    present = {row.version for row in writer.history()}
    missing = tuple(each.version for each in reversed(planned.left) if each.version not in present)
    if not missing:
        return done
    undone = f"what had left the branch is undone and not applied again: {', '.join(missing)}"
    nouns = {**done.failure.nouns, "not_restored": list(missing)}
    return replace(
        done,
        gave=replace(done.gave, not_restored=missing),
        failure=replace(done.failure, message=f"{done.failure.message}; {undone}", nouns=nouns),
    )


def _put_back(claim: Claim, planned: Plan, tools: Tools, writer: TargetWriter) -> rollback.PutBack | None:
    """Apply again what the deployment undid because its files had left; None: it undid nothing."""
    applied = _applied(claim, tools)
    undone = applied.reverted if applied else ()
    if not planned.leaving or not (undone or departure.is_begun(planned, writer)):
        return None
    return partial(departure.put_back, planned, contents=sql_of(planned, tools), writer=writer, undone=undone)


def _goal(claim: Claim, tools: Tools, writer: TargetWriter, rehearsal: Rehearsal | None) -> Goal:
    """Say what to restore: as before, but for what others changed since a deployment of long ago."""
    before, deployment = observed_of(claim, tools), claim.deployment
    try:
        after = facts_of(tools.kept.gave(deployment.id, Stage.SMOKE, Smoke).facts, tools)
    except KeyError:  # it never came to its smoke: what it left behind was all its own
        after = None
    if deployment.undo_to is not None:
        now = live_facts(writer)
        versions = [each.version for each in undone_of(claim, tools).pending]
        return after_a_part(before, after or now, now, rehearsal, versions)
    if deployment.undoes is None or after is None:
        return after_a_failure(before, rehearsal)
    return after_an_undo(before, after, live_facts(writer))


def _committed(claim: Claim, planned: Plan, tools: Tools) -> tuple[Migration, ...] | None:
    applied = _applied(claim, tools)
    if applied is None:
        return None
    return tuple(one.migration for one in applied.migrations if one.migration in planned.pending)


def _applied(claim: Claim, tools: Tools) -> Applied | None:
    """Return what the apply stage gave; None: it never came to an end, and only the target itself knows."""
    try:
        return tools.kept.gave(claim.deployment.id, Stage.APPLY, Applied)
    except KeyError:
        return None
