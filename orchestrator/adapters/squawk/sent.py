"""The text that squawk is given.

It has a character for each one of the file's, until it ends: a place in it is a place in the file.
"""

import re
from bisect import bisect_right
from collections.abc import Collection
from typing import Final

from orchestrator.validation.split import split_statements
from orchestrator.validation.sql_text import SqlText

# In a statement this is a minus, and a plus is as good there; so nothing depends on whether squawk and we
# agree on what is a comment.
_SILENCE: Final = re.compile(r"(?<=squawk)-(?=ignore|disable)")
_SHOWN: Final = re.compile(r"[^\r\n]")
#: without these words no file holds the data of a COPY
_FROM_STDIN: Final = re.compile(r"\bfrom\s+stdin\b", re.IGNORECASE)


def sendable(text: str) -> str:
    """Return the part of a file that is SQL, in which no comment tells squawk to be silent."""
    text = _SILENCE.sub("+", text) if "squawk-" in text else text
    return _without_data(text) if _FROM_STDIN.search(text) else text


def encoded(text: str) -> bytes:
    """Return the bytes of a text; characters that UTF-8 does not have (no file holds any) become `?`."""
    return text.encode(errors="replace")


def without_statements(text: str, offsets: Collection[int]) -> str:
    """Return a text in which each statement at one of the offsets (0-based, in characters) is blank."""
    statements = split_statements(text)
    starts = [statement.offset for statement in statements]
    pieces, kept = [], 0
    for number in sorted({max(0, bisect_right(starts, offset) - 1) for offset in offsets if starts}):
        start = starts[number]
        pieces += [text[kept:start], _SHOWN.sub(" ", statements[number].text)]
        kept = start + len(statements[number].text)
    return "".join([*pieces, text[kept:]])


def _without_data(text: str) -> str:
    """Return a text up to the data of its first COPY … FROM STDIN: squawk would read them as SQL."""
    parts = SqlText(path="", content=encoded(text)).parts
    if not parts or not parts[-1].parsed.copies_from_stdin:
        return text
    copy = parts[-1].offset + text.startswith("\ufeff")
    ends = (statement.offset + len(statement.text) for statement in split_statements(text))
    return text[: next((end for end in ends if end > copy), None)]
