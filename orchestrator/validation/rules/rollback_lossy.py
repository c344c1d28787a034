"""A rollback that brings back the shape, and not the rows."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.rehearsal import RollbackSource, RollbackVerdict
from orchestrator.validation.rehearsal.evidence import Evidence, named
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report each, with what would be lost."""
    for way in evidence.ways_back(RollbackVerdict.LOSSY):
        drafted = way.proof.source is RollbackSource.DRAFT
        rollback = "no rollback is written, and the drafted one" if drafted else "its rollback"
        yield way.finding(
            RULE,
            f"{way.name}: {rollback} does not bring back {named(way.proof.losses)}",
            remedy=f"Keep what {way.rollback} has to bring back; or allow the loss, with a reason",
        )


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A rollback restores the schema, but not rows or values that were there before",
    effect="If a later stage fails, they are gone: then only a backup has them",
    remedy="Keep what the rollback has to bring back; or allow the loss, with a reason",
    check=check,
    source=Source.REHEARSAL,
)
