"""From squawk's places to ours.

squawk counts lines from 0 and takes a lone CR for the end of one; it counts columns from 0 in bytes of UTF-8.
We count both from 1, only LF ends a line, and columns are characters.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from orchestrator.adapters.squawk.sent import encoded

#: line, column, as squawk counts
TheirPlace = tuple[int, int]

_LINE_END: Final = re.compile(rb"\r\n?|\n")
#: the bytes of UTF-8 that begin no character
_INSIDE: Final = range(0x80, 0xC0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in a file, never beyond its end."""

    #: 0-based, in characters
    offset: int
    #: 1-based
    line: int
    #: 1-based, in characters
    column: int


def places(text: str, theirs: Iterable[TheirPlace]) -> dict[TheirPlace, Place]:
    """Translate places; the text is walked once, however many there are."""
    data = encoded(text)
    starts = [0, *(line.end() for line in _LINE_END.finditer(data))]
    found: dict[TheirPlace, Place] = {}
    seen, offset, line, column = 0, 0, 1, 1
    for position, their in sorted((_position(data, starts, their), their) for their in set(theirs)):
        passed = data[seen:position].decode()
        seen, offset = position, offset + len(passed)
        newlines = passed.count("\n")
        line, column = line + newlines, (1 if newlines else column) + len(passed) - passed.rfind("\n") - 1
        found[their] = Place(offset=offset, line=line, column=column)
    return found


def _position(data: bytes, starts: list[int], their: TheirPlace) -> int:
    """Return the position in bytes, moved to where a character begins, at most the end of the text."""
    line, column = their
    position = min(starts[min(line, len(starts) - 1)] + column, len(data))
    while position < len(data) and data[position] in _INSIDE:
        position -= 1
    return position
