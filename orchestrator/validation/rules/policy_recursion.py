"""Policies that read each other in a ring."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import SetRowSecurity
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rings import Ring, rings
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import standing_policies


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each ring once, at the newest policy that is part of it."""
    last = {seen.table: seen.change.enabled for seen in aftermath.each(SetRowSecurity) if seen.table}
    off = {name for name, enabled in last.items() if not enabled}
    for ring in rings(aftermath.world, standing_policies(aftermath), off):
        policy = ring.policies[-1]
        certain = ring.certain and not policy.seen.change.guarded
        yield aftermath.finding(
            RULE,
            f"{policy} makes a ring: {_way(ring)}",
            policy.seen,
            about=policy.table,
            severity=Severity.ERROR if certain else Severity.WARNING,
            effect=f"{ring.command} on {ring.tables[0]} by {ring.role} fails: infinite recursion (42P17)",
        )


def _way(ring: Ring) -> str:
    first, *others = ring.tables
    return f"to answer, {first} reads " + ", which reads ".join(
        "itself" if others == [first] else str(name) for name in others
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A policy reads its own table, directly or through the policies of the tables that it reads",
    effect="Every statement on the table fails: infinite recursion (42P17)",
    remedy="Let a security definer function with a fixed search_path look it up, in a schema that the API"
    " does not show, and call it in the policy: what such a function reads asks no policies",
    check=check,
)
