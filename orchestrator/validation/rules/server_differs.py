"""A rehearsal on another major version than the target's."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rule import Rule


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report it once; an error where the target wants its own version. A bare checkout has no target."""
    copy = evidence.rehearsal.copy
    if copy.server_differs:
        has_target = evidence.terms.survey is not None
        whose = "the target is PostgreSQL" if has_target else "the project's config.toml says"
        yield RULE.finding(
            f"Rehearsed on PostgreSQL {copy.server_major}; {whose} {copy.target_major}",
            remedy=None
            if has_target
            else f"Install PostgreSQL {copy.target_major} on this machine, or name a --target",
            severity=Severity.ERROR if evidence.require_same_major else None,
        )


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="The rehearsal ran on another major version of PostgreSQL than the target's",
    effect="What differs between the two versions was not seen",
    remedy="Install PostgreSQL of that major version beside Bascule, or name a server in scratch_url",
    check=check,
    source=Source.REHEARSAL,
)
