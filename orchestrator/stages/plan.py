"""Decide what is pending on the target.

Takes          the Tree of the commit, the target's history, what the ledger knows about the target, and
               what is undone because its files left the branch
Gives          Plan: that, and the pending migrations in order, each with its rollback
Fails with     nothing of its own
Leaves behind  nothing
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from orchestrator.domain.deployment import Done, Outcome
from orchestrator.domain.finding import Finding, Verdict, verdict_of, worst_first
from orchestrator.domain.migration import SqlFile
from orchestrator.domain.plan import Departure, HistoryRow, Hold, Plan, Tree
from orchestrator.domain.rollback_files import Pairing, pair_rollbacks
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.history import make_plan, migrations_of
from orchestrator.validation.permission import permissions_in
from orchestrator.validation.settling import settled_plan
from orchestrator.validation.sql_text import SqlText

#: how much of a file may be its first line
_FIRST_LINE_BYTES = 200

Contents = Callable[[list[str]], Mapping[str, bytes]]


def run(
    tree: Tree,
    *,
    history: Sequence[HistoryRow],
    recorded: Mapping[str, str],
    holds: Sequence[Hold],
    policy: TargetPolicy,
    contents: Contents,
    departure: Departure | None = None,
) -> Done[Plan]:
    """Hold the files against the history.

    `contents` is asked for the pending migrations, whose comments may allow a finding, and for rollbacks that
    no name pairs. Skipped when nothing is to be done, refused when a finding is an error.
    """
    made = make_plan(
        tree,
        pair(tree, contents),
        history=history,
        recorded=recorded,
        holds=holds,
        policy=policy,
        departure=departure,
        contents=contents,
    )
    plan = replace(made, findings=_settled(made, contents, policy))
    return Done(outcome=_outcome(plan), gave=plan, findings=plan.findings)


def pair(tree: Tree, contents: Contents) -> Pairing:
    """Find the rollback that belongs to each migration of a commit."""
    first_lines = partial(_first_lines, contents=contents)
    return pair_rollbacks(migrations_of(tree), tree.rollbacks, first_lines=first_lines)


def _settled(plan: Plan, contents: Contents, policy: TargetPolicy) -> tuple[Finding, ...]:
    """Let authors and the operator have their say about the findings."""
    found = contents([each.file.sha256 for each in plan.pending]) if plan.pending else {}
    permissions = [
        permission
        for each in plan.pending
        for permission in permissions_in(SqlText(path=each.file.path, content=found[each.file.sha256]))
    ]
    return worst_first(settled_plan(plan.findings, permissions, policy.severities))


def _outcome(plan: Plan) -> Outcome:
    if verdict_of(plan.findings) is Verdict.REFUSE:
        return Outcome.REFUSED
    return Outcome.PASSED if plan.pending or plan.leaving else Outcome.SKIPPED


def _first_lines(files: Sequence[SqlFile], *, contents: Contents) -> dict[SqlFile, str]:
    found = contents([file.sha256 for file in files])
    return {file: _first_line(found[file.sha256]) for file in files}


def _first_line(content: bytes) -> str:
    return content[:_FIRST_LINE_BYTES].partition(b"\n")[0].decode(errors="replace")
