"""A table that was read from end to end in the rehearsal, while others were kept out."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.hazard import Blocks, Hazard
from orchestrator.validation.rehearsal.deed import Deed, heavy
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report each statement that did, unless the review has told; reading under a weak lock harms nobody."""
    for deed in evidence.deeds:
        under_lock = [table for table in deed.scanned if table in deed.held]
        tables = deed.news(under_lock, evidence.told, rewritten=False)
        if tables:
            yield _finding(deed, tables, evidence)


def _finding(deed: Deed, tables: tuple[Name, ...], evidence: Evidence) -> Finding:
    lock = max((deed.held[table] for table in tables), key=lambda held: held.blocks is Blocks.EVERYTHING)
    hazard = Hazard(blocks=lock.blocks, work=deed.work)
    doing = "read from end to end"
    return heavy(RULE, deed, tables, doing, hazard=hazard, under=lock, terms=evidence.terms)


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A statement read a whole table in the rehearsal while a lock kept others out",
    effect="Writes, and under ACCESS EXCLUSIVE reads, wait until the last row is read",
    remedy="Read in a migration of its own, before the lock or under a weaker one: NOT VALID, then VALIDATE",
    check=check,
    source=Source.REHEARSAL,
)
