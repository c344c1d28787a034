"""A name that PostgreSQL cuts off."""

from collections.abc import Iterator
from typing import Any

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.grammar.names import LONGEST, long_names
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

#: a name that was cut off may have lost up to three bytes more, of a letter that did not fit
_SUSPECT = LONGEST - 3


def check(moment: Moment[Any]) -> Iterator[Finding]:
    """Report each new name that is longer than PostgreSQL keeps."""
    suspects = {name for name in _new_names(moment.change) if len(name.encode()) >= _SUSPECT}
    if not suspects:
        return
    told = set[str]()
    for offset, written in long_names(moment.seen.part.text):
        kept = written.encode()[:LONGEST].decode(errors="ignore")
        if kept in suspects and written not in told:
            told.add(written)
            yield moment.finding(
                RULE,
                f"A name of {len(written.encode())} bytes is cut off: {written}",
                at=offset,
                effect=f"PostgreSQL calls it {kept}: two long names that begin alike collide",
            )


def _new_names(change: Change) -> Iterator[str]:
    match change:
        case changes.CreateTable():
            yield change.table.name
            yield from (column.name for column in change.columns)
            yield from (each.name for each in change.all_constraints() if each.name)
        case changes.AddColumn():
            yield change.column.name
            yield from (each.name for each in change.column.constraints if each.name)
        case changes.AddConstraint():
            yield change.constraint.name or ""
        case changes.CreateIndex():
            yield change.name or ""
        case changes.Rename():
            yield change.new
        case changes.CreateView():
            yield change.view.name
        case changes.CreateEnum():
            yield change.type.name
        case changes.CreatePolicy() | changes.CreateTrigger():
            yield change.name
        case changes.CreateFunction() | changes.CreateObject():
            yield change.name.name


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition=f"A name is longer than the {LONGEST} bytes that PostgreSQL keeps",
    effect="PostgreSQL cuts it off without an error: two long names that begin alike collide",
    remedy=f"Shorten it to {LONGEST} bytes; a letter outside of ASCII takes two or more",
    check=check,
    looks_at=(
        changes.CreateTable,
        changes.AddColumn,
        changes.AddConstraint,
        changes.CreateIndex,
        changes.Rename,
        changes.CreateView,
        changes.CreateEnum,
        changes.CreatePolicy,
        changes.CreateTrigger,
        changes.CreateFunction,
        changes.CreateObject,
    ),
)
