"""The linter could not be asked."""

from collections.abc import Iterator

from orchestrator.domain.errors import Unavailable
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.rule import Rule


def check(error: Unavailable) -> Iterator[Finding]:
    """Say why: a source that is silent must not be taken for one that has nothing to say."""
    yield RULE.finding(error.message, remedy=error.remedy or RULE.remedy)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="squawk, which finds lock hazards, could not be run",
    effect="Nothing was said about locks: this report lacks one of its sources",
    remedy='Install Bascule anew; with rules.linter-missing = "error" such a report refuses',
    check=check,
    source=Source.SQUAWK,
)
