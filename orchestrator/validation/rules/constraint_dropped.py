"""A key that is dropped: what it kept out comes in."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Table
from orchestrator.validation.changes import (
    AddConstraint,
    Change,
    ConstraintKind,
    CreateIndex,
    Drop,
    DropColumn,
    DropConstraint,
)
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule

#: what makes up for a dropped key, or makes it pointless, when it happens in the same file
_Answer = tuple[str, Name | None]


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each key that is known to be one and for which the same file has no other."""
    dropped = [
        each for each in aftermath.each(DropConstraint) if not (each.on_new_table or each.change.guarded)
    ]
    answered = {answer for seen in aftermath.seen for answer in _answers(seen)} if dropped else set()
    for seen in dropped:
        kind = _kind(seen.before, seen.change.name) if seen.before else None
        if kind is not None and (seen.path, seen.table) not in answered:
            message = f"{kind.capitalize()} {seen.change.name} on {seen.table} is dropped"
            yield aftermath.finding(RULE, f"{message}, and nothing replaces it", seen, about=seen.table)


def _answers(seen: Seen[Change]) -> Iterator[_Answer]:
    change = seen.change
    is_key = isinstance(change, AddConstraint) and change.constraint.kind not in {
        ConstraintKind.CHECK,
        ConstraintKind.NOT_NULL,
    }
    is_index = isinstance(change, CreateIndex) and change.unique
    is_end = isinstance(change, DropColumn) or (isinstance(change, Drop) and change.kind == "table")
    if is_key or is_index or is_end:
        yield seen.path, seen.table


def _kind(table: Table, name: str) -> ConstraintKind | None:
    """Tell which key it is; None for other constraints and for what is not known."""
    if any(key.name == name for key in table.foreign_keys):
        return ConstraintKind.FOREIGN_KEY
    if name not in table.constraints:
        return None
    index = next((each for each in table.indexes if each.name == name and each.unique), None)
    if index is None:
        return None
    return ConstraintKind.PRIMARY_KEY if index.columns == table.primary_key else ConstraintKind.UNIQUE


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A primary key, unique constraint or foreign key is dropped, and nothing replaces it",
    effect="Rows come in that it kept out; a rollback that adds it again fails at the first of them",
    remedy="Add what is to hold instead in the same file, or allow it with the reason",
    check=check,
)
