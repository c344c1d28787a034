"""A role that no policy holds back."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import ChangeMembership, ChangeRole
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_OPTIONS = ("superuser", "bypassrls")
#: they pass by all policies
_MIGHTY = frozenset({"service_role", "postgres", "supabase_admin"})
_CLIENTS = frozenset({"anon", "authenticated", "public"})


def check(moment: Moment[ChangeRole | ChangeMembership]) -> Iterator[Finding]:
    """Report attributes, and memberships that hand them to clients."""
    change = moment.change
    if isinstance(change, ChangeRole):
        given = [option.upper() for option in _OPTIONS if option in change.options]
        if given:
            yield moment.finding(
                RULE, f"The role {change.role} gets {' and '.join(given)}", severity=Severity.WARNING
            )
        return
    mighty = sorted(_MIGHTY.intersection(change.roles))
    members = sorted(_CLIENTS.intersection(change.members))
    if change.given and mighty and members:
        yield moment.finding(
            RULE,
            f"{' and '.join(members)} may become {' and '.join(mighty)}",
            severity=Severity.WARNING if change.guarded else Severity.ERROR,
            effect="Every client can do what only the service may",
            remedy="Grant the clients what they need on tables and functions, and write policies",
        )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A role gets past all policies",
    effect="Whoever comes as this role reads and writes past all policies; hosted Supabase refuses SUPERUSER",
    remedy="Give the role grants on what it needs, and policies of its own",
    check=check,
    looks_at=(ChangeRole, ChangeMembership),
)
