"""One moment of a database: its facts by key, and how they hang together."""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from typing import Final

from orchestrator.domain.facts import Facts, parts_of
from orchestrator.domain.identity import schema_of, split, within

#: kind and identity of a fact
Key = tuple[str, str]
Parts = Mapping[str, str]

#: kinds whose identity is that of a relation with columns
RELATIONS: Final = ("table", "foreign table", "view", "materialized view")
#: kinds that stand in a relation or in a type
_INSIDE: Final = ("column", "constraint", "trigger", "rule", "policy")
_ROUTINES: Final = ("function", "procedure", "aggregate")
#: what a comment or a grant calls them -> the kinds of facts
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "relation": (*RELATIONS, "sequence"),
    "function": _ROUTINES,
    "foreign server": ("server",),
    "foreign data wrapper": ("foreign-data wrapper",),
    "statistics object": ("statistics",),
    "table column": ("column",),
    "view column": ("column",),
    "materialized view column": ("column",),
    "foreign table column": ("column",),
    "composite type column": ("column",),
    "table constraint": ("constraint",),
    "domain constraint": ("constraint",),
    "composite type": ("type",),
}
#: what a comment calls by its own name "on" what it is in
_ON: Final = ("table constraint", "domain constraint", "trigger", "rule", "policy")
#: the words of comments, the longest first: "table column" is no "table"
_COMMENTED: Final = sorted(
    {
        *_CALLED,
        *_ROUTINES,
        *RELATIONS,
        *("sequence", "index", "type", "schema", "trigger", "rule", "policy", "publication", "event trigger"),
        *("server", "cast", "operator", "operator class", "operator family", "collation", "conversion"),
        *(
            "text search configuration",
            "text search dictionary",
            "foreign-data wrapper",
            "language",
            "domain",
        ),
    },
    key=lambda word: -len(word),
)


