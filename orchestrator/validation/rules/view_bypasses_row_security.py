"""A view that passes by the policies of the tables that it reads."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Table, TableKind
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.views import OwnersRead, asks_who_it_is, read_past_policies, standing_views


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each view; what nobody knows of its tables makes it a warning."""
    reach = Reach(aftermath)
    for view, seen in standing_views(aftermath):
        read = read_past_policies(view, aftermath.world)
        if view.kind is not TableKind.VIEW or not (read.secured or read.unknown) or reach.is_closed(view):
            continue
        certain = read.secured and reach.clients(view, ["SELECT"])
        filters = asks_who_it_is(seen.change)
        yield aftermath.finding(
            RULE,
            _message(view, read),
            seen,
            about=view.name,
            severity=Severity.ERROR if certain and not (filters or seen.change.guarded) else Severity.WARNING,
            remedy=f"alter view {spelled(view.name)} set (security_invoker = on)",
        )


def _message(view: Table, read: OwnersRead) -> str:
    if read.secured:
        return f"{view.name} reads {_listed(read.secured)} past the policies"
    several = "have" if len(read.unknown) > 1 else "has"
    return (
        f"{view.name} asks with its owner's rights; whether {_listed(read.unknown)} {several} row level"
        " security is not known"
    )


def _listed(names: tuple[Name, ...]) -> str:
    words = [str(name) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A view in an exposed schema reads tables with row level security, without security_invoker",
    effect="It asks with the rights of its owner, whom no policy holds back: every client sees every row",
    remedy="alter view … set (security_invoker = on)",
    check=check,
)
