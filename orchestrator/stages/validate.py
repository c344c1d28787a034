"""Review the SQL that is about to run, against the target as it stands, before anything is changed.

Takes          a Plan whose findings do not block, the contents of its files, and the target to look at
Gives          nothing but findings
Fails with     TargetError when the catalog cannot be read; Unavailable when the target is away
Leaves behind  nothing

The linter may be missing and a question to the target's rows may go unanswered: then a finding says so.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from orchestrator.catalog import survey
from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.deployment import Done, Outcome
from orchestrator.domain.finding import Finding, Verdict, verdict_of
from orchestrator.domain.plan import Plan
from orchestrator.domain.shape import Name
from orchestrator.domain.survey import Survey
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Linter, TargetReader
from orchestrator.validation import preflight
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.world import SEARCH_PATH

#: what one question may take at most; a question about a large table must not use up everybody's time
_ONE_QUESTION_SECONDS = 5.0
#: with less than this left nothing is asked any more
_LEAST_SECONDS = 0.05


def run(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    policy: TargetPolicy,
    linter: Linter,
    reader: TargetReader,
) -> Done[None]:
    """Judge every pending migration, and its rollback by whether it could run at all.

    `contents` holds the bytes of these files by sha256; KeyError when one is missing.
    """
    files = [SqlText(path=each.file.path, content=contents[each.file.sha256]) for each in plan.pending]
    rollbacks = [
        SqlText(path=each.rollback.path, content=contents[each.rollback.sha256])
        for each in plan.pending
        if each.rollback
    ]
    undone = [
        SqlText(path=each.rollback.path, content=contents[each.rollback.sha256])
        for each in plan.left
        if each.rollback
    ]
    findings = judge(files, rollbacks=rollbacks, undone=undone, policy=policy, linter=linter, reader=reader)
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(outcome=Outcome.REFUSED if refused else Outcome.PASSED, findings=findings)


def judge(
    files: Sequence[SqlText],
    *,
    rollbacks: Sequence[SqlText],
    undone: Sequence[SqlText] = (),
    policy: TargetPolicy,
    linter: Linter,
    reader: TargetReader,
    applied: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """Return what is to be said about migrations on their way to a target, worst first.

    `undone` are rollbacks that run before them. `applied` are paths of files that the target has already:
    nothing about them refuses.
    """
    with reader.asking() as database:
        seen = survey.read(database, target=policy.name)
    pending = [file for file in files if file.path not in applied]
    return review(
        files,
        Terms.of(policy, seen),
        rollbacks=rollbacks,
        undone=undone,
        applied=applied,
        lint=partial(linter.lint, server_major=seen.server_major),
        answers=lambda: _answers(pending, policy, reader, seen),
    )


def _answers(
    files: Sequence[SqlText], policy: TargetPolicy, reader: TargetReader, seen: Survey
) -> Iterator[Finding]:
    """Ask the target's rows, within the time that the policy gives."""
    end = time.monotonic() + policy.preflight_seconds
    late: list[preflight.Question] = []
    for question in preflight.questions(files, seen.shape):
        if _is_told_by_statistics(question.demand, seen):
            continue
        left = end - time.monotonic()
        if left < _LEAST_SECONDS:
            late.append(question)
            continue
        obstacle = reader.obstacle(question.demand, limit_seconds=min(left, _ONE_QUESTION_SECONDS))
        if obstacle is not None:
            yield from preflight.findings(question, obstacle)
    for _, (first, *more) in groupby(late, key=lambda question: question.file.path):
        yield from preflight.not_asked(first, len(more))


def _is_told_by_statistics(demand: Demand, seen: Survey) -> bool:
    """Tell whether the rule required-column says so already: rows are there, whatever they hold."""
    size = seen.sizes.get(Name(demand.table.schema or SEARCH_PATH[0], demand.table.name))
    return demand.kind is DemandKind.NEW_COLUMN and size is not None and size.rows > 0
