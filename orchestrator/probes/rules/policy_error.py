"""A command cannot even be planned: a policy, or something that it calls, is broken."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Cell, CellResult
from orchestrator.probes.seen import Seen
from orchestrator.probes.words import listed, spelled

RULE = "policy-error"

#: what a policy raises for everybody whom it concerns, whatever the rows
_BROKEN: Final = frozenset(
    {
        "42P17",
        "54001",
        "42883",
        "42703",
        "42P01",
        "42704",
        "42804",
        "42846",
        "42P13",
        "22P02",
        "21000",
        "3F000",
    }
)

#: for people to fill in; never run by us
_LOOK_UP: Final = (
    "create function private.is_member(team uuid) returns boolean language sql stable security definer "
    "set search_path = '' as $$ select exists (select from public.members m "
    "where m.team = is_member.team and m.user_id = (select auth.uid())) $$;"
)

_RECURSION: Final = frozenset({"42P17", "54001"})


def check(seen: Seen) -> Iterator[Finding]:
    """Yield an error where it is new and the policy is to blame, a warning otherwise."""
    groups: dict[tuple[str, str], list[tuple[Cell | None, Cell]]] = defaultdict(list)
    for then, now in seen.then_and_now():
        if now.result is CellResult.ERROR:
            groups[now.sqlstate or "", now.reason or ""].append((then, now))
    for (sqlstate, reason), pairs in groups.items():
        fresh = [now for then, now in pairs if then is None or then.sqlstate != sqlstate]
        yield _finding(seen, sqlstate, reason, fresh=fresh, all_cells=[now for _, now in pairs])


def _finding(seen: Seen, sqlstate: str, reason: str, *, fresh: list[Cell], all_cells: list[Cell]) -> Finding:
    refuses = fresh and sqlstate in _BROKEN and seen.now.kind != "f"
    policies = seen.now.policies
    named = f" (policies: {', '.join(policies)})" if policies else ""
    return seen.finding(
        RULE,
        Severity.ERROR if refuses else Severity.WARNING,
        f"{seen.now.name} fails for {spelled(fresh or all_cells)} with {sqlstate}: {reason}{named}",
        effect="every such request ends with this error, whatever the rows",
        remedy=_remedy(seen, sqlstate),
        standing=not fresh,
    )


def _remedy(seen: Seen, sqlstate: str) -> str:
    policies = listed(seen.now.policies) if seen.now.policies else "the policy"
    if sqlstate in _RECURSION:
        return (
            f"{policies} must not read {seen.now.name} again, nor a table whose policies read it. "
            "Put the look-up into a function that runs as its owner and call that in the policy; "
            f"with names of your own: {_LOOK_UP}"
        )
    if sqlstate not in _BROKEN:
        return f"explain the statement as that role; the error comes from {policies} or from what it calls"
    return (
        f"create what the message names, or correct {policies} or the function called there; "
        "a function used by policies should name every object with its schema and say set search_path = ''"
    )
