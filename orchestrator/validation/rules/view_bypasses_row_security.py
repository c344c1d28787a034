"""A view that passes by the policies of the tables that it reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Table, TableKind
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.views import asks_who_it_is, read_as_owner, standing_views

#: every table there has row level security
_SUPABASE = frozenset({"auth", "storage", "realtime"})
#: has a rule of its own
_USERS = Name("auth", "users")
_BUILT_IN = frozenset({"pg_catalog", "information_schema"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """What a view reads with its owner's rights."""

    secured: tuple[Name, ...]
    unknown: tuple[Name, ...]


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each view; what nobody knows of its tables makes it a warning."""
    reach = Reach(aftermath)
    for view, seen in standing_views(aftermath):
        read = _read(view, aftermath)
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


def _read(view: Table, aftermath: Aftermath) -> _Read:
    world = aftermath.world
    secured, unknown = [], []
    for name in sorted(read_as_owner(view, world), key=str):
        table = world.tables.get(name)
        if name == _USERS or name.schema in _BUILT_IN:
            continue
        if (table is not None and table.row_security) or (table is None and name.schema in _SUPABASE):
            secured.append(name)
        elif table is None and not world.whole:
            unknown.append(name)
    return _Read(secured=tuple(secured), unknown=tuple(unknown))


def _message(view: Table, read: _Read) -> str:
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
