"""A view or a grant by which clients read auth.users."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import ChangeGrants
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.views import asks_who_it_is, read_as_owner, standing_views

_USERS = Name("auth", "users")
_CLIENTS = frozenset({"anon", "authenticated", "public"})
_READS = frozenset({"SELECT", "ALL"})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each view that reads it, itself or through others, with its owner's rights."""
    reach = Reach(aftermath)
    for view, seen in standing_views(aftermath):
        if _USERS not in read_as_owner(view, aftermath.world) or reach.is_closed(view):
            continue
        filters = asks_who_it_is(seen.change)
        clients = reach.clients(view, ["SELECT"])
        yield aftermath.finding(
            RULE,
            f"{view.name} shows auth.users",
            seen,
            about=view.name,
            severity=Severity.ERROR if clients and not filters else Severity.WARNING,
        )
    yield from _granted(aftermath)


def _granted(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each role once to which these files grant reading it and do not take that back."""
    given: dict[str, Seen[ChangeGrants]] = {}
    for seen in aftermath.each(ChangeGrants):
        change = seen.change
        if change.kind != "table" or not (_USERS in change.objects or "auth" in change.in_schemas):
            continue
        for grant in change.grants:
            if grant.role not in _CLIENTS or grant.privilege not in _READS:
                continue
            if change.given:
                given.setdefault(grant.role, seen)
            else:
                given.pop(grant.role, None)
    by_place: dict[int, list[str]] = {}
    for role, seen in given.items():
        by_place.setdefault(id(seen), []).append("everybody" if role == "public" else role)
    for seen in {id(each): each for each in given.values()}.values():
        yield aftermath.finding(
            RULE,
            f"auth.users is granted to {' and '.join(by_place[id(seen)])}",
            seen,
            about=_USERS,
            severity=Severity.WARNING if seen.change.guarded else Severity.ERROR,
            effect="One policy, view or function more, and clients read e-mail addresses, telephone numbers"
            " and more of every user",
            remedy="Revoke it; keep what others may see in a table of your own, such as public.profiles, or"
            " look it up in a security definer function that the API does not show",
        )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A view in an exposed schema reads auth.users, or a grant lets clients read it",
    effect="Clients read e-mail addresses, telephone numbers and more of every user: a view asks with its"
    " owner's rights",
    remedy="Keep what others may see in a table of your own, such as public.profiles, that a trigger on"
    " auth.users fills; or make the view in a schema that the API does not show",
    check=check,
)