class Moment:
    """The facts of one moment."""

    def __init__(self, facts: Facts) -> None:
        """Look at these facts."""
        self.server_major = facts.server_major
        self.parts: dict[Key, Parts] = {
            (fact.kind, fact.identity): _parts(fact.definition) for fact in facts.all
        }
        self.definitions = {(fact.kind, fact.identity): fact.definition for fact in facts.all}
        self.parents = cache(self._parents)
        self.uses = cache(self._uses)

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
        return self._children.get(key, ())

    def users(self, key: Key) -> tuple[Key, ...]:
        """Return what names this in its definition."""
        return self._users.get(key, ())

    def one_of(self, kinds: tuple[str, ...], identity: str) -> Key | None:
        """Return the key of the first kind in which this identity is there."""
        return next(((kind, identity) for kind in kinds if (kind, identity) in self.parts), None)

    def relation(self, identity: str) -> Key | None:
        """Return the key of a relation with columns."""
        return self.one_of(RELATIONS, identity)

    @cached_property
    def _by_kind(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for kind, identity in self.parts:
            found.setdefault(kind, []).append(identity)
        return found

    @cached_property
    def _children(self) -> dict[Key, tuple[Key, ...]]:
        return _turned((key, self.parents(key)) for key in self.parts)

    @cached_property
    def _users(self) -> dict[Key, tuple[Key, ...]]:
        return _turned((key, self.uses(key)) for key in self.parts)

    def _uses(self, key: Key) -> tuple[Key, ...]:
        """Return what its definition names, as keys; also what is no longer there."""
        family = {key, *self.parents(key)}
        return tuple(used for used in self._named(key) if used not in family)

    def _named(self, key: Key) -> tuple[Key, ...]:
        return _all_used(self.definitions[key])

    def _parents(self, key: Key) -> tuple[Key, ...]:
        """Return what takes this along when it goes, as far as it is there."""
        found: list[Key | None] = list(self._parents_by_kind(key))
        return tuple(parent for parent in found if parent is not None and parent in self.parts)

    def _parents_by_kind(self, key: Key) -> Iterator[Key | None]:
        kind, identity = key
        parts = self.parts[key]
        if kind in _INSIDE:
            yield from self._holders(key)
        elif kind in ("index", "statistics"):
            yield from self._indexed(key)
        elif kind == "table":
            yield ("table", parts["inherits"]) if "bound" in parts else None
            yield _queue_of(identity)
        elif kind in ("published table", "published schema"):
            publication, published = split(identity, "/")
            yield ("publication", publication)
            yield self.relation(published) if kind == "published table" else ("schema", published)
        else:
            yield self._about(key)

    def _about(self, key: Key) -> Key | None:
        kind, identity = key
        if kind == "grant":
            return self.granted(identity)
        if kind == "comment":
            return self.commented(identity)
        if kind == "type":
            return ("type", self.parts[key].get("range", ""))
        if kind == "sequence":
            return ("column", self.parts[key].get("identity of") or self.parts[key].get("owned by", ""))
        return None

    def _holders(self, key: Key) -> Iterator[Key | None]:
        place, _ = within(key[1])
        yield self.one_of((*RELATIONS, "type"), place)
        if key[0] == "constraint":
            yield from self._columns_of(key, place)

    def _indexed(self, key: Key) -> Iterator[Key | None]:
        parts = self.parts[key]
        yield self.relation(parts["on"])
        if key[0] == "index":
            yield from self._columns_of(key, parts["on"])
            yield ("index", parts.get("part of", ""))
            if "of a constraint" in parts:
                yield ("constraint", f"{parts['on']}.{within(key[1])[1]}")

    def _columns_of(self, key: Key, table: str) -> Iterator[Key]:
        """Return the columns of its own table that it is about: it goes with each of them."""
        return (used for used in self._named(key) if used[0] == "column" and within(used[1])[0] == table)

    def granted(self, identity: str) -> Key | None:
        """Return what a list of privileges is about: of "relation public.orders" the table."""
        for word in ("default privilege", "foreign data wrapper", "foreign server"):
            if identity.startswith(f"{word} "):
                called, named = word, identity.removeprefix(f"{word} ")
                break
        else:
            called, _, named = identity.partition(" ")
        if called == "default privilege":
            _, schema, _ = split(named, "/")
            return ("schema", schema)
        return self.one_of(_CALLED.get(called, (called,)), named)

    def commented(self, identity: str) -> Key | None:
        """Return what a comment is about: of "policy own on public.orders" the policy."""
        called, named = comment_words(identity)
        if called in _ON:
            own, place = split(named, " on ")
            named = f"{place}.{own}"
        if called in _ROUTINES:
            named = named.replace("pg_catalog.", "")
            return next((key for key in self._routines if _same_routine(key[1], named)), None)
        return self.one_of(_CALLED.get(called, (called,)), named)

    @cached_property
    def _routines(self) -> tuple[Key, ...]:
        return tuple(key for key in self.parts if key[0] in _ROUTINES)


def comment_words(identity: str) -> tuple[str, str]:
    """Split the identity of a comment into what it calls the thing, and its name."""
    for word in _COMMENTED:
        if identity.startswith(f"{word} "):
            return word, identity.removeprefix(f"{word} ")
    return "", identity


def schema_key(key: Key) -> Key | None:
    """Return the schema that something lives in."""
    kind, identity = key
    if kind in (*RELATIONS, "sequence", "index", "type", "statistics", *_ROUTINES):
        return ("schema", schema_of(identity))
    return None


def _same_routine(identity: str, other: str) -> bool:
    """Compare two ways of writing arguments: with spaces after the commas, and without."""
    return identity.replace(", ", ",") == other.replace(", ", ",")


def _queue_of(table: str) -> Key | None:
    """Return the queue that a table of pgmq may belong to."""
    schema, own = within(table)
    if schema != "pgmq" or own.strip('"')[:2] not in ("q_", "a_"):
        return None
    return ("queue", own.strip('"')[2:])


# One rehearsal asks of each moment what most facts said a moment ago.
@lru_cache(maxsize=16_384)
def _parts(definition: str) -> Parts:
    return parts_of(definition)


@lru_cache(maxsize=16_384)
def _all_used(definition: str) -> tuple[Key, ...]:
    """Read what a definition names."""
    words = (f"{word}={value}" if value else word for word, value in _parts(definition).items())
    return tuple(_used(word.removeprefix("uses ")) for word in words if word.startswith("uses "))


def _used(said: str) -> Key:
    """Read "column public.orders.price"."""
    for kind in ("foreign table", "materialized view"):
        if said.startswith(f"{kind} "):
            return (kind, said.removeprefix(f"{kind} "))
    kind, _, identity = said.partition(" ")
    return (kind, identity)


def _turned(pairs: Iterator[tuple[Key, tuple[Key, ...]]]) -> dict[Key, tuple[Key, ...]]:
    found: dict[Key, list[Key]] = {}
    for key, others in pairs:
        for other in others:
            found.setdefault(other, []).append(key)
    return {key: tuple(others) for key, others in found.items()}
