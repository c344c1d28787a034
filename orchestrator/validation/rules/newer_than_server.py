"""Something that the target's server is too old for."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Feature
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule


def check(moment: Moment[Feature]) -> Iterator[Finding]:
    """Report what came with a later version; a database may have its own function of that name."""
    feature, major = moment.change, moment.terms.server_major
    if major is None or feature.since_major <= major:
        return
    if feature.function is not None and moment.world.function(Name(None, feature.function)):
        return
    words = f"{feature.words[:1].upper()}{feature.words[1:]}" if " " in feature.words else feature.words
    yield moment.finding(
        RULE,
        f"{words} came with PostgreSQL {feature.since_major}; the server is {major}",
        severity=Severity.WARNING if feature.guarded else None,
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="The file says something that came with a later version of PostgreSQL",
    effect="The server refuses it, or takes it for something else",
    remedy="Write it as the older version can, or upgrade the target first",
    check=check,
    looks_at=(Feature,),
)
