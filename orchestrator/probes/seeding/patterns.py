"""Texts that suit the regular expressions of checks."""

import random
import re
from collections.abc import Iterator
from typing import Any, Final

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
#: so often more than it must be a part of a text stands there at most: alone, inside a repeat, inside two
_MORE: Final = (12, 4, 1)
#: so many parts one text may have; repeats inside repeats multiply
_MOST_PARTS: Final = 3000


class _Maker(rstr.Rstr):
    """Makes texts of few parts; raises OverflowError for a pattern that asks for too many."""

    _parts = 0
    _depth = 0

    def made(self, pattern: str) -> str:
        self._parts = self._depth = 0
        return self.xeger(pattern)

    def _handle_state(self, state: Any) -> Any:  # noqa: ANN401  # as rstr has it
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise OverflowError
        return super()._handle_state(state)

    def _handle_repeat(self, start_range: int, end_range: int, value: Any) -> str:  # noqa: ANN401
        if start_range > _MOST_PARTS:
            raise OverflowError
        more = _MORE[self._depth] if self._depth < len(_MORE) else 0
        self._depth += 1
        times = self._random.randint(start_range, min(end_range, start_range + more))
        parts = [self._handle_state(state) for _ in range(times) for state in value]
        self._depth -= 1
        return "".join(parts)


def matching(says: str, number: int) -> Iterator[str]:
    """Yield texts for each pattern of a check; the same number gives the same texts, another one others.

    Nothing for a pattern that is written in a way only PostgreSQL knows, or whose texts are too long.
    """
    made = _Maker(random.Random(number))  # noqa: S311  # nothing secret
    for pattern in _patterns(says):
        yield from _texts(made, pattern)


def is_too_hard(says: str) -> bool:
    """Tell whether a check has a pattern for which no text can be made in the time that there is."""
    made = _Maker(random.Random(1))  # noqa: S311  # nothing secret
    return any(next(_texts(made, pattern), None) is None for pattern in _patterns(says))


def _patterns(says: str) -> Iterator[str]:
    for match in _PATTERN.finditer(says):
        pattern = match[1].replace("''", "'")
        for name, members in _CLASSES.items():
            pattern = pattern.replace(name, members)
        yield pattern


def _texts(made: _Maker, pattern: str) -> Iterator[str]:
    if len(pattern) > _LONGEST_PATTERN:
        return
    try:
        yield from sorted((made.made(pattern) for _ in range(_MADE)), key=len)[:_EACH]
    except (re.error, KeyError, ValueError, TypeError, RecursionError, OverflowError, NotImplementedError):
        return
