"""Policies on a table whose row level security is off."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, TableKind
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import Reach, Unread
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.standing import StandingPolicy, standing_policies

_SECURABLE = frozenset({TableKind.TABLE, TableKind.PARTITIONED})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each table once, at its newest policy; a new one that the API shows has a rule of its own."""
    newest: dict[Name, StandingPolicy] = {
        policy.table: policy for policy in standing_policies(aftermath).values()
    }
    reach, unread = Reach(aftermath), Unread(aftermath, "security")
    for name, policy in newest.items():
        table, exposed = aftermath.world.tables.get(name), aftermath.exposed(name)
        if table is None or table.row_security or table.kind not in _SECURABLE:
            continue
        if exposed and name in aftermath.made:
            continue
        certain = aftermath.world.whole and not unread.may_touch(policy.seen) and reach.clients(table)
        yield aftermath.finding(
            RULE,
            f"{policy} does nothing: row level security of {name} is off",
            policy.seen,
            about=name,
            severity=Severity.ERROR if exposed and certain else Severity.WARNING,
            remedy=f"alter table {spelled(name)} enable row level security",
        )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A table has policies, and its row level security is off",
    effect="The policies hold nobody back: whoever has a grant reaches every row",
    remedy="alter table … enable row level security",
    check=check,
)
