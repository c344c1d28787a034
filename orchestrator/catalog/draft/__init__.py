"""Drafts: the SQL that leads back, derived from how the facts of two moments differ.

What comes out is a proposal: it has to run and be proven on a copy before anybody leans on it. Rows are never
brought back, labels of enumerations never taken away.
"""

from dataclasses import dataclass

from orchestrator.catalog.draft.arrange import arranged
from orchestrator.catalog.draft.decide import decide
from orchestrator.catalog.draft.moment import Key, Moment
from orchestrator.catalog.draft.order import Steps
from orchestrator.catalog.draft.text import written
from orchestrator.catalog.draft.world import World
from orchestrator.domain.facts import Change, Facts

__all__ = ["Draft", "Moments", "arranged", "draft", "written"]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A way back."""

    #: SQL without semicolons at the end, in an order that should do
    statements: tuple[str, ...]
    #: headlines of changes for which there is no SQL
    not_drafted: tuple[str, ...]


class Moments:
    """The last moments of a rehearsal: what is there before one migration is what is there after another."""

    def __init__(self) -> None:
        """Know none yet."""
        self._last: tuple[Moment, ...] = ()

    def of(self, facts: Facts) -> Moment:
        """Return the moment with these facts, made from one that is known as far as they are the same."""
        for known in self._last:
            if known.facts is facts:
                return known
        made = Moment(facts, like=self._last[-1] if self._last else None)
        self._last = (*self._last[-1:], made)
        return made


def draft(before: Facts, after: Facts, *, moments: Moments | None = None) -> Draft:
    """Derive the SQL that leads from `after` back to `before`.

    What was renamed in between should have its old name again before `after` is read: to facts alone a
    renaming looks like a loss. `moments` are those of earlier drafts of the same play. Raises ValueError when
    the facts are of different versions of the server.
    """
    if before.server_major != after.server_major:
        raise ValueError("facts of different major versions do not compare")
    known = moments or Moments()
    new = known.of(after)
    world = World(old=known.of(before), new=new)
    steps = Steps(decide(world), world)
    return Draft(
        statements=tuple(dict.fromkeys(steps.in_order())),
        not_drafted=tuple(_headline(key, world) for key in dict.fromkeys(steps.impossible)),
    )


def _headline(key: Key, world: World) -> str:
    return Change(
        kind=key[0],
        identity=key[1],
        before=world.old.definitions.get(key),
        after=world.new.definitions.get(key),
    ).headline
