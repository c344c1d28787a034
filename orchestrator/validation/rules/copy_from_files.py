"""A copy that was built from files, although there is a target."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.rehearsal import CopyOrigin
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report it once, with the reason."""
    copy = evidence.rehearsal.copy
    if copy.origin is CopyOrigin.FILES and copy.why_files:
        yield RULE.finding(f"The copy was built from files, not from the target: {copy.why_files}")


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="The target could not be dumped, so the rehearsal took place on what the files say that it is",
    effect="What was changed on the target by hand is not on the copy",
    remedy="Give Bascule a pg_dump of at least the target's major version, and the right to read its schema",
    check=check,
    source=Source.REHEARSAL,
)
