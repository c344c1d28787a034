"""The SQL files of this room."""

from functools import cache
from importlib import resources


@cache
def query(name: str) -> str:
    """Return the text of a .sql file beside this module, by its name without the suffix."""
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def quoted(name: str) -> str:
    """Return a name as an identifier."""
    return '"{}"'.format(name.replace('"', '""'))
