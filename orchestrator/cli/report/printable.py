"""What comes out of a repository, made harmless: no sign of it steers a terminal or turns text around."""

import unicodedata
from typing import Final

#: stands for what cannot be shown
_INSTEAD: Final = "\N{REPLACEMENT CHARACTER}"
#: controls, what turns the direction of writing (among the formats), half characters
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs"})


def printable(text: str) -> str:
    """Return a text in one line, in which each sign that could steer a terminal is a replacement."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in "\n\t":
        return " "
    return _INSTEAD if unicodedata.category(character) in _HIDDEN else character
