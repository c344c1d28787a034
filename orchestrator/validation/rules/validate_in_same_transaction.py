"""A constraint that is validated under the lock with which it was added."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.changes import AddConstraint, Constraint, ConstraintKind, ValidateConstraint
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule

_FOREIGN_KEY = Hazard(blocks=Blocks.WRITES, work=Work.LOOK_UP)
_OTHERS = Hazard(blocks=Blocks.EVERYTHING, work=Work.SCAN)


def check(marked: Marked) -> Iterator[Finding]:
    """Report VALIDATE where the same file adds the constraint."""
    added = _added(marked)
    if added is not None and not marked.is_on_new_table:
        hazard = _FOREIGN_KEY if added.kind is ConstraintKind.FOREIGN_KEY else _OTHERS
        message = f"{marked.table} stays locked against {hazard.blocks} while {added.name} is validated"
        yield marked.finding(RULE, message, hazard=hazard)


def _added(marked: Marked) -> Constraint | None:
    change = marked.change
    if not isinstance(change, ValidateConstraint) or (marked.seen and marked.seen.file.runs_alone):
        return None
    return next(
        (
            seen.change.constraint
            for seen in marked.up_to_it
            if isinstance(seen.change, AddConstraint)
            and seen.change.constraint.name == change.name
            and seen.table == marked.table
        ),
        None,
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A constraint is added NOT VALID and validated in the same migration",
    effect="A migration is one transaction: the lock of the ADD is held while VALIDATE reads every row",
    remedy="Move VALIDATE CONSTRAINT to a migration of its own: by itself it locks out nobody",
    check=check,
    source=Source.SQUAWK,
    marks=("constraint-missing-not-valid",),
    hazard=_OTHERS,
)
