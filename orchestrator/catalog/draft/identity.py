"""Reading the identities of facts, and writing values into SQL.

An identity is made of names as the server quotes them: a dot within quotes does not separate.
"""

import re
from typing import Final

#: a piece between quotes, where nothing separates, or one character
_ATOM: Final = re.compile(r'"(?:[^"]|"")*"|.', re.DOTALL)
_OPTION: Final = re.compile(r"""("(?:[^"]|"")+"|[^\s",]+) ( ?E?'(?:[^'\\]|''|\\.)*')""")


def split(text: str, separator: str) -> tuple[str, ...]:
    """Split at each separator that stands outside quotes and parentheses.

    >>> split('public."a.b".c', ".")
    ('public', '"a.b"', 'c')
    """
    pieces, piece, depth, position = [], "", 0, 0
    while position < len(text):
        if depth == 0 and text.startswith(separator, position):
            pieces.append(piece)
            piece, position = "", position + len(separator)
            continue
        match = _ATOM.match(text, position)
        assert match
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        piece, position = piece + match[0], match.end()
    return (*pieces, piece)


def within(identity: str) -> tuple[str, str]:
    """Split into what something is in and its own name: ("public.orders", "price")."""
    *place, own = split(identity, ".")
    return ".".join(place), own


def schema_of(identity: str) -> str:
    """Return the first name."""
    return split(identity, ".")[0]


def literal(value: str) -> str:
    """Write a value so that it means the same whatever the session's settings are."""
    escaped = value.replace("'", "''")
    return f"E'{escaped}'".replace("\\", "\\\\") if "\\" in value else f"'{escaped}'"


def name(raw: str) -> str:
    """Quote a name that nobody has quoted yet."""
    return '"{}"'.format(raw.replace('"', '""'))


def items(listing: str | None) -> list[str]:
    """Split a list of names or literals as facts have it."""
    return list(split(listing, ", ")) if listing else []


def literals(listing: str) -> list[str]:
    """Split a list of literals: a comma within one does not separate."""
    return re.findall(r"E?'(?:[^'\\]|''|\\.)*'", listing) if listing else []


def options(listing: str | None) -> dict[str, str]:
    """Read the options of a foreign table or server: names and literals."""
    return {own: value.strip() for own, value in _OPTION.findall(listing or "")}


def parameters(listing: str | None) -> dict[str, str]:
    """Read storage parameters: "fillfactor=70, toast.autovacuum_enabled=off"."""
    return dict(item.split("=", 1) for item in (listing or "").split(", ") if "=" in item)


def settings(listing: str | None) -> str:
    """Write storage parameters for WITH or SET, without the parentheses."""
    return ", ".join(f"{key} = {literal(value)}" for key, value in parameters(listing).items())


def in_this_database(statement: str) -> str:
    """Write a statement about the database, whose name differs from copy to copy, as %I in `statement`."""
    body = f"begin execute format({literal(statement)}, current_database()); end"
    return f"do {quoted(body)}"


def quoted(body: str) -> str:
    """Quote a body with dollars that do not occur in it."""
    tag = "$$"
    while tag in body:
        tag = f"${tag.strip('$')}_$"
    return f"{tag}\n{body}\n{tag}"
