"""Read names from a description: "add {column} column to {table}".

Words are separated by one space, `a|b` is either word, `*` are any words at the end. A value is one word or
several, none of which joins others: so "create a table for orders and invoices" names no table.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from orchestrator.authoring.naming import words_of

_FILLERS: Final = frozenset({"a", "an", "the", "new"})
_JOINS: Final = "and|as|between|by|column|columns|for|from|if|in|of|on|or|table|tables|to|with"
_PUBLIC: Final = re.compile(r"\bpublic\.(?=\w)", re.IGNORECASE)
_WORD: Final = rf"(?!(?:{_JOINS})\b)[a-z0-9]+"


def values_in(description: str, phrase: str) -> Mapping[str, str] | None:
    """Return the values by name, their words joined by `_`; None when the description is no such phrase."""
    # templates write into public, whether that is said or not
    words = " ".join(word for word in words_of(_PUBLIC.sub("", description)) if word not in _FILLERS)
    match = _pattern(phrase).fullmatch(words)
    return {name: value.replace(" ", "_") for name, value in match.groupdict().items()} if match else None


def fixed_words(phrase: str) -> int:
    """Count the words that are no values: the more, the surer."""
    return sum(not word.startswith(("{", "*")) for word in phrase.split())


def has_words(description: str, hint: str) -> bool:
    """Tell whether a description has all words of a hint, wherever they stand."""
    return set(hint.split()) <= set(words_of(description))


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(" ".join(map(_part, phrase.split())))


def _part(word: str) -> str:
    if word == "*":
        return ".+"
    return rf"(?P<{word[1:-1]}>{_WORD}(?: {_WORD})*?)" if word.startswith("{") else f"(?:{word})"
