"""How two versions of a file differ, in one line for people. Linear, however long they are."""

from itertools import takewhile
from typing import Final

#: of a line that is shown
_WIDEST: Final = 60


def edit_of(old: str, new: str) -> str:
    """Name the first line that differs and how many do: "line 3: `a` became `b`, and 2 more lines".

    Empty where only line ends differ.
    """
    was, now = old.splitlines(), new.splitlines()
    if was == now:
        return ""
    start = _alike(was, now)
    end = _alike(was[start:][::-1], now[start:][::-1])
    gone, come = was[start : len(was) - end], now[start : len(now) - end]
    more = max(len(gone), len(come)) - 1
    rest = f", and {more} more line{'s' if more > 1 else ''}" if more else ""
    if not gone:
        return f"line {start + 1}: {_shown(come[0])} was added{rest}"
    if not come:
        return f"line {start + 1}: {_shown(gone[0])} was taken out{rest}"
    return f"line {start + 1}: {_shown(gone[0])} became {_shown(come[0])}{rest}"


def _alike(one: list[str], other: list[str]) -> int:
    """Count the lines with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _shown(line: str) -> str:
    words = " ".join(line.split())
    return f"`{words if len(words) <= _WIDEST else words[: _WIDEST - 1] + '…'}`"
