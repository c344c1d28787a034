"""Changes of a column's type that lose nothing: what gets through, and back again, is what it was before.

A value that does not fit is refused by the server, and that is no loss. One that is quietly rounded, cut off
or spelled otherwise is lost. Types are as format_type writes them; `ENUM` stands for any enumeration, and a
domain for what it is over. Only what a test has held against a real server is called lossless.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

#: any enumeration
ENUM: Final = "enum"

Modifiers = tuple[int, ...]

#: a length or a scale, which may be negative
_NUMBER: Final = re.compile(r" *-?[0-9]{1,9} *")
_INTEGERS: Final = frozenset({"smallint", "integer", "bigint"})
_TEXTS: Final = frozenset({"text", "character varying", "citext"})
#: those have six digits behind the second where none are said
_MOST_DIGITS: Final = 6


def taken_apart(written: str) -> tuple[str, Modifiers]:
    """Split "timestamp(3) with time zone" into the type and its modifiers."""
    head, parenthesis, rest = written.partition("(")
    inside, _, tail = rest.partition(")")
    words = inside.split(",")
    if not parenthesis or not all(map(_NUMBER.fullmatch, words)):
        return written, ()
    return head + tail, tuple(map(int, words))


def is_lossless(old: str, new: str) -> bool:
    """Tell whether every value of the old type that the new one takes comes back from it as it was.

    By casts and without USING, in a session with any settings.
    """
    if old == new:
        return True
    if old.endswith("[]") and new.endswith("[]"):
        old, new = old.removesuffix("[]"), new.removesuffix("[]")
    (base, had), (new_base, gets) = _known(old), _known(new)
    fits = _IF_IT_FITS.get((base, new_base))
    return fits(had, gets) if fits else (base, new_base) in _WITHOUT_LENGTH and not gets


def _known(written: str) -> tuple[str, Modifiers]:
    """Take a type apart; citext may be in any schema."""
    base, modifiers = taken_apart(written)
    return ("citext" if base.endswith(".citext") else base), modifiers


def _is_not_shorter(had: Modifiers, gets: Modifiers) -> bool:
    return not gets or (bool(had) and gets >= had)


def _has_no_fewer_digits(had: Modifiers, gets: Modifiers) -> bool:
    return (gets or (_MOST_DIGITS,)) >= (had or (_MOST_DIGITS,))


def _has_no_smaller_scale(had: Modifiers, gets: Modifiers) -> bool:
    """Compare numeric with numeric: too many digits in front are refused, those behind are rounded."""
    if not gets or not had:
        return not gets
    return (*gets, 0)[1] >= (*had, 0)[1]


def _keeps_units(_: Modifiers, gets: Modifiers) -> bool:
    return (*gets, 0, 0)[1] >= 0


def _is_whole(had: Modifiers, _: Modifiers) -> bool:
    return bool(had) and (*had, 0)[1] <= 0


def _has_its_length(had: Modifiers, gets: Modifiers) -> bool:
    """Compare what is 1 long where nothing is said with what has any length there."""
    return not gets or gets >= (had or (1,))


def _is_padded_no_shorter(had: Modifiers, gets: Modifiers) -> bool:
    return (gets or (1,)) >= (had or (1,))


#: lossless where the new type has no modifiers
_WITHOUT_LENGTH: Final = frozenset(
    {
        *((one, other) for one in _INTEGERS for other in _INTEGERS),  # too large: refused
        *((one, "text") for one in _INTEGERS),  # written in one way only …
        *((one, "character varying") for one in _INTEGERS),
        ("boolean", "text"),
        ("uuid", "text"),
        ("jsonb", "text"),
        ("json", "text"),
        (ENUM, "text"),
        (ENUM, "character varying"),
        (ENUM, ENUM),  # by way of text: a label that is missing is refused
        *((one, ENUM) for one in _TEXTS),  # there is no second spelling of a label
        *((one, other) for one in _TEXTS for other in _TEXTS),
        ("character", "text"),  # the blanks that it loses, it gets again
        ("boolean", "integer"),
        ("smallint", "real"),  # 24 bits hold it
        ("smallint", "double precision"),
        ("integer", "double precision"),  # 53 bits hold it, and no bigint
        ("real", "double precision"),
        ("date", "timestamp without time zone"),  # midnight
        ("cidr", "inet"),  # a network is an address that comes back as itself
        ("jsonb", "json"),
    }
)
#: lossless if this holds, given the modifiers of both
_IF_IT_FITS: Final[Mapping[tuple[str, str], Callable[[Modifiers, Modifiers], bool]]] = {
    ("character varying", "character varying"): _is_not_shorter,
    ("bit varying", "bit varying"): _is_not_shorter,
    ("bit", "bit varying"): _has_its_length,
    ("character", "character"): _is_padded_no_shorter,
    ("character", "character varying"): _has_its_length,
    ("numeric", "numeric"): _has_no_smaller_scale,
    ("numeric", "integer"): _is_whole,
    ("numeric", "bigint"): _is_whole,
    **{(one, "numeric"): _keeps_units for one in _INTEGERS},
    **{
        (one, one): _has_no_fewer_digits
        for one in (
            "time without time zone",
            "time with time zone",
            "timestamp without time zone",
            "timestamp with time zone",
        )
    },
}
