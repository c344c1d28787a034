"""Something gets another name, and code still asks for the old one."""

from collections.abc import Iterator, Mapping
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation import changes
from orchestrator.validation.changes import Rename, SetSchema
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.world.certainty import RELATIONS

#: kinds that code outside the database names, and how to go there in two steps
_REMEDIES: Final[Mapping[str, str]] = {
    "table": "Leave a view of the old name until no code asks for it: create view old with"
    " (security_invoker = on) as select * from new",
    "foreign table": "Leave a view of the old name until no code asks for it",
    "view": "Make a view of the new name beside it, and drop the old one in a later migration",
    "materialized view": "Make one of the new name beside it, and drop the old one in a later migration",
    "column": "Add a column of the new name, write both, release code that reads the new, drop the old",
    "attribute": "Add an attribute of the new name, and drop the old one in a later migration",
    "value": "Add the new value, release code that writes it, change the rows in a later migration",
    "function": "Make a function of the new name, and drop the old one in a later migration",
    "type": "Keep the name: only people see it",
    "domain": "Keep the name: only people see it",
    "schema": "Make the new schema beside it and move code over, or keep the name",
    "sequence": "Keep the name: only people see it",
}


def check(moment: Moment[Rename | SetSchema]) -> Iterator[Finding]:
    """Report what was there before, unless a view takes its place."""
    change, world = moment.change, moment.world
    remedy = _REMEDIES.get(change.kind)
    if remedy is None or _is_fresh(moment) or _is_stood_in_for(moment):
        return
    about = change.name if change.kind in {*RELATIONS, "column"} else None
    named = world.named(change.name) if about else change.name
    yield moment.finding(RULE, _words(change, str(named)), remedy=remedy, about=about)


def _is_fresh(moment: Moment[Rename | SetSchema]) -> bool:
    change, world = moment.change, moment.world
    name = world.would_be(change.name)
    return world.is_fresh(change.name) or name in world.fresh or (change.kind, name) in world.fresh_others


def _is_stood_in_for(moment: Moment[Rename | SetSchema]) -> bool:
    """Tell whether a view of the old name is made later in the file."""
    if moment.change.kind not in RELATIONS:
        return False
    old = moment.world.named(moment.change.name)
    return any(
        isinstance(each.change, changes.CreateView) and moment.world.would_be(each.change.view) == old
        for each in moment.later()
    )


def _words(change: Rename | SetSchema, named: str) -> str:
    if isinstance(change, SetSchema):
        return f"The {change.kind} {named} moves to the schema {change.schema}"
    match change.kind:
        case "column" | "attribute":
            return f"{named}.{change.part} is renamed to {change.new}"
        case "value":
            return f"The value '{change.part}' of {named} is renamed to '{change.new}'"
        case _:
            return f"The {change.kind} {named} is renamed to {change.new}"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A table, column, value or other object gets another name",
    effect="Code that asks for the old name fails at once: the API, functions, every release still running",
    remedy="Have both names for a while, and drop the old one in a later migration",
    check=check,
    looks_at=(Rename, SetSchema),
)
