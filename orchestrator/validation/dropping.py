"""What a DROP takes away: whether it was there, whether these very files made it, whether it comes back."""

from typing import Any

from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change, Drop
from orchestrator.validation.moment import Moment
from orchestrator.validation.world.certainty import RELATIONS
from orchestrator.validation.world.world import World

#: what is nothing but its definition: made again, nothing is lost
_MADE_OF_WORDS = frozenset(
    {"view", "materialized view", "function", "aggregate", "type", "domain", "publication"}
)


def full_name(change: Drop, world: World) -> Name:
    """Return the name of what is dropped, with its schema where it has one."""
    match change.kind:
        case kind if kind in RELATIONS:
            return world.named(change.name)
        case "function":
            found = world.function(change.name)
            return found[0].name if found else world.would_be(change.name)
        case "type" | "domain":
            enum = world.enum(change.name)
            return enum.name if enum else world.would_be(change.name)
        case "schema" | "extension" | "publication" | "event trigger":
            return change.name
        case _:
            return world.would_be(change.name)


def is_fresh(change: Drop, world: World) -> bool:
    """Tell whether the files under review made it: nobody else has it yet."""
    if change.kind in RELATIONS:
        return world.is_fresh(change.name)
    name = full_name(change, world)
    kinds = ("type", "domain") if change.kind in {"type", "domain"} else (change.kind,)
    return name in world.fresh or any((kind, name) in world.fresh_others for kind in kinds)


def is_absent(change: Drop, world: World) -> bool:
    """Tell whether nothing of that name is there, so that IF EXISTS does nothing."""
    return change.if_exists and _is_known(change, world) is False


def is_first_line_of_making(moment: Moment[Drop]) -> bool:
    """Tell whether it only makes room, in a file that may run again: DROP … IF EXISTS, then CREATE."""
    unknown = _is_known(moment.change, moment.world) is None
    return moment.change.if_exists and unknown and is_made_again(moment)


def is_replaced(moment: Moment[Drop]) -> bool:
    """Tell whether it is only replaced: made again later in the file, and nothing lost.

    A function of the same name with other arguments stands in for it, too.
    """
    if moment.change.kind == "function" and len(moment.world.function(moment.change.name)) > 1:
        return True
    return moment.change.kind in _MADE_OF_WORDS and is_made_again(moment)


def is_made_again(moment: Moment[Drop]) -> bool:
    """Tell whether something of that name and kind is made later in the file."""
    return is_made_later(moment.change, moment)


def is_made_later(drop: Drop, moment: Moment[Any]) -> bool:
    """Tell whether something of this drop's name and kind is made behind a moment in its file."""
    wanted = _sort(drop.kind), full_name(drop, moment.world)
    later = moment.later_about(wanted[1].name)
    return any(made(change, moment.world) == wanted for change in later)


def made(change: Change, world: World) -> tuple[str, Name] | None:
    """Return what a change makes: what sort of thing, and its name with its schema."""
    match change:
        case changes.CreateObject(kind="schema" | "extension" | "publication" | "event trigger"):
            return change.kind, change.name
        case changes.CreateObject():
            return _sort(change.kind), world.would_be(change.name)
        case changes.CreateFunction():
            return "function", world.would_be(change.name)
        case changes.CreateEnum():
            return "type", world.would_be(change.type)
        case changes.CreateTable(temporary=False, table=name) | changes.CreateView(view=name):
            return "relation", world.would_be(name)
    return None


def _sort(kind: str) -> str:
    """Return what shares one space of names."""
    if kind in RELATIONS:
        return "relation"
    return {"domain": "type", "aggregate": "function"}.get(kind, kind)


def _is_known(change: Drop, world: World) -> bool | None:
    """Tell whether it is there; None where nobody knows."""
    name = full_name(change, world)
    match _sort(change.kind):
        case "relation":
            known = name in world.tables
        case "function":
            known = name in world.functions
        case "type":
            known = name in world.enums or name in world.other_types
        case "sequence":
            known = name in world.sequences
        case "schema":
            known = name.name in world.schemas
        case "extension":
            known = name.name in world.extensions
        case _:
            return None
    return known or (False if world.whole or name in world.gone else None)
