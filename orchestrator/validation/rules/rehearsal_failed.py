"""A migration that does not apply on the copy."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.rehearsal.evidence import Evidence, words_of
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report it, at the place that the server named."""
    failed = evidence.rehearsal.failed
    if failed is not None and not evidence.rehearsal.failed_again:
        yield evidence.of_failure(RULE, failed, words_of(failed, without_place=True))


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A migration does not apply on a copy of the target",
    effect="It would fail on the target as well; the target is untouched",
    remedy="Mend the statement",
    check=check,
    source=Source.REHEARSAL,
    may_be_allowed=False,
)
