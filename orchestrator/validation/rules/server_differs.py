"""A rehearsal on another major version than the target's."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.evidence import Evidence
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report it once; an error where the target wants its own version."""
    copy = evidence.rehearsal.copy
    if copy.server_differs:
        yield RULE.finding(
            f"Rehearsed on PostgreSQL {copy.server_major}; the target is PostgreSQL {copy.target_major}",
            severity=Severity.ERROR if evidence.require_same_major else None,
        )


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="The rehearsal ran on another major version of PostgreSQL than the target's",
    effect="What differs between the two versions was not seen",
    remedy="Install PostgreSQL of the target's major version beside Bascule, or name a server in scratch_url",
    check=check,
    source=Source.REHEARSAL,
)
