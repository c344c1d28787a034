"""Reading the lists that facts hold, and writing values into SQL."""

import re
from typing import Final

from orchestrator.domain.identity import split

_OPTION: Final = re.compile(r"""("(?:[^"]|"")+"|[^\s",]+) ( ?E?'(?:[^'\\]|''|\\.)*')""")


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
