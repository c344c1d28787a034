"""What earlier stages gave, as the ledger keeps it, and what the target is expected to be."""

from collections.abc import Mapping
from dataclasses import replace

from orchestrator.catalog import drift, facts
from orchestrator.domain.deployment import Observation, Stage
from orchestrator.domain.facts import Facts
from orchestrator.domain.migration import SqlFile
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import Rehearsal
from orchestrator.ports import Claim, TargetWriter
from orchestrator.steps.tools import Tools


def rehearsal_of(claim: Claim, tools: Tools) -> Rehearsal | None:
    """Return what the rehearsal showed; None: the target's policy does without."""
    try:
        return tools.kept.gave(claim.deployment.id, Stage.REHEARSE, Rehearsal)
    except KeyError:
        return None


def observed_of(claim: Claim, tools: Tools) -> Facts:
    """Return the facts that were observed before anything changed."""
    return facts_of(tools.kept.gave(claim.deployment.id, Stage.OBSERVE, Observation).facts, tools)


def live_facts(writer: TargetWriter) -> Facts:
    """Read the target's facts as they are now."""
    with writer.asking() as database:
        return facts.read(database)


def facts_of(sha256: str, tools: Tools) -> Facts:
    """Return kept facts."""
    return facts.facts_from_bytes(tools.kept.content([sha256])[sha256])


def expect(claim: Claim, tools: Tools, before: str, after: str) -> str:
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


def planned_of(claim: Claim, tools: Tools) -> Plan:
    """Return what the plan stage gave."""
    return tools.kept.gave(claim.deployment.id, Stage.PLAN, Plan)


def undone_of(claim: Claim, tools: Tools) -> Plan:
    """Return the part of the plan that a rollback is about: all of it, unless a person names where to end."""
    planned = planned_of(claim, tools)
    whole = claim.deployment.undo_to is None
    return replace(
        planned,
        pending=planned.after(claim.deployment.undo_to),
        leaving=planned.leaving if whole else (),
    )


def contents(tools: Tools, sha256s: list[str]) -> Mapping[str, bytes]:
    """Return kept contents by their sha256."""
    return tools.kept.content(sha256s)


def sql_of(planned: Plan, tools: Tools, *more: SqlFile) -> Mapping[str, bytes]:
    """Return the contents of a plan's files, and of more."""
    files = [file for one in (*planned.left, *planned.pending) for file in (one.file, one.rollback) if file]
    return tools.kept.content([file.sha256 for file in (*files, *more)])
