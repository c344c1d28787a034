"""Where each stage's inputs come from: the ledger, the settings, a target's connection.

What one stage gives is what a later one takes, kept in the ledger in between: so each stage keeps precise
types, and each may be carried out by another worker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from orchestrator.catalog import drift, facts, survey
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
from orchestrator.domain.errors import ConfigurationError, Failure, MigrationRefused
from orchestrator.domain.facts import Facts, difference
from orchestrator.domain.goal import Goal, after_a_failure, after_a_part, after_an_undo, led_to
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Plan, Tree
from orchestrator.domain.rehearsal import CannotCopy, Rehearsal, ScratchCopy
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Claim, Claims, Git, Kept, Linter, Scratch, Targets, TargetWriter
from orchestrator.stages import apply, checkout, observe, plan, rehearse, rollback, smoke, validate
from orchestrator.stages.at_stake import at_stake
from orchestrator.validation.history import migrations_of
from orchestrator.validation.split import decode


@dataclass(frozen=True, kw_only=True, slots=True)
class GoBack:
    """What an earlier stage found does not hold any longer: that stage comes once more."""

    to: Stage
    why: str


#: how a stage may end: with an outcome, overtaken by the head, not yet, or not any longer
Result = Done[Any] | checkout.HeadMoved | checkout.NotYet | GoBack

#: so often a target may change under a deployment before it is refused
_MOST_LOOKS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What the stages work with."""

    claims: Claims
    kept: Kept
    git: Git
    targets: Targets
    linter: Linter
    scratch: Scratch
    #: by the target's name
    policies: Mapping[str, TargetPolicy]

    def policy(self, target: str) -> TargetPolicy:
        """Return a target's policy. Raises ConfigurationError when the settings no longer name it."""
        if target not in self.policies:
            raise ConfigurationError(
                f"the settings have no target {target}",
                code="target-unknown",
                remedy=f"add [targets.{target}], or ignore its old deployments",
                target=target,
            )
        return self.policies[target]


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
        history = reader.history()
    return plan.run(
        tree,
        history=history,
        recorded=tools.kept.recorded(target),
        holds=tools.kept.holds(target),
        policy=tools.policy(target),
        contents=partial(_contents, tools),
    )


def do_validate(claim: Claim, tools: Tools) -> Done[Any]:
    """Hold the planned SQL against the rules and the target."""
    planned = planned_of(claim, tools)
    target = claim.deployment.target
    with tools.targets.reading(target) as reader:
        return validate.run(
            planned,
            contents=_sql_of(planned, tools),
            policy=tools.policy(target),
            linter=tools.linter,
            reader=reader,
        )


def do_observe(claim: Claim, tools: Tools) -> Done[Observation]:
    """Look at the target, which nothing has changed yet."""
    target = claim.deployment.target
    expected = tools.kept.expected(target)
    with tools.targets.reading(target) as reader, reader.asking() as database:
        return observe.run(
            database,
            policy=tools.policy(target),
            kept=tools.kept,
            recorded=tools.kept.content([expected])[expected] if expected else None,
            times=_looks(claim, tools) + 1,
        )


def do_rehearse(claim: Claim, tools: Tools) -> Done[Rehearsal]:
    """Carry the plan out on a copy of the target as it was observed."""
    target = claim.deployment.target
    policy, planned = tools.policy(target), planned_of(claim, tools)
    if not policy.rehearse:
        return Done(outcome=Outcome.SKIPPED)
    observed = _facts(tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).facts, tools)
    with tools.targets.reading(target) as reader, reader.asking() as database:
        seen = survey.read(database, target=target)
    return rehearse.run(
        planned,
        contents=_sql_of(planned, tools),
        policy=policy,
        scratch=tools.scratch,
        copy=_copy(claim, tools, observed),
        seen=seen,
        kept=tools.kept,
        said=tools.kept.findings(claim.deployment.id, Stage.VALIDATE),
    )


