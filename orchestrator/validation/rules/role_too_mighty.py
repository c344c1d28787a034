"""A role that no policy holds back."""

from collections.abc import Iterator
from typing import Any

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AlterTable, Change, ChangeMembership, ChangeRole
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_OPTIONS = ("superuser", "bypassrls")
#: they pass by all policies
_MIGHTY = frozenset({"service_role", "postgres", "supabase_admin"})
_CLIENTS = frozenset({"anon", "authenticated", "public"})
#: as whom the API comes
_API = frozenset({"anon", "authenticated", "authenticator"})


def check(moment: Moment[ChangeRole | ChangeMembership | AlterTable]) -> Iterator[Finding]:
    """Report attributes, and memberships and ownership that hand them to clients."""
    change = moment.change
    match change:
        case ChangeRole():
            yield from _attributes(change, moment)
        case ChangeMembership(given=True):
            yield from _membership(change, moment)
        case AlterTable(command="OWNER TO") if change.what in _API:
            yield moment.finding(
                RULE,
                f"{moment.world.named(change.table)} gets the owner {change.what}",
                about=change.table,
                severity=_certain(change),
                effect="No policy holds a table's owner back: every client reads and writes every row, and"
                " may switch row level security off",
                remedy="Leave it with postgres, and grant the clients what they need",
            )


def _attributes(change: ChangeRole, moment: Moment[Any]) -> Iterator[Finding]:
    given = [option.upper() for option in _OPTIONS if option in change.options]
    if not given:
        return
    is_client = change.role in _API
    yield moment.finding(
        RULE,
        f"The role {change.role} gets {' and '.join(given)}",
        severity=_certain(change) if is_client else Severity.WARNING,
        effect="Every request of the API reads and writes past all policies" if is_client else None,
    )


def _membership(change: ChangeMembership, moment: Moment[Any]) -> Iterator[Finding]:
    mighty = sorted(_MIGHTY.intersection(change.roles))
    members = sorted(_CLIENTS.intersection(change.members))
    if mighty and members:
        yield moment.finding(
            RULE,
            f"{' and '.join(members)} may become {' and '.join(mighty)}",
            severity=_certain(change),
            effect="Every client can do what only the service may",
            remedy="Grant the clients what they need on tables and functions, and write policies",
        )


def _certain(change: Change) -> Severity:
    return Severity.WARNING if change.guarded else Severity.ERROR


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A role gets past all policies",
    effect="Whoever comes as this role reads and writes past all policies; hosted Supabase refuses SUPERUSER",
    remedy="Give the role grants on what it needs, and policies of its own",
    check=check,
    looks_at=(ChangeRole, ChangeMembership, AlterTable),
)
