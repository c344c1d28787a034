"""Apply the planned migrations.

Takes          a Plan whose findings do not refuse, the contents of its files by sha256, and, where all of
               it is to be one transaction, what the probes are held against before that commits
Gives          Applied: what is committed, in order, with durations; the culprit when one failed; refused when
               the probes refused the one transaction, with the findings
Fails with     TargetError, which names file, line, column and SQLSTATE; ConfigurationError, for a right that
               is missing. Both are kept in the outcome; Unavailable and Stale are raised
Leaves behind  each migration and its history row committed together, or neither; all of them or none where
               it is one transaction
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.deployment import Applied, AppliedMigration, Done, Outcome
from orchestrator.domain.errors import BasculeError, ConfigurationError, Contention, Failure, TargetError
from orchestrator.domain.finding import Finding, Severity, Verdict, as_set, verdict_of, worst_first
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.migration import Migration
from orchestrator.domain.opening import Opening
from orchestrator.domain.plan import Plan
from orchestrator.ports import Database, TargetWriter
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from orchestrator.validation.split import decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """All migrations are one transaction, which is committed only if nothing got worse."""

    #: who may do what before anything changes
    before: Matrix
    exposed_schemas: Sequence[str]
    #: what the operator made of rules, by id; None switches a rule off
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    #: what is declared as meant to be open
    openings: Sequence[Opening] = ()
    #: as whom is asked besides
    identities: Sequence[AddedIdentity] = ()


def run(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    writer: TargetWriter,
    condition: Condition | None = None,
) -> Done[Applied]:
    """Apply what the target does not have yet, in order, up to the first failure. May be run again.

    What an earlier attempt committed is in the target's own history, which is asked first. A version that
    somebody else applied since the plan ends the stage: it is not ours, and nobody may roll it back as ours.
    `condition`: all in one transaction; but what an earlier attempt began one by one goes on one by one.
    """
    present, ours = {row.version for row in writer.history()}, writer.ours()
    versions = {each.version for each in plan.pending}
    if condition is not None and versions and versions.isdisjoint(present):
        return _at_once(plan, contents, writer, condition)
    applied: list[AppliedMigration] = []
    for migration in plan.pending:
        if migration.version in present and migration.version not in ours:
            return _failed(applied, migration, _moved(migration))
        if migration.version in present:
            applied.append(AppliedMigration(migration=migration, took_seconds=0))
            continue
        crash_point("apply: before a migration")
        try:
            applied.append(writer.apply(migration, decode(contents[migration.file.sha256])))
        except (TargetError, ConfigurationError) as error:
            return _failed(applied, migration, error)
        crash_point("apply: after a migration committed")
    return Done(outcome=Outcome.PASSED, gave=Applied(migrations=tuple(applied)))


def _at_once(
    plan: Plan, contents: Mapping[str, bytes], writer: TargetWriter, condition: Condition
) -> Done[Applied]:
    """Apply all or nothing."""
    found: tuple[Finding, ...] = ()

    def nothing_got_worse(database: Database) -> bool:
        nonlocal found
        after = ask(database, condition.exposed_schemas, identities=condition.identities)
        asked = judge(condition.before, after, openings=condition.openings)
        found = worst_first(as_set(asked, condition.severities))
        return verdict_of(found) is not Verdict.REFUSE

    pairs = [(each, decode(contents[each.file.sha256])) for each in plan.pending]
    crash_point("apply: before all in one transaction")
    try:
        applied = writer.apply_all(pairs, nothing_got_worse)
    except (TargetError, ConfigurationError) as error:
        return _none_applied(plan, error)
    crash_point("apply: after the commit of all")
    if not applied:
        return Done(outcome=Outcome.REFUSED, gave=Applied(at_once=True), findings=found)
    return Done(outcome=Outcome.PASSED, gave=Applied(migrations=applied, at_once=True))


def _none_applied(plan: Plan, error: BasculeError) -> Done[Applied]:
    """End the stage with nothing committed; who is to blame the error says, if anybody is."""
    failed = next((each for each in plan.pending if each.version == error.nouns.get("version")), None)
    if failed is not None:
        return _failed([], failed, error)
    return Done(outcome=Outcome.FAILED, gave=Applied(), failure=Failure.of(error))


def _moved(migration: Migration) -> Contention:
    return Contention(
        f"version {migration.version} is in the target's history by now: somebody else applied it",
        code="history-moved",
        remedy="see who else deploys to this target; then plan anew with the next push, or: bascule retry",
        version=migration.version,
        file=migration.file.path,
    )


def _failed(applied: list[AppliedMigration], migration: Migration, error: BasculeError) -> Done[Applied]:
    """End the stage; what it committed is told in any case, for a rollback and for the record."""
    to_blame = isinstance(error, TargetError) and not isinstance(error, Contention)
    culprit = migration if to_blame else None
    return Done(
        outcome=Outcome.FAILED,
        gave=Applied(migrations=tuple(applied), culprit=culprit),
        failure=Failure.of(error),
    )