def _copy(claim: Claim, tools: Tools, observed: Facts) -> ScratchCopy:
    """Copy the target; where that cannot be done, build what the files say that it is."""
    try:
        return tools.scratch.copy_of(claim.deployment.target, observed)
    except CannotCopy as why:
        tree = tools.kept.gave(claim.deployment.id, Stage.CHECKOUT, Tree)
        pending = {each.version for each in planned_of(claim, tools).pending}
        base = [each for each in migrations_of(tree) if each.version not in pending]
        texts = tools.kept.content([each.file.sha256 for each in base])
        return tools.scratch.build(
            [(each, decode(texts[each.file.sha256])) for each in base],
            target_major=observed.server_major,
            why=str(why),
        )


def do_apply(claim: Claim, tools: Tools) -> Done[Applied] | GoBack:
    """Write to the target under its lock, if it still is what was rehearsed."""
    planned = planned_of(claim, tools)
    contents = _sql_of(planned, tools)
    with tools.targets.writing(claim.deployment.target, ledger_id=tools.claims.ledger_id) as writer:
        if _was_changed(claim, tools, writer):
            if _looks(claim, tools) < _MOST_LOOKS:
                return GoBack(to=Stage.OBSERVE, why="somebody changed the target after it was observed")
            return Done(outcome=Outcome.REFUSED, failure=Failure.of(_keeps_moving(claim)))
        return apply.run(planned, contents=contents, writer=writer, condition=_condition(claim, tools))


def _condition(claim: Claim, tools: Tools) -> apply.Condition | None:
    """Say under which condition all is committed at once, where the target wants that."""
    policy = tools.policy(claim.deployment.target)
    if not policy.atomic:
        return None
    before = tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation)
    return apply.Condition(before=before.matrix, exposed_schemas=policy.exposed_schemas)


def _was_changed(claim: Claim, tools: Tools, writer: TargetWriter) -> bool:
    """Tell whether the facts are not those that were observed, before anything of ours is there."""
    if not tools.policy(claim.deployment.target).rehearse:
        return False
    if any(each.version in writer.ours() for each in planned_of(claim, tools).pending):
        return False  # an earlier attempt got further
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
        f"{target} was changed by somebody else {_MOST_LOOKS} times between its rehearsal and the moment to apply",
        code="target-keeps-moving",
        remedy=f"find out who changes it, then: bascule retry {claim.deployment.id}",
        target=target,
    )


def do_smoke(claim: Claim, tools: Tools) -> Done[Smoke]:
    """Look at the target again, beside what was observed."""
    before = tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation)
    schemas = tools.policy(claim.deployment.target).exposed_schemas
    with tools.targets.reading(claim.deployment.target) as reader, reader.asking() as database:
        done = smoke.run(before.matrix, database=database, kept=tools.kept, exposed_schemas=schemas)
    if done.gave is None or done.outcome is not Outcome.PASSED:
        return done
    return replace(done, gave=replace(done.gave, expect=_expect(claim, tools, before.facts, done.gave.facts)))


def _expect(claim: Claim, tools: Tools, before: str, after: str) -> str:
    """Keep the facts that the target should have, once led from `before` to `after`; return their sha256.

    That is what it has, but for what others changed: those facts stay as they are on record.
    """
    recorded = tools.kept.expected(claim.deployment.target)
    if recorded in (None, before):
        return after
    assert recorded is not None
    contents = tools.kept.content([recorded, before, after])
    expected = drift.expected_after(contents[recorded], contents[before], contents[after])
    return after if expected is None else facts.keep(expected, tools.kept)


