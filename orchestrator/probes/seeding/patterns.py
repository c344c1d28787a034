"""Texts that suit the regular expressions of checks."""

import random
import re
from collections.abc import Iterator
from typing import Final

import rstr

#: what stands to the right of ~ and ~*, as the server prints it
_PATTERN: Final = re.compile(r"~\*? '((?:[^']|'')*)'")
#: classes by name, which Python spells otherwise
_CLASSES: Final = {
    "[:alpha:]": "a-zA-Z",
    "[:digit:]": "0-9",
    "[:alnum:]": "a-zA-Z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:xdigit:]": "0-9a-fA-F",
    "[:space:]": " ",
    "[:punct:]": ".,-",
}
#: so many texts are made of one pattern, and so many of them, the shortest, are worth trying
_MADE: Final = 12
_EACH: Final = 4
_LONGEST_PATTERN: Final = 500


def matching(says: str, number: int) -> Iterator[str]:
    """Yield texts for each pattern of a check; the same number gives the same texts, another one others.

    Nothing for a pattern that is written in a way only PostgreSQL knows.
    """
    made = rstr.Rstr(random.Random(number))  # noqa: S311  # nothing secret
    for match in _PATTERN.finditer(says):
        pattern = match[1].replace("''", "'")
        for name, members in _CLASSES.items():
            pattern = pattern.replace(name, members)
        if len(pattern) <= _LONGEST_PATTERN:
            yield from _texts(made, pattern)


def _texts(made: rstr.Rstr, pattern: str) -> Iterator[str]:
    try:
        yield from sorted((made.xeger(pattern) for _ in range(_MADE)), key=len)[:_EACH]
    except (re.error, KeyError, ValueError, TypeError, RecursionError, OverflowError, NotImplementedError):
        return
