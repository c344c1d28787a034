"""A table that the API shows without row level security."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Table, TableKind
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import CLIENTS, COMMANDS, Reach, Unread
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.switched_off import switched_off
from orchestrator.validation.world.world import World

_SECURABLE = frozenset({TableKind.TABLE, TableKind.PARTITIONED})
_OFF = "Leave it on, and let policies say who may do what; service_role needs none"


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new table where it is made or loses it; an error where a client could reach it."""
    reach, unread = Reach(aftermath), Unread(aftermath, "security")
    automatic = _is_switched_on_by_itself(aftermath.world)
    for table, seen in aftermath.new_tables():
        if table.kind not in _SECURABLE or table.row_security or not aftermath.exposed(table.name):
            continue
        off = aftermath.once(switched_off).get(table.name)
        reached = reach.clients(table)
        certain = not (seen.change.guarded or automatic or unread.may_touch(seen))
        yield aftermath.finding(
            RULE,
            f"Row level security of {table.name} is switched off" if off else _message(table),
            off or seen,
            about=table.name,
            severity=Severity.ERROR if reached and certain else Severity.WARNING,
            effect=_effect(table, reach, is_reached=bool(reached)),
            remedy=_OFF
            if off
            else f"alter table {spelled(table.name)} enable row level security, and write its policies",
        )


def _effect(table: Table, reach: Reach, *, is_reached: bool) -> str | None:
    """Say who comes to it; where grants are not known, by which ones."""
    if not is_reached:
        return "Nobody comes to it through the API yet; the first GRANT shows every row"
    if any(reach.is_granted(role, command, table) for role in CLIENTS for command in COMMANDS):
        return None
    return (
        "With the grants that older projects give every new table, everybody who has the public API key reads"
        " and writes it; on newer ones the first GRANT shows every row"
    )


def _message(table: Table) -> str:
    if table.policies:
        return f"{table.name} has policies, but row level security is not switched on: they do nothing"
    if table.parents:
        return f"{table.name} has no row level security of its own: that of {table.parents[0]} does not count"
    return f"{table.name} has no row level security"


def _is_switched_on_by_itself(world: World) -> bool:
    """Tell whether an event trigger's function speaks of it, as Supabase's own does."""
    return any(
        function.returns == "event_trigger" and "row level security" in (function.body or "").lower()
        for functions in world.functions.values()
        for function in functions
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A new table in an exposed schema has no row level security",
    effect="Everybody who has the public API key reads it, and with the usual grants writes it",
    remedy="alter table … enable row level security, and write its policies",
    check=check,
)
