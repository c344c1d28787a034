"""How names are written in the SQL that a remedy shows."""

from orchestrator.domain.shape import Name


def spelled(name: Name) -> str:
    """Write a name so that it can be copied: with quotes only where PostgreSQL needs them.

    Behind a schema even a reserved word needs none.
    """
    return ".".join(_part(part) for part in name if part is not None)


def _part(part: str) -> str:
    plain = part.isascii() and part.isidentifier() and part == part.lower()
    return part if plain else '"' + part.replace('"', '""') + '"'
