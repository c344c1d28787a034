"""Row level security that is switched off."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.switched_off import switched_off


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each table that was there before and stays without it; off and on again is nobody's hole."""
    reach = Reach(aftermath)
    for name, seen in aftermath.once(switched_off).items():
        table = aftermath.world.tables.get(name)
        if name in aftermath.made or not aftermath.exposed(name):
            continue
        unreached = table is not None and not reach.clients(table)
        yield aftermath.finding(
            RULE,
            f"Row level security of {name} is switched off",
            seen,
            about=name,
            severity=Severity.WARNING if unreached or seen.change.guarded else Severity.ERROR,
            remedy=f"Leave it on and change the policies; to look at all rows of {spelled(name)} yourself,"
            " ask as service_role: no policy holds it back",
        )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="Row level security of an exposed table is switched off",
    effect="Its policies do nothing any more: everybody who has the public API key reaches every row",
    remedy="Leave it on and change the policies",
    check=check,
)
