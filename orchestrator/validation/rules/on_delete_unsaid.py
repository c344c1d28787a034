"""A foreign key that does not say what a DELETE of the other row means."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddColumn, AddConstraint, Constraint, CreateTable
from orchestrator.validation.declared import declared_keys
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.world.world import World

_USERS = Name("auth", "users")


def check(moment: Moment[CreateTable | AddColumn | AddConstraint]) -> Iterator[Finding]:
    """Report each foreign key, at its own place."""
    table = moment.world.named(moment.change.table)
    for key in declared_keys(moment.change):
        if key.on_delete is None:
            yield moment.finding(
                RULE,
                f"{_referring(table, key)} refers to {_referenced(key, moment.world)} without ON DELETE",
                at=key.offset,
                about=moment.change.table,
                effect=_OF_USERS if key.references == _USERS else None,
            )


def _referring(table: Name, key: Constraint) -> str:
    columns = ", ".join(key.columns)
    return f"{table} ({columns})" if len(key.columns) > 1 else f"{table}.{columns}"


def _referenced(key: Constraint, world: World) -> Name:
    assert key.references is not None
    return world.named(key.references)


_OF_USERS = "A user who has such a row cannot be deleted, neither by the API nor in the dashboard"

RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A foreign key does not say ON DELETE",
    effect="A row cannot be deleted while others refer to it, and nobody can tell whether that was meant",
    remedy="Say on delete cascade, set null or restrict; or no action, if that is meant",
    check=check,
    looks_at=(CreateTable, AddColumn, AddConstraint),
)
