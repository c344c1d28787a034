"""SQL that nobody can read beforehand."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import Unseen
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule


def check(moment: Moment[Unseen]) -> Iterator[Finding]:
    """Report each."""
    what = moment.change.what
    yield moment.finding(RULE, f"{what[:1].upper()}{what[1:]}: what it changes was not looked at")


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="SQL is made up while it runs, or hidden in another language",
    effect="No rule has seen what it does, and what comes after it is judged less strictly",
    remedy="Write the statements out where that is possible; what they open to clients, the smoke stage sees",
    check=check,
    looks_at=(Unseen,),
)
