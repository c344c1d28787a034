"""A migration that does not apply again once everything was taken back."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.rehearsal.evidence import Evidence, words_of
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report it, at the place that the server named."""
    failed = evidence.rehearsal.failed
    if failed is not None and evidence.rehearsal.failed_again:
        message = f"Taken back, it does not apply again: {words_of(failed, without_place=True)}"
        yield evidence.of_failure(RULE, failed, message)


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="After all rollbacks a migration does not apply again",
    effect="Once a deployment was rolled back, the next one fails here until a person has cleaned up",
    remedy="Let the rollback take back whatever the migration stumbles over",
    check=check,
    source=Source.REHEARSAL,
)
