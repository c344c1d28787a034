"""One moment of a database: its facts by key, and how they hang together."""

from collections.abc import Iterable, Iterator
from functools import cache, cached_property

from orchestrator.catalog.draft.links import (
    RELATIONS,
    ROUTINES,
    SIGNATURE,
    Key,
    Links,
    Parts,
    about_which,
    all_used,
    by_signature,
    comment_words,
    granted_on,
    links,
    may_hang_on,
    parts_said,
)
from orchestrator.domain.facts import Facts
from orchestrator.domain.identity import schema_of

__all__ = ["RELATIONS", "Key", "Moment", "Parts", "comment_words", "schema_key"]


class Moment:
    """The facts of one moment."""

    def __init__(self, facts: Facts, *, like: "Moment | None" = None) -> None:
        """Look at these facts; `like` is any other moment, of which most says the same."""
        self.facts = facts
        self.server_major = facts.server_major
        self.definitions = {(fact.kind, fact.identity): fact.definition for fact in facts.all}
        self.parts: dict[Key, Parts] = {key: parts_said(said) for key, said in self.definitions.items()}
        self.parents = cache(self._parents)
        self.uses = cache(self._uses)
        self.links: Links = links(self.definitions, *((like.definitions, like.links) if like else ()))

    def __contains__(self, key: Key) -> bool:
        """Tell whether there is such a thing."""
        return key in self.parts

    def __getitem__(self, key: Key) -> Parts:
        """Return the parts of its definition."""
        return self.parts[key]

    def of_kind(self, kind: str) -> Iterator[tuple[str, Parts]]:
        """Return identities and parts of a kind."""
        return ((identity, self.parts[kind, identity]) for identity in self._by_kind.get(kind, ()))

    def children(self, key: Key) -> tuple[Key, ...]:
        """Return what goes when this goes."""
        below = self.links.below
        found = {*below.get(key, ()), *below.get(by_signature(key), ())}
        return tuple(child for child in sorted(found) if key in self.parents(child))

    def users(self, key: Key) -> tuple[Key, ...]:
        """Return what names this in its definition."""
        return tuple(user for user in sorted(self.links.users.get(key, ())) if key in self.uses(user))

    def one_of(self, kinds: tuple[str, ...], identity: str) -> Key | None:
        """Return the key of the first kind in which this identity is there."""
        return self._first((kind, identity) for kind in kinds)

    def relation(self, identity: str) -> Key | None:
        """Return the key of a relation with columns."""
        return self.one_of(RELATIONS, identity)

    def granted(self, identity: str) -> Key | None:
        """Return what a list of privileges is about: of "relation public.orders" the table."""
        return self._first(granted_on(identity))

    def commented(self, identity: str) -> Key | None:
        """Return what a comment is about: of "policy own on public.orders" the policy."""
        return self._first(about_which(identity))

    @cached_property
    def _by_kind(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for kind, identity in self.parts:
            found.setdefault(kind, []).append(identity)
        return found

    @cached_property
    def _by_signature(self) -> dict[Key, Key]:
        routines = [(kind, identity) for kind in ROUTINES for identity in self._by_kind.get(kind, ())]
        return {by_signature(key): key for key in sorted(routines, reverse=True)}

    def _first(self, keys: Iterable[Key]) -> Key | None:
        """Return the first of these that is there."""
        for key in keys:
            if key in self.parts:
                return key
            if key[0] == SIGNATURE and key in self._by_signature:
                return self._by_signature[key]
        return None

    def _uses(self, key: Key) -> tuple[Key, ...]:
        """Return what its definition names, as keys; also what is no longer there."""
        family = {key, *self.parents(key)}
        return tuple(used for used in all_used(self.definitions[key]) if used not in family)

    def _parents(self, key: Key) -> tuple[Key, ...]:
        """Return what takes this along when it goes, as far as it is there."""
        found = map(self._first, may_hang_on(key, self.definitions[key]))
        return tuple(parent for parent in found if parent is not None)


def schema_key(key: Key) -> Key | None:
    """Return the schema that something lives in."""
    kind, identity = key
    if kind in (*RELATIONS, "sequence", "index", "type", "statistics", *ROUTINES):
        return ("schema", schema_of(identity))
    return None
