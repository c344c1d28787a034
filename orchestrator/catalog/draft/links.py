"""How facts hang together: what each one says of what it is in, what it is about, and what it names."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from orchestrator.domain.facts import parts_of
from orchestrator.domain.identity import split, within

#: kind and identity of a fact
Key = tuple[str, str]
Parts = Mapping[str, str]
Definitions = Mapping[Key, str]

#: kinds whose identity is that of a relation with columns
RELATIONS: Final = ("table", "foreign table", "view", "materialized view")
#: kinds that stand in a relation or in a type
_INSIDE: Final = ("column", "constraint", "trigger", "rule", "policy")
#: kinds that comments call by their arguments
ROUTINES: Final = ("function", "procedure", "aggregate")
#: stands for the kind of a routine, where only its arguments are told; no kind of a fact
SIGNATURE: Final = "signature"
#: what a comment or a grant calls them -> the kinds of facts
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "relation": (*RELATIONS, "sequence"),
    "function": ROUTINES,
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
        *ROUTINES,
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


class Links(NamedTuple):
    """How facts hang together, whatever else is there."""

    #: what may hang on something
    below: dict[Key, frozenset[Key]]
    #: what names something in its definition
    users: dict[Key, frozenset[Key]]


_NOTHING: Final[frozenset[Key]] = frozenset()
_NONE: Final = Links({}, {})


def links(now: Definitions, before: Definitions | None = None, known: Links = _NONE) -> Links:
    """Turn around what each fact may hang on and what it names; `known` is that of what was said `before`."""
    was = before or {}
    gone = [(key, said) for key, said in was.items() if now.get(key) != said]
    new = [(key, said) for key, said in now.items() if was.get(key) != said]
    return Links(
        _turned(known.below, gone, new, lambda key, said: chain.from_iterable(may_hang_on(key, said))),
        _turned(known.users, gone, new, lambda _, said: all_used(said)),
    )


def _turned(
    known: Mapping[Key, frozenset[Key]],
    gone: Iterable[tuple[Key, str]],
    new: Iterable[tuple[Key, str]],
    others: Callable[[Key, str], Iterable[Key]],
) -> dict[Key, frozenset[Key]]:
    less, more = defaultdict[Key, set[Key]](set), defaultdict[Key, set[Key]](set)
    for changes, found in ((gone, less), (new, more)):
        for key, said in changes:
            for other in others(key, said):
                found[other].add(key)
    touched = {other: known.get(other, _NOTHING) - less[other] | more[other] for other in {*less, *more}}
    return {**known, **touched}


# It is told from the fact alone, and so holds in every moment that has this fact.
@lru_cache(maxsize=16_384)
def may_hang_on(key: Key, definition: str) -> tuple[tuple[Key, ...], ...]:
    """Return what takes this along when it goes, in groups: of each the first that is there."""
    return tuple(_groups(key, definition))


def _groups(key: Key, definition: str) -> Iterator[tuple[Key, ...]]:
    kind, identity = key
    parts = parts_said(definition)
    if kind in _INSIDE:
        yield from _holders(key, definition)
    elif kind in ("index", "statistics"):
        yield from _indexed(key, definition)
    elif kind == "table":
        if "bound" in parts:
            yield (("table", parts["inherits"]),)
        yield _queue_of(identity)
    elif kind in ("published table", "published schema"):
        publication, published = split(identity, "/")
        yield (("publication", publication),)
        yield _relation(published) if kind == "published table" else (("schema", published),)
    elif kind == "grant":
        yield granted_on(identity)
    elif kind == "comment":
        yield about_which(identity)
    elif kind == "type":
        yield (("type", parts.get("range", "")),)
    elif kind == "sequence":
        yield (("column", parts.get("identity of") or parts.get("owned by", "")),)


def _holders(key: Key, definition: str) -> Iterator[tuple[Key, ...]]:
    place, _ = within(key[1])
    yield (*_relation(place), ("type", place))
    if key[0] == "constraint":
        yield from _columns_of(definition, place)


def _indexed(key: Key, definition: str) -> Iterator[tuple[Key, ...]]:
    parts = parts_said(definition)
    yield _relation(parts["on"])
    if key[0] == "index":
        yield from _columns_of(definition, parts["on"])
        yield (("index", parts.get("part of", "")),)
        if "of a constraint" in parts:
            yield (("constraint", f"{parts['on']}.{within(key[1])[1]}"),)


def _columns_of(definition: str, table: str) -> Iterator[tuple[Key, ...]]:
    """Yield the columns of its own table that something is about: it goes with each of them."""
    for used in all_used(definition):
        if used[0] == "column" and within(used[1])[0] == table:
            yield (used,)


def _relation(identity: str) -> tuple[Key, ...]:
    return tuple((kind, identity) for kind in RELATIONS)


def granted_on(identity: str) -> tuple[Key, ...]:
    """Return what a list of privileges may be about, the first that is there."""
    for word in ("default privilege", "foreign data wrapper", "foreign server"):
        if identity.startswith(f"{word} "):
            called, named = word, identity.removeprefix(f"{word} ")
            break
    else:
        called, _, named = identity.partition(" ")
    if called == "default privilege":
        _, schema, _ = split(named, "/")
        return (("schema", schema),)
    return tuple((kind, named) for kind in _CALLED.get(called, (called,)))


def about_which(identity: str) -> tuple[Key, ...]:
    """Return what a comment may be about, the first that is there."""
    called, named = comment_words(identity)
    if called in _ON:
        own, place = split(named, " on ")
        named = f"{place}.{own}"
    if called in ROUTINES:
        return (_signature(named.replace("pg_catalog.", "")),)
    return tuple((kind, named) for kind in _CALLED.get(called, (called,)))


def _signature(named: str) -> Key:
    """Return a routine by its arguments, whatever kind it is, with spaces after the commas or without."""
    return (SIGNATURE, named.replace(", ", ","))


def by_signature(key: Key) -> Key:
    """Return what comments call it by."""
    return _signature(key[1]) if key[0] in ROUTINES else key


def comment_words(identity: str) -> tuple[str, str]:
    """Split the identity of a comment into what it calls the thing, and its name."""
    for word in _COMMENTED:
        if identity.startswith(f"{word} "):
            return word, identity.removeprefix(f"{word} ")
    return "", identity


def _queue_of(table: str) -> tuple[Key, ...]:
    """Return the queue that a table of pgmq may belong to."""
    schema, own = within(table)
    if schema != "pgmq" or own.strip('"')[:2] not in ("q_", "a_"):
        return ()
    return (("queue", own.strip('"')[2:]),)


# One rehearsal asks of each moment what most facts said a moment ago.
@lru_cache(maxsize=16_384)
def parts_said(definition: str) -> Parts:
    """Return the parts of a definition."""
    return parts_of(definition)


@lru_cache(maxsize=16_384)
def all_used(definition: str) -> tuple[Key, ...]:
    """Read what a definition names."""
    words = (f"{word}={value}" if value else word for word, value in parts_said(definition).items())
    return tuple(_used(word.removeprefix("uses ")) for word in words if word.startswith("uses "))


def _used(said: str) -> Key:
    """Read "column public.orders.price"."""
    for kind in ("foreign table", "materialized view"):
        if said.startswith(f"{kind} "):
            return (kind, said.removeprefix(f"{kind} "))
    kind, _, identity = said.partition(" ")
    return (kind, identity)
