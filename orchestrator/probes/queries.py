"""The SQL files of this room."""

from functools import cache
from importlib import resources


@cache
def query(name: str) -> str:
    """Return the text of a .sql file beside this module, by its name without the suffix."""
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
