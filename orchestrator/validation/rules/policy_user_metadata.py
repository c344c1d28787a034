"""A policy that believes what users say about themselves."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AlterPolicy, CreatePolicy
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_WRITABLE = frozenset({"user_metadata", "raw_user_meta_data"})


def check(moment: Moment[CreatePolicy | AlterPolicy]) -> Iterator[Finding]:
    """Report each mention, in the token or in auth.users."""
    policy = moment.change
    for expression in (policy.using, policy.check):
        if expression is None:
            continue
        literals = [each.offset for each in expression.literals if each.text in _WRITABLE]
        columns = [policy.offset for each in expression.columns if each.name in _WRITABLE]
        for offset in (literals + columns)[:1]:
            message = f'Policy "{policy.name}" on {policy.table} trusts user_metadata'
            yield moment.finding(RULE, message, at=offset, about=policy.table)


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A policy decides by user_metadata",
    effect="Every user can write their own user_metadata through the API, and so let themselves in",
    remedy="Decide by app_metadata, which only the service may write, or by a table of your own",
    check=check,
    looks_at=(CreatePolicy, AlterPolicy),
)
