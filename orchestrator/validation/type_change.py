"""Whether PostgreSQL writes a table anew when a column gets another type, as measured on PostgreSQL 18.

Types are as format_type writes them. Cautious: only what is known to keep the table, and the indexes on the
column, is said to keep them. An expression after USING that is more than a cast always writes it anew.
"""

from typing import Final

from orchestrator.domain.conversion import taken_apart

#: each value is already one of the other type
_SAME_BYTES: Final = frozenset(
    {("character varying", "text"), ("text", "character varying"), ("cidr", "inet"), ("xml", "text")}
)
#: with a longer length, or none, every value still fits
_WITH_LENGTH: Final = frozenset({"character varying", "bit varying"})
#: those have six digits where none are said
_WITH_DIGITS: Final = frozenset(
    {
        "time without time zone",
        "time with time zone",
        "timestamp without time zone",
        "timestamp with time zone",
        "interval",
    }
)
_INSTANTS: Final = frozenset({"timestamp without time zone", "timestamp with time zone"})
_MOST_DIGITS: Final = 6


def rewrites(old: str, new: str) -> bool:
    """Tell whether every row is written anew."""
    if old == new:
        return False
    (base, had), (new_base, gets) = taken_apart(old), taken_apart(new)
    if base != new_base:
        return bool(gets) or (base, new_base) not in _SAME_BYTES
    if base == "numeric":
        return not _is_wider_number(had, gets)
    if base in _WITH_LENGTH:
        return bool(gets) and (not had or gets < had)
    if base in _WITH_DIGITS:
        return bool(gets) and gets[0] < (had[0] if had else _MOST_DIGITS)
    return True


def is_free_in_utc(old: str, new: str) -> bool:
    """Tell whether nothing is written anew while the session's time zone is UTC."""
    base, (new_base, gets) = taken_apart(old)[0], taken_apart(new)
    return base != new_base and {base, new_base} == _INSTANTS and not gets


def _is_wider_number(had: tuple[int, ...], gets: tuple[int, ...]) -> bool:
    if not gets:
        return True
    if not had:
        return False
    (precision, scale), (new_precision, new_scale) = (*had, 0)[:2], (*gets, 0)[:2]
    return scale == new_scale and precision <= new_precision
