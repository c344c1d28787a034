"""Values that become those of another type: which steps give back what was there."""

from itertools import pairwise
from typing import Final

from orchestrator.domain.conversion import ENUM, is_lossless, taken_apart
from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.touches import Converted
from orchestrator.validation.world.world import World

_INSTANTS: Final = frozenset({"timestamp without time zone", "timestamp with time zone"})


def resolved(written: str, world: World) -> str:
    """Return a type as `is_lossless` wants it: an enumeration by that word."""
    base = written.removesuffix("[]").replace('"', "")
    schema, _, name = base.rpartition(".")
    return written.replace(base, ENUM) if world.enum(Name(schema or None, name)) else written


def keeps_instants(old: str, new: str) -> bool:
    """Tell whether two types of instants lose nothing where a time zone says how one becomes the other."""
    bases = {taken_apart(old)[0], taken_apart(new)[0]}
    plain = [each.replace("with time zone", "without time zone") for each in (old, new)]
    return bases <= _INSTANTS and is_lossless(*plain)


def gives_back(found: Converted, known: str | None, world: World) -> bool:
    """Tell whether what USING says loses nothing, or no more than the types do; `known` is the old one."""
    if found.casts is None:
        return False
    if {*found.casts} <= {found.type}:
        return True  # the two types say it all
    if known is None:
        return False
    steps = [resolved(each, world) for each in (known, *found.casts, found.type)]
    return all(is_lossless(old, new) for old, new in pairwise(steps))
