"""A migration that no rollback can take back."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.rehearsal import RollbackVerdict
from orchestrator.validation.rehearsal.evidence import Evidence, named
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report each, with what stays."""
    for way in evidence.ways_back(RollbackVerdict.IRREVERSIBLE):
        left = named([change.headline for change in way.proof.residue])
        yield way.finding(RULE, f"{way.name} cannot be taken back: {left}")


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A migration does what no server takes back, such as adding a value to an enumeration",
    effect="If a later stage fails, the database cannot be put back by itself and a person is needed",
    remedy="Put it into a migration of its own, and allow it there with a reason",
    check=check,
    source=Source.REHEARSAL,
)
