"""A policy that does not say for whom it is."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import StandingPolicy, standing_policies


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each file once, at its first policy of that kind."""
    by_file: dict[str, list[StandingPolicy]] = {}
    for policy in standing_policies(aftermath).values():
        if not (policy.says_roles or policy.serves_the_service_only()) and aftermath.exposed(policy.table):
            by_file.setdefault(policy.seen.path, []).append(policy)
    for policies in by_file.values():
        first, more = policies[0], len(policies) - 1
        others = (
            f", nor {'does one other' if more == 1 else f'do {more} others'} of this file" if more else ""
        )
        yield aftermath.finding(
            RULE, f"{first} does not say for whom it is{others}", first.seen, about=first.table
        )


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A policy has no TO",
    effect="It holds for every role: it is worked out for visitors who could never match, and one slip in its"
    " words lets anon in",
    remedy="Say for whom: to authenticated, or to anon, authenticated",
    check=check,
)
