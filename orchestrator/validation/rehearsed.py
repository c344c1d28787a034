"""Turn what a rehearsal showed into findings. Pure: who rehearses stands in stages/rehearse/."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from orchestrator.domain.finding import Finding, worst_first
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import Rehearsal
from orchestrator.validation.permission import Permission, permissions_in
from orchestrator.validation.placing import placed
from orchestrator.validation.rehearsal.deed import Told
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rules import REHEARSAL_RULES, RULES, atomic_impossible, rollback_missing
from orchestrator.validation.settling import settled_rehearsal
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

#: by rule of the review: the work under a lock that it tells of
_WORK: Final = {rule.id: rule.hazard.work for rule in RULES if rule.hazard}


def rehearsal_findings(
    plan: Plan,
    rehearsal: Rehearsal,
    *,
    smoke: Sequence[Finding] = (),
    files: Sequence[SqlText],
    terms: Terms,
    require_same_major: bool = False,
    said: Sequence[Finding] = (),
) -> tuple[Finding, ...]:
    """Return what is to be said about a rehearsal and its smoke, worst first.

    `files` are the pending migrations, whose comments may allow a finding; `said` is what the review found: a
    hazard that it told of, or that an author allowed there, is not told again.
    """
    permissions = [permission for file in files for permission in permissions_in(file)]
    evidence = Evidence(
        plan=plan,
        rehearsal=rehearsal,
        terms=terms,
        files={file.path: file for file in files},
        require_same_major=require_same_major,
        said=said,
        told=(*_said(said), *_allowed(permissions)),
    )
    found = chain.from_iterable(rule.check(evidence) for rule in REHEARSAL_RULES)
    to_the_end = rehearsal.failed is None or rehearsal.failed_again
    own = settled_rehearsal(
        (*found, *rollback_missing.not_drafted(evidence), *atomic_impossible.played_apart(evidence)),
        permissions,
        terms,
        to_the_end=to_the_end,
    )
    return worst_first((*own, *placed(smoke, files)))


def _said(findings: Iterable[Finding]) -> Iterator[Told]:
    for finding in findings:
        if finding.rule in _WORK and finding.file is not None and finding.line is not None:
            yield Told(
                file=finding.file,
                lines=(finding.line, finding.line),
                object=finding.object,
                work=_WORK[finding.rule],
            )


def _allowed(permissions: Iterable[Permission]) -> Iterator[Told]:
    for each in permissions:
        if each.rule in _WORK and each.reason is not None:
            yield Told(file=each.file.path, lines=each.lines, object=None, work=_WORK[each.rule])
