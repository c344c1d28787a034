"""Several permissive policies that are asked together."""

from collections.abc import Iterator
from itertools import product

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import CLIENTS, COMMANDS
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import StandingPolicy, standing_policies

_Overlap = tuple[str, str, list[str]]


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each table once, at the newest policy that joins others."""
    standing = standing_policies(aftermath)
    of_the_service = {key for key, policy in standing.items() if policy.serves_the_service_only()}
    found: dict[Name, tuple[StandingPolicy, _Overlap]] = {}
    for policy in standing.values():
        if policy.permissive and aftermath.exposed(policy.table):
            overlap = _overlap(policy, aftermath, of_the_service)
            if overlap:
                found[policy.table] = (policy, overlap)
    for policy, (command, role, names) in found.values():
        listed = ", ".join(f'"{name}"' for name in names)
        yield aftermath.finding(
            RULE,
            f"{policy} is one of {len(names)} that each {command} by {role} asks: {listed}",
            policy.seen,
            about=policy.table,
        )


def _overlap(
    policy: StandingPolicy, aftermath: Aftermath, of_the_service: set[tuple[Name, str]]
) -> _Overlap | None:
    """Return a command and a role for which others are asked as well, and the names of all of them."""
    table = aftermath.world.tables.get(policy.table)
    if table is None or not table.row_security or (policy.table, policy.name) in of_the_service:
        return None
    for command, role in product(COMMANDS, CLIENTS):
        names = [
            each.name
            for each in table.policies
            if each.permissive
            and each.command in {command, "ALL"}
            and not {role, "public"}.isdisjoint(each.roles)
            and (table.name, each.name) not in of_the_service
        ]
        if len(names) > 1 and policy.name in names:
            return command, role, names
    return None


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="Several permissive policies of a table hold for the same role and command",
    effect="All may be worked out for each row, and the widest decides: what one lets through is seen",
    remedy="Join them with OR in one policy, or narrow them by FOR and TO",
    check=check,
)
