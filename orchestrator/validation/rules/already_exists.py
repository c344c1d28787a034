"""Something is made that is there already."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    Change,
    CreateEnum,
    CreateFunction,
    CreateIndex,
    CreateObject,
    CreatePolicy,
    CreateTable,
    CreateTrigger,
    CreateView,
    DropColumn,
    DropConstraint,
)
from orchestrator.validation.makings import Making, is_there, makings, who_made
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

#: what may be dropped and made again at no cost
_REPLACED = frozenset({"policy", "trigger"})


def check(moment: Moment[Any]) -> Iterator[Finding]:
    """Report what PostgreSQL would refuse; only what is certain."""
    change = moment.change
    if change.guarded or moment.is_applied or _may_be_there(change):
        return
    for making in islice(makings(moment.seen, moment.world), 1):
        if is_there(making, moment.world) and not _goes_first(making, moment):
            at = change.column.offset if isinstance(change, AddColumn) else None
            remedy = f"{_way_out(making)}: {who_made(making, moment)}"
            yield moment.finding(RULE, f"{making} is there already", at=at, remedy=remedy)


def _may_be_there(change: Change) -> bool:
    return bool(getattr(change, "if_not_exists", False) or getattr(change, "or_replace", False))


def _goes_first(making: Making, moment: Moment[Any]) -> bool:
    """Tell whether the same ALTER TABLE drops it: that is done first, wherever it is written."""
    return any(
        making.part == (each.name if isinstance(each, DropConstraint) else each.column)
        for each in moment.seen.part.parsed.changes
        if isinstance(each, DropConstraint | DropColumn)
    )


def _way_out(making: Making) -> str:
    if making.kind in _REPLACED:
        return f"Drop the {making.kind} first, with IF EXISTS"
    return "Leave it out, drop or rename what is there, or alter it"


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A statement makes what is there already",
    effect="PostgreSQL refuses it (42P07, 42710, 42701 …), and the whole migration with it",
    remedy="Leave it out, drop or rename what is there, or alter it",
    check=check,
    looks_at=(
        CreateTable,
        CreateView,
        CreateIndex,
        CreateEnum,
        CreateObject,
        CreateFunction,
        CreatePolicy,
        CreateTrigger,
        AddColumn,
        AddConstraint,
    ),
)
