"""Which names of a text may be columns of one table: those that are another one's are taken out."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

#: what stands where a column of another table was named; no table has such a column
_ELSEWHERE: Final = "elsewhere_"
_WORDS: Final = (
    "on|where|join|inner|left|right|full|cross|natural|using|group|order|limit|union|having|for|as|set|values|then|"
    "offset|fetch|window|returning|loop|into|end"
)
#: a relation that is read, with what it is called there; behind a comma only a known one is taken for that
_READ: Final = re.compile(
    r'(?:\b(?:from|join)\s+\(*\s*(?:only\s+|lateral\s+)?|,\s*)(?:"?\w+"?\.)?"?(?P<name>\w+)"?'
    rf'(?:\s+(?:as\s+)?(?!(?:{_WORDS})\b)"?(?P<alias>\w+)"?)?',
    re.IGNORECASE,
)


def about(text: str, table: str, relations: Collection[str]) -> str:
    """Return a text without the columns that it names as another relation's; `relations` are all there are.

    A qualifier that may be this table's, or nobody knows, stays.
    """
    for other, meant in _called(text, frozenset(relations)).items():
        if other != table and table not in meant:
            column = rf'(?<![\w."])(?:"?\w+"?\.)?"?{re.escape(other)}"?\."?\w+"?(?![\w"(.])'
            text = re.sub(column, f"{other}.{_ELSEWHERE}", text, flags=re.IGNORECASE)
    return text


@lru_cache(maxsize=4096)
def _called(text: str, relations: frozenset[str]) -> dict[str, set[str]]:
    """Return what a qualifier may mean, for those of which that is known."""
    found: dict[str, set[str]] = {}
    for match in _READ.finditer(text):
        name = match["name"]
        if name in relations:
            found.setdefault(match["alias"] or name, set()).add(name)
    return found
