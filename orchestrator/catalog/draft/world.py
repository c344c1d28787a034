"""What a draft works with: both moments, and how a kind of object is made, changed and dropped."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from orchestrator.catalog.draft.moment import Key, Moment, Parts


@dataclass(frozen=True, kw_only=True)
class World:
    """The moment to come back to, and the moment that is now."""

    old: Moment
    new: Moment


class Cannot(Enum):
    """Why there are no statements."""

    #: it has to be dropped and made again
    IN_PLACE = "in place"
    #: no SQL leads there, or the facts do not hold enough of it
    AT_ALL = "at all"


#: statements without semicolons; none: others do it
Way = tuple[str, ...] | Cannot

_ABSENT: Final[Parts] = {}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How one kind of fact is brought back. Each function is given the identity and both moments."""

    #: make what is in the old moment, from nothing
    create: Callable[[str, World], Way]
    #: drop what is in the new moment
    drop: Callable[[str, World], Way]
    #: lead from the new definition to the old one
    alter: Callable[[str, World], Way]
    #: where it usually stands among statements that do not depend on each other; smaller is earlier
    created: int
    dropped: int

    @property
    def altered(self) -> int:
        """Return where its changes stand."""
        return self.created + 1


def remade(_identity: str, _world: World) -> Way:
    """Say that a change is a drop and a creation."""
    return Cannot.IN_PLACE


def impossible(_identity: str, _world: World) -> Way:
    """Say that no statement can be written."""
    return Cannot.AT_ALL


def implied(_identity: str, _world: World) -> Way:
    """Say that other statements do it."""
    return ()


def old_parts(world: World, kind: str, identity: str) -> Parts:
    """Return what it was; nothing when it was not there."""
    return world.old.parts.get((kind, identity), _ABSENT)


def new_parts(world: World, kind: str, identity: str) -> Parts:
    """Return what it is now; nothing when it is not there."""
    return world.new.parts.get((kind, identity), _ABSENT)


def differs(old: Parts, new: Parts, *parts: str) -> bool:
    """Tell whether one of these parts differs."""
    return any(old.get(part) != new.get(part) for part in parts)


def owned(word: str, key: Key, world: World) -> tuple[str, ...]:
    """Write who owns it: for what was just made, and for what changed its owner."""
    old = world.old[key].get("owner")
    return (f"alter {word} {key[1]} owner to {old}",) if old else ()


def definition_of(parts: Parts) -> str:
    """Return a definition without the semicolon at its end."""
    return parts["definition"].strip().removesuffix(";")
