"""One line of a file and where in it something is: as wide as it may be, cut around the place."""

from collections.abc import Iterable
from typing import Final

from rich.cells import get_character_cell_size

from orchestrator.cli.report.printable import printable

_TAB: Final = "    "
_CUT: Final = "…"

#: characters as they are shown, with the columns that each takes
_Cells = list[tuple[str, int]]


def excerpt(line: str, column: int, width: int) -> tuple[str, int]:
    """Return the line, at most `width` columns of it, and how many columns stand before the place.

    `column` is 1-based, in characters; one behind the end means the end.
    """
    at = max(0, min(column - 1, len(line)))
    if len(line) <= width and line.isascii() and line.isprintable():
        return line.rstrip(), at
    # no character is wider than two columns, few are of none: what is farther away does not fit
    nearby, following = line[max(0, at - 2 * width) : at], line[at : at + 2 * width]
    before, after = _cells(nearby), _cells(following)
    room = max(width - _size(after), width // 2)
    kept = _fitting(reversed(before), room, whole=len(nearby) == at)[::-1]
    rest = width - _size(kept)
    shown = _fitting(after, rest, whole=at + len(following) == len(line))
    return "".join(sign for sign, _ in (*kept, *shown)).rstrip(), _size(kept)


def _cells(text: str) -> _Cells:
    return [cell for character in text for cell in _cell(character)]


def _cell(character: str) -> _Cells:
    if character == "\t":
        return [(" ", 1) for _ in _TAB]
    sign = printable(character)
    return [(sign, get_character_cell_size(sign))]


def _fitting(cells: Iterable[tuple[str, int]], room: int, *, whole: bool) -> _Cells:
    """Keep what fits; a mark at the far end says that there is more."""
    every = list(cells)
    if whole and _size(every) <= room:
        return every
    kept, taken = [], 1
    for sign, size in every:
        if taken + size > room:
            break
        kept.append((sign, size))
        taken += size
    return [*kept, (_CUT, 1)]


def _size(cells: _Cells) -> int:
    return sum(size for _, size in cells)
