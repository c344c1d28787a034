"""Rows on the target that a pending statement would fail on."""

from collections.abc import Iterator

from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.obstacle import Obstacle
from orchestrator.validation.rule import Rule

_REMEDIES = {
    DemandKind.NOT_NULL: "Give these rows a value first, in an earlier statement",
    DemandKind.NEW_COLUMN: "Give the column a default, or add it nullable, fill it, and then SET NOT NULL",
    DemandKind.UNIQUE: "Delete or change the duplicates first",
    DemandKind.EXCLUDE: "Change the conflicting rows first",
    DemandKind.FOREIGN_KEY: "Delete these orphans, or give them a parent, first",
    DemandKind.CHECK: "Change these rows first, or add the constraint NOT VALID",
    DemandKind.VALIDATE: "Change these rows first",
    DemandKind.TYPE: "Change these values first, or say with USING what becomes of them",
}


def report(
    demand: Demand, obstacle: Obstacle, *, file: str, at: tuple[int, int], mended_at: str | None
) -> Iterator[Finding]:
    """Report the rows; a warning where an earlier statement of the same deployment may mend them."""
    remedy = _REMEDIES[demand.kind]
    if mended_at is None:
        yield RULE.finding(str(obstacle), file=file, at=at, about=demand.table, remedy=remedy)
        return
    yield RULE.finding(
        f"Today {obstacle}",
        file=file,
        at=at,
        about=demand.table,
        severity=Severity.WARNING,
        effect=f"The statement fails on them unless {mended_at} mends them",
        remedy=f"See that {mended_at} leaves none of them; else: {remedy}",
    )


RULE: Rule[Obstacle] = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="Rows of the target do not satisfy what a pending statement demands",
    effect="The statement fails on them, and the whole migration with it",
    remedy="Mend these rows first",
    source=Source.PREFLIGHT,
    needs_target=True,
)
