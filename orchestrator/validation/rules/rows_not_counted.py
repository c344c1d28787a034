"""Rows on the target that could not be counted beforehand."""

from collections.abc import Iterator

from orchestrator.domain.demand import Demand
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.obstacle import Obstacle
from orchestrator.validation.rule import Rule


def report(
    demand: Demand,
    obstacle: Obstacle,
    *,
    file: str,
    at: tuple[int, int],
    mended_at: str | None,  # noqa: ARG001  # as rows_in_the_way
) -> Iterator[Finding]:
    """Report what is not known, and why."""
    yield RULE.finding(str(obstacle), file=file, at=at, about=demand.table)


RULE: Rule[Obstacle] = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="Nobody could tell beforehand whether rows of the target are in a pending statement's way",
    effect="If there are any, the statement fails when it is applied, and nothing of its migration stays",
    remedy="Give preflight_timeout more time, or count them by hand",
    source=Source.PREFLIGHT,
    needs_target=True,
)