def do_rollback(claim: Claim, tools: Tools) -> Done[Rollback]:
    """Write to the target under its lock, towards what was observed."""
    deployment, rehearsal = claim.deployment, _rehearsal(claim, tools)
    planned = undone_of(claim, tools)
    drafts = rehearsal.drafts if rehearsal else {}
    try:
        with tools.targets.writing(deployment.target, ledger_id=tools.claims.ledger_id) as writer:
            wanted = _goal(claim, tools, writer, rehearsal)
            done = rollback.run(
                planned,
                contents=_sql_of(planned, tools, *drafts.values()),
                writer=writer,
                before=wanted.before,
                touched=wanted.touched,
                unsure=wanted.unsure,
                committed=_committed(claim, planned, tools),
                drafts=drafts,
                count=partial(
                    at_stake,
                    reader=writer,
                    target=deployment.target,
                    versions=[each.version for each in planned_of(claim, tools).pending],
                    before=_observed(claim, tools),
                ),
                drop_rows=deployment.drop_rows,
                remedy=_to_drop_rows(deployment),
            )
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
        own = keys_of(difference(_facts(end, tools).all, _facts(after.facts, tools).all))
        end = facts.keep(led_to(_facts(after.facts, tools), _live(writer), own), tools.kept)
    return replace(done, gave=replace(done.gave, expect=_expect(claim, tools, after.facts, end)))


def _is_committed(planned: Plan, claim: Claim, tools: Tools) -> bool:
    """Tell whether anything of the plan is on the target, written by us."""
    with tools.targets.reading(claim.deployment.target) as reader:
        ours = reader.ours()
    return any(migration.version in ours for migration in planned.pending)


def _goal(claim: Claim, tools: Tools, writer: TargetWriter, rehearsal: Rehearsal | None) -> Goal:
    """Say what to restore: as before, but for what others changed since a deployment of long ago."""
    before, deployment = _observed(claim, tools), claim.deployment
    try:
        after = _facts(tools.kept.gave(deployment.id, Stage.SMOKE, Smoke).facts, tools)
    except KeyError:  # it never came to its smoke: what it left behind was all its own
        after = None
    if deployment.undo_to is not None:
        now = _live(writer)
        versions = [each.version for each in undone_of(claim, tools).pending]
        return after_a_part(before, after or now, now, rehearsal, versions)
    if deployment.undoes is None or after is None:
        return after_a_failure(before, rehearsal)
    return after_an_undo(before, after, _live(writer))


def _rehearsal(claim: Claim, tools: Tools) -> Rehearsal | None:
    try:
        return tools.kept.gave(claim.deployment.id, Stage.REHEARSE, Rehearsal)
    except KeyError:  # the target's policy does without
        return None


def _observed(claim: Claim, tools: Tools) -> Facts:
    return _facts(tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).facts, tools)


def _live(writer: TargetWriter) -> Facts:
    with writer.asking() as database:
        return facts.read(database)


def _facts(sha256: str, tools: Tools) -> Facts:
    return facts.facts_from_bytes(tools.kept.content([sha256])[sha256])


def _committed(claim: Claim, planned: Plan, tools: Tools) -> tuple[Migration, ...] | None:
    try:
        applied = tools.kept.gave(claim.deployment.id, Stage.APPLY, Applied)
    except KeyError:  # the stage never came to an end: only the target itself knows
        return None
    return tuple(one.migration for one in applied.migrations if one.migration in planned.pending)


def planned_of(claim: Claim, tools: Tools) -> Plan:
    """Return what the plan stage gave."""
    return tools.kept.gave(claim.deployment.id, Stage.PLAN, Plan)


def undone_of(claim: Claim, tools: Tools) -> Plan:
    """Return the part of the plan that a rollback is about: all of it, unless a person names where to end."""
    planned = planned_of(claim, tools)
    return replace(planned, pending=planned.after(claim.deployment.undo_to))


def _contents(tools: Tools, sha256s: list[str]) -> Mapping[str, bytes]:
    return tools.kept.content(sha256s)


def _sql_of(planned: Plan, tools: Tools, *more: SqlFile) -> Mapping[str, bytes]:
    files = [file for one in planned.pending for file in (one.file, one.rollback) if file]
    return tools.kept.content([file.sha256 for file in (*files, *more)])
