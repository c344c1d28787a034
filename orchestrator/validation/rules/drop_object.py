"""A view, a function, a type or another object that others may use is dropped."""

from collections.abc import Iterator, Mapping
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Drop
from orchestrator.validation.dropping import (
    full_name,
    is_absent,
    is_first_line_of_making,
    is_fresh,
    is_replaced,
)
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.supabase import SCHEMAS
from orchestrator.validation.world.world import World

#: what happens, by kind; other kinds are nobody's to miss, or have rules of their own
_EFFECTS: Final[Mapping[str, str]] = {
    "view": "Code that still reads it fails at once, and its grants go with it",
    "materialized view": "Code that still reads it fails at once; its rows and grants go with it",
    "function": "Code that still calls it fails at once, and its grants go with it",
    "aggregate": "Code that still calls it fails at once",
    "type": "Code that still names it fails at once, as do functions that take or return it",
    "domain": "Code that still names it fails at once, and its conditions hold no longer",
    "schema": "Everything in it goes with CASCADE, rows too; without, it fails unless it is empty",
    "sequence": "Its position is lost: whatever takes numbers from it fails, or begins at 1 again",
    "extension": "Its functions, types and tables are gone; with CASCADE also the columns that use them",
    "publication": "Who listens to it hears nothing any more: realtime, replicas",
}
#: what a function returns that only triggers call
_TRIGGERS: Final = frozenset({"trigger", "event_trigger"})


def check(moment: Moment[Drop]) -> Iterator[Finding]:
    """Report what was there before and does not come back in the same file."""
    drop, world = moment.change, moment.world
    grave = [] if is_fresh(drop, world) or is_absent(drop, world) else list(_schema(moment))
    if grave:
        yield from grave
        return
    effect = _EFFECTS.get(drop.kind)
    if effect is None or is_fresh(drop, world) or is_absent(drop, world):
        return
    if is_replaced(moment) or is_first_line_of_making(moment) or _is_for_triggers(drop, world):
        return
    yield moment.finding(
        RULE, f"The {drop.kind} {full_name(drop, world)} is dropped", severity=Severity.WARNING, effect=effect
    )


def _schema(moment: Moment[Drop]) -> Iterator[Finding]:
    """Report a schema without which nothing works, also where it is made again: what it held is gone."""
    drop = moment.change
    name = drop.name.name
    if drop.kind == "schema" and (name in SCHEMAS or (drop.cascade and moment.exposed(Name(name, "")))):
        yield moment.finding(
            RULE,
            f"The schema {name} is dropped{', with everything in it' if drop.cascade else ''}",
            severity=Severity.WARNING if drop.guarded else Severity.ERROR,
            effect="All its tables and rows are gone, and with them its functions and grants"
            if name not in SCHEMAS
            else "It belongs to Supabase: sign-in, files or the API stop working; hosted Supabase refuses it",
            remedy="Drop the single objects that are no longer needed",
        )


def _is_for_triggers(drop: Drop, world: World) -> bool:
    """Tell whether no code calls it: whether a trigger does is the business of drop-in-use."""
    functions = world.function(drop.name) if drop.kind == "function" else ()
    return bool(functions) and all(each.returns in _TRIGGERS for each in functions)


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A view, function, type, schema, sequence, extension or publication is dropped",
    effect="Code that still uses it fails at once",
    remedy="Release code that no longer uses it, then drop it in a later migration",
    check=check,
    looks_at=(Drop,),
)
