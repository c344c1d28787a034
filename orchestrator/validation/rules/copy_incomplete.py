"""A copy that is not in everything like its target."""

from collections.abc import Iterator

from orchestrator.domain.difference import outermost
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.rehearsal.evidence import Evidence, named, unlike
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report once what it lacks, or has otherwise."""
    missing = evidence.rehearsal.copy.missing
    if missing:
        yield RULE.finding(f"The copy is not like the target: {named([*map(unlike, outermost(missing))])}")


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="The copy on which was rehearsed lacks something of the target, or has it otherwise",
    effect="What migrations and rollbacks do to that was not seen, or not as it will be",
    remedy="Give the scratch server what is missing (an extension, a right), or look at these by hand",
    check=check,
    source=Source.REHEARSAL,
)
