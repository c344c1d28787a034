"""An exclusion constraint: all rows are compared while nobody may read or write."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AddConstraint, ConstraintKind
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule


def check(moment: Moment[AddConstraint]) -> Iterator[Finding]:
    """Report each on a table that was there before."""
    change = moment.change
    if change.constraint.kind is not ConstraintKind.EXCLUDE or change.guarded or moment.seen.on_new_table:
        return
    name = change.constraint.name or "EXCLUDE"
    message = f"All rows of {moment.seen.table} are compared for {name} while nobody reads or writes it"
    yield moment.finding(RULE, message, about=change.table)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="An exclusion constraint is added to a table that is there already",
    effect="Reads and writes wait while its index is built and each row is looked up in it",
    remedy="PostgreSQL knows no way around it: apply it in a quiet hour, or while the table is small",
    check=check,
    looks_at=(AddConstraint,),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.EXCLUSION),
)
