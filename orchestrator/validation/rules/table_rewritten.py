"""A table that was written anew in the rehearsal."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.rehearsal.deed import Held, heavy
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rule import Rule

_HAZARD = Hazard(blocks=Blocks.EVERYTHING, work=Work.REWRITE)
#: whatever gives a table a new file holds it
_MODE = "AccessExclusiveLock"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report each statement that did, unless the review has told."""
    for deed in evidence.deeds:
        tables = () if deed.empties else deed.news(deed.rewritten, evidence.told, rewritten=True)
        if tables:
            lock = Held(mode=_MODE, line=deed.line)
            yield heavy(RULE, deed, tables, "written anew", hazard=_HAZARD, under=lock, terms=evidence.terms)


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A statement wrote a table anew in the rehearsal",
    effect="Reads and writes wait while the whole table and its indexes are written anew",
    remedy="Add a new column, keep both equal by a trigger, fill it in portions, switch, drop the old one",
    check=check,
    source=Source.REHEARSAL,
)
