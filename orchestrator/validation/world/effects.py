"""Carry a change out on paper: what the world looks like after it. Anything unknown stays unknown."""

from collections.abc import Callable
from typing import Any, Final

from orchestrator.validation.changes import Change
from orchestrator.validation.world import cascade, certainty, creation, inheritance, objects, security, tables
from orchestrator.validation.world.world import World


def carry_out(change: Change, world: World) -> None:
    """Change the world as a statement would; what cannot happen changes nothing."""
    for each in inheritance.inherited(change, world):
        _carry_out(each, world)
    _carry_out(change, world)


def _carry_out(change: Change, world: World) -> None:
    certainty.follow(change, world)
    cascade.cascade(change, world)
    effect = _EFFECTS.get(type(change))
    if effect is not None:
        effect(change, world)


_EFFECTS: Final[dict[type, Callable[[Any, World], None]]] = {
    **creation.EFFECTS,
    **tables.EFFECTS,
    **security.EFFECTS,
    **objects.EFFECTS,
}
