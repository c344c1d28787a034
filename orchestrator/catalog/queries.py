"""The SQL files of this room."""

import re
from functools import cache
from importlib import resources
from typing import Final

#: how a query says that it reads everything where it is not told what to read
_EVERYTHING: Final = re.compile(r"%\(\w+\)s::\w+\[\] is null or ")


@cache
def query(name: str) -> str:
    """Return the text of a .sql file beside this module, by its path without the suffix."""
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


@cache
def of_part(sql: str) -> str:
    """Return a query that reads everything or a part as one that always reads a part.

    A server that keeps a plan for it, whatever it will be told, then finds the part by an index.
    """
    return _EVERYTHING.sub("", sql)
