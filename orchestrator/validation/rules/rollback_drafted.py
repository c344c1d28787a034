"""A migration without a rollback, for which one was drafted and proven."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.rehearsal import RollbackSource, RollbackVerdict
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report each."""
    for way in evidence.ways_back(RollbackVerdict.PROVEN):
        if way.proof.source is RollbackSource.DRAFT:
            yield way.finding(
                RULE,
                f"{way.name} has no rollback file; a draft was proven",
                remedy=f"bascule rollback draft prints it: commit it as {way.rollback}",
            )


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A migration has no rollback file, and the rehearsal has drafted and proven one",
    effect="If a later stage fails, the draft is run",
    remedy="bascule rollback draft prints it, ready to be committed",
    check=check,
    source=Source.REHEARSAL,
)
