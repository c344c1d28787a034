"""A relation that row level security cannot hold."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import TableKind
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

_WORDS = {TableKind.MATERIALIZED_VIEW: "a materialized view", TableKind.FOREIGN: "a foreign table"}


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new one that a client might read."""
    reach = Reach(aftermath)
    for table, seen in aftermath.new_tables():
        if table.kind not in _WORDS or not aftermath.exposed(table.name):
            continue
        clients = reach.clients(table, ["SELECT"])
        if clients:
            yield aftermath.finding(
                RULE,
                f"{table.name} is {_WORDS[table.kind]}, which {' and '.join(clients)} may read whole",
                seen,
                about=table.name,
                remedy=f"revoke all on {spelled(table.name)} from anon, authenticated; or make it in a schema"
                " that the API does not show, and let a function give out what each may see",
            )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A new materialized view or foreign table stands in an exposed schema",
    effect="Row level security cannot hold it: whoever may read it reads every row",
    remedy="Revoke it from anon and authenticated, or make it in a schema that the API does not show",
    check=check,
)
