"""A view through which clients read auth.users."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.views import asks_who_it_is, read_as_owner, standing_views

_USERS = Name("auth", "users")


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


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A view in an exposed schema reads auth.users",
    effect="Clients read e-mail addresses, telephone numbers and more of every user: the view asks with its"
    " owner's rights",
    remedy="Keep what others may see in a table of your own, such as public.profiles, that a trigger on"
    " auth.users fills; or make the view in a schema that the API does not show",
    check=check,
)
