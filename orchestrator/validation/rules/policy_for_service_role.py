"""A policy for a role that no policy holds back."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.standing import standing_policies


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each; without TO it is besides asked of everybody."""
    for policy in standing_policies(aftermath).values():
        if policy.serves_the_service_only() and policy.permissive and aftermath.exposed(policy.table):
            asked = "" if policy.says_roles else ", and without TO everybody is asked"
            yield aftermath.finding(
                RULE,
                f"{policy} is for service_role, which passes by all policies{asked}",
                policy.seen,
                about=policy.table,
                remedy=f"Leave it out; what the service needs is a grant:"
                f" grant select, insert, update, delete on {spelled(policy.table)} to service_role",
            )


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A policy is for service_role",
    effect="It changes nothing: the role has BYPASSRLS",
    remedy="Leave it out; what the service needs is a grant to service_role",
    check=check,
)
