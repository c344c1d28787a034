"""A rollback that leaves something behind, or does not run."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.rehearsal import RollbackVerdict
from orchestrator.validation.rehearsal.evidence import Evidence, WayBack
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report each, with what is not as before, or why it did not run."""
    for way in evidence.ways_back(RollbackVerdict.UNPROVEN):
        yield way.finding(
            RULE, f"{way.name}: {_what_is_wrong(way)}", remedy=f"Complete {way.rollback}, and rehearse again"
        )


def _what_is_wrong(way: WayBack) -> str:
    if way.proof.failure is not None:
        return f"its rollback does not run: {way.obstacles}"
    if way.proof.residue:
        return f"after its rollback not all is as before: {way.obstacles}"
    return f"nobody can tell whether its rollback brings back all that was there: {way.obstacles}"


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A rollback does not run, or the database is not what it was before the migration",
    effect="If a later stage fails, the database cannot be put back by itself and a person is needed",
    remedy="Complete the rollback, and rehearse again",
    check=check,
    source=Source.REHEARSAL,
)
