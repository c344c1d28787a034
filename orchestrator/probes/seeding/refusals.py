"""What a server's refusal may be told as: rows of a live target must not travel with it.

A message may repeat values of rows whatever its SQLSTATE is: functions raise what they like, and SQL that
they put together names what they read. So only the condition's name is told, with names that the catalog
knows; all of it only where nobody's rows are.
"""

from collections.abc import Mapping
from typing import Any, Final

_CONDITIONS: Final[Mapping[str, str]] = {
    "0A000": "feature not supported",
    "21000": "cardinality violation",
    "22001": "string data right truncation",
    "22003": "numeric value out of range",
    "22004": "null value not allowed",
    "22007": "invalid datetime format",
    "22008": "datetime field overflow",
    "22012": "division by zero",
    "22021": "character not in repertoire",
    "22023": "invalid parameter value",
    "22026": "string data length mismatch",
    "22030": "duplicate JSON object key value",
    "22032": "invalid JSON text",
    "2201B": "invalid regular expression",
    "2202E": "array subscript error",
    "22P02": "invalid text representation",
    "22P05": "untranslatable character",
    "23502": "not-null violation",
    "23503": "foreign key violation",
    "23505": "unique violation",
    "23514": "check violation",
    "23P01": "exclusion violation",
    "25006": "read-only transaction",
    "3F000": "invalid schema name",
    "40001": "serialization failure",
    "40P01": "deadlock detected",
    "42501": "insufficient privilege",
    "42601": "syntax error",
    "42702": "ambiguous column",
    "42703": "undefined column",
    "42704": "undefined object",
    "42725": "ambiguous function",
    "42804": "datatype mismatch",
    "42883": "undefined function",
    "428C9": "generated always",
    "42P01": "undefined table",
    "42P17": "invalid object definition",
    "42P18": "indeterminate datatype",
    "53200": "out of memory",
    "54001": "statement too complex",
    "55000": "object not in prerequisite state",
    "55P03": "lock not available",
    "57014": "query canceled",
    "P0001": "raised by a function",
    "P0002": "no data found",
    "P0003": "too many rows",
    "P0004": "assertion failed",
}
_CLASSES: Final[Mapping[str, str]] = {
    "08": "connection exception",
    "22": "data exception",
    "23": "integrity constraint violation",
    "40": "transaction rollback",
    "42": "syntax error or access rule violation",
    "53": "insufficient resources",
    "54": "program limit exceeded",
    "P0": "error of a function",
}
#: classes that are about values, or raised by functions
_OF_VALUES: Final = frozenset({"22", "23", "P0"})
#: what is named, in this order; whoever asked the server left out what the catalog does not know
_NAMED: Final = ("table", "column", "constraint")


def words_of(told: Mapping[str, Any], *, verbatim: bool) -> str:
    """Return a refusal in words that repeat no row; `verbatim`: the server's own, where nobody's rows are."""
    if verbatim and told.get("message"):
        return str(told["message"])
    names = ", ".join(f"{what} {told[what]}" for what in _NAMED if told.get(what))
    condition = condition_of(str(told["state"]))
    return f"{condition} ({names})" if names else condition


def of_planner(sqlstate: str, message: str) -> str:
    """Return what the planner said; where functions that it tried may tell values, the condition alone."""
    return condition_of(sqlstate) if sqlstate[:2] in _OF_VALUES else message


def condition_of(sqlstate: str) -> str:
    """Return the name of what a SQLSTATE stands for."""
    return _CONDITIONS.get(sqlstate) or _CLASSES.get(sqlstate[:2], "told by its code alone")
