"""The identities of facts: names as the server quotes them, where a dot within quotes does not separate."""

import re
from typing import Final

#: a piece between quotes, where nothing separates, or one character
_ATOM: Final = re.compile(r'"(?:[^"]|"")*"|.', re.DOTALL)
#: without any of these, every separator separates
_SHELTERS: Final = frozenset('"()')
#: kinds whose identity is that of their table, or type, and their own name
_PARTS_OF_A_RELATION: Final = frozenset({"constraint", "policy", "rule", "trigger"})
#: kinds whose identity is a pair, and how that is said
_PAIRS: Final = {
    "published table": "table {1} in publication {0}",
    "published schema": "schema {1} in publication {0}",
    "user mapping": "user mapping of {1} on server {0}",
    "setting": "setting {1} of {0}",
}
_PRIVILEGES: Final = {
    "r": "tables",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
    "L": "large objects",
}


def split(text: str, separator: str) -> tuple[str, ...]:
    """Split at each separator that stands outside quotes and parentheses.

    >>> split('public."a.b".c', ".")
    ('public', '"a.b"', 'c')
    """
    if _SHELTERS.isdisjoint(text):
        return tuple(text.split(separator))
    pieces, piece, depth, position = [], "", 0, 0
    while position < len(text):
        if depth == 0 and text.startswith(separator, position):
            pieces.append(piece)
            piece, position = "", position + len(separator)
            continue
        match = _ATOM.match(text, position)
        assert match is not None
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        piece, position = piece + match[0], match.end()
    return (*pieces, piece)


def within(identity: str) -> tuple[str, str]:
    """Split into what something is in and its own name: ("public.orders", "total"); at the top in ""."""
    *place, own = split(identity, ".")
    return ".".join(place), own


def schema_of(identity: str) -> str:
    """Return the first name."""
    return split(identity, ".")[0]


def subject(kind: str, identity: str) -> str:
    """Name a fact as people do: "policy own on public.orders", "grant on public.orders"."""
    place, own = within(identity)
    first, _, second = identity.partition("/")
    match kind:
        case "constraint" | "policy" | "rule" | "trigger":
            return f"{kind} {own} on {place}"
        case "comment":
            return f"comment on {identity}"
        case "grant":
            return _grant(identity)
        case _ if kind in _PAIRS and second:
            return _PAIRS[kind].format("the database" if first == "*" else first, second)
    return f"{kind} {identity}"


def _grant(identity: str) -> str:
    on, _, defaults = identity.partition("default privilege ")
    match split(defaults, "/"):
        case (role, schema, about) if not on:
            where = "" if schema == "*" else f" in {schema}"
            return f"default grant of {role}{where} on {_PRIVILEGES.get(about, about)}"
    return f"grant on {identity.removeprefix('relation ')}"


def holder(kind: str, identity: str) -> str:
    """Return the identity of what a fact is a part of, or is about: a table, a function; "" where of none.

    An index, a sequence or a statistics object does not say so in its identity: see its parts.
    """
    if kind == "column" or kind in _PARTS_OF_A_RELATION:
        return within(identity)[0]
    if kind in ("grant", "comment"):
        about = split(identity, " ")[-1]
        return within(about)[0] if identity.startswith("column ") else about
    if kind == "published table":
        return split(identity, "/")[-1]
    return ""
