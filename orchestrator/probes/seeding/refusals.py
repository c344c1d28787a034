"""What a server's refusal may be told as: rows of a live target must not travel with it."""

from collections.abc import Mapping
from typing import Final

#: classes of SQLSTATE whose messages name objects, and repeat no value
_NAMING: Final = frozenset({"08", "0A", "21", "23", "25", "3F", "40", "42", "53", "54", "55", "57", "58"})
#: what a message of another class says without the value that it is about
_CONDITIONS: Final[Mapping[str, str]] = {
    "22001": "string data right truncation",
    "22003": "numeric value out of range",
    "22004": "null value not allowed",
    "22007": "invalid datetime format",
    "22008": "datetime field overflow",
    "2200G": "most specific type mismatch",
    "22012": "division by zero",
    "2201B": "invalid regular expression",
    "22021": "character not in repertoire",
    "22023": "invalid parameter value",
    "22026": "string data length mismatch",
    "22030": "duplicate JSON object key value",
    "22032": "invalid JSON text",
    "2202E": "array subscript error",
    "22P02": "invalid text representation",
    "22P05": "untranslatable character",
    "P0001": "raised by a function",
    "P0002": "no data found",
    "P0003": "too many rows",
    "P0004": "assertion failed",
}
_CLASSES: Final[Mapping[str, str]] = {"22": "data exception", "P0": "error of a function"}


def harmless(sqlstate: str, message: str) -> str:
    """Return a message as it is where its class repeats no value, else its condition's name."""
    if sqlstate[:2] in _NAMING and sqlstate != "42601":
        return message
    return _CONDITIONS.get(sqlstate) or _CLASSES.get(sqlstate[:2], "told by its code alone")
