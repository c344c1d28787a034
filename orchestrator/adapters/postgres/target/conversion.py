"""Whether a column's values can become values of another type: judged by a condition wherever that is exact.

The rules are PostgreSQL's own: an assignment to varchar(n) or char(n) drops blanks and refuses anything
else, a cast that is written out cuts without a word; numbers are rounded first and have to fit then; a text
is read by the type's input. Elsewhere every row is converted, and the first that fails ends the search. Not
seen: what an assignment refuses and a cast forgives in bit strings, arrays and domains.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from psycopg import sql

from orchestrator.domain.demand import Demand

_CHARACTER: Final = frozenset({"varchar", "bpchar"})
_TEXT: Final = _CHARACTER | {"text"}
#: how many bytes a whole number has
_BYTES: Final = {"int2": 2, "int4": 4, "int8": 8}
_FLOATS: Final = frozenset({"float4", "float8"})
_INSTANTS: Final = frozenset({"timestamp", "timestamptz"})
#: the first server that can say whether a text is valid without failing
_SAYS_WHETHER_VALID: Final = 160000
#: what PostgreSQL adds to the modifiers of these types
_HEADER: Final = 4


class Judgement(Enum):
    """What is known without a condition."""

    #: no row can be in the way
    SAFE = auto()
    #: only by converting every row
    TRY = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversion:
    """From which type to which; names are those of pg_catalog, empty for anybody else's types."""

    source: str
    #: pg_attribute.atttypmod
    source_modifier: int
    target: str
    #: a text becomes such a value by the type's input and nothing else
    reads_text: bool
    server_version: int


def judge(demand: Demand, known: Conversion, column: sql.Composable) -> sql.Composable | Judgement:
    """Return the condition of the rows that cannot become the new type, or what is known otherwise."""
    if known.target in _CHARACTER and demand.modifiers:
        return _shortened(demand, known, column)
    if demand.using is not None and not demand.plain_cast:
        return Judgement.TRY
    if known.source in _BYTES or known.source == "numeric":
        return _number(demand, known, column)
    if known.target in _TEXT or (known.source in _INSTANTS and known.target in _INSTANTS | {"date"}):
        return Judgement.SAFE
    if known.source in _TEXT and known.reads_text and known.server_version >= _SAYS_WHETHER_VALID:
        return sql.SQL(
            "{0} is not null and not pg_catalog.pg_input_is_valid(pg_catalog.concat({0}), {1})"
        ).format(column, sql.Literal(demand.type))
    return Judgement.TRY


def converted(demand: Demand, column: sql.Composable) -> sql.Composable:
    """Return the expression whose value becomes the new one."""
    return column if demand.using is None else sql.SQL(f"({demand.using})")


def _shortened(demand: Demand, known: Conversion, column: sql.Composable) -> sql.Composable | Judgement:
    """Find what does not fit: an explicit cast would cut more off it than blanks."""
    if demand.plain_cast:
        return Judgement.SAFE
    length = known.source_modifier - _HEADER
    if demand.using is None and known.source in _CHARACTER and 0 <= length <= demand.modifiers[0]:
        return Judgement.SAFE
    return sql.SQL(
        "pg_catalog.char_length(pg_catalog.rtrim({0}::text))"
        " <> pg_catalog.char_length(pg_catalog.rtrim({0}::text::{1}::text))"
    ).format(converted(demand, column), sql.SQL(demand.type or ""))


def _number(demand: Demand, known: Conversion, column: sql.Composable) -> sql.Composable | Judgement:
    if known.target in _BYTES:
        return _whole(known, column)
    if known.target == "numeric" and demand.modifiers:
        return _decimal(demand, known, column)
    widest = _FLOATS if known.source in _BYTES else frozenset()
    return Judgement.SAFE if known.target in _TEXT | widest | {"numeric"} else Judgement.TRY


def _whole(known: Conversion, column: sql.Composable) -> sql.Composable | Judgement:
    size = _BYTES[known.target]
    if _BYTES.get(known.source, size + 1) <= size:
        return Judgement.SAFE
    most = 2 ** (8 * size - 1)
    value = sql.SQL("pg_catalog.round({})").format(column) if known.source == "numeric" else column
    return sql.SQL("{} not between {} and {}").format(value, sql.Literal(-most), sql.Literal(most - 1))


def _decimal(demand: Demand, known: Conversion, column: sql.Composable) -> sql.Composable | Judgement:
    precision, scale = (*demand.modifiers, 0)[:2]
    if known.source == "numeric" and known.source_modifier >= _HEADER:
        had_precision, had_scale = _precision_and_scale(known.source_modifier)
        if scale >= had_scale and precision - scale >= had_precision - had_scale:
            return Judgement.SAFE
    return sql.SQL(
        "{0}::numeric <> 'NaN' and pg_catalog.abs(pg_catalog.round({0}::numeric, {1})) >= {2}::numeric"
    ).format(column, sql.Literal(scale), sql.Literal(f"1e{precision - scale}"))


def _precision_and_scale(modifier: int) -> tuple[int, int]:
    """Take numeric's modifier apart: eleven bits of scale with a sign, the precision above them."""
    packed = modifier - _HEADER
    return packed >> 16, ((packed & 0x7FF) ^ 0x400) - 0x400
