"""Values that checks like: texts, numbers and moments of the forms that they ask for most, by type."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.probes.seeding.ground import Check, Column
from orchestrator.probes.seeding.patterns import matching
from orchestrator.probes.seeding.values import fits_width, is_text, made_up

_TEXTS: Final = (
    "probe", "Probe", "PROBE", "a", "ab", "abc", "p-r-o-b-e", "probe_row", "a@probe.invalid",
    "https://probe.invalid/a", "/probe", "+4915112345678", "04915112345678", "12345", "123456", "1234567890",
    "1", "0", "12", "AB", "ABC", "ABCD", "EUR", "USD", "DE", "de", "en", "en-US", "de_DE",
    "Europe/Berlin",
    "UTC", "#aabbcc", "#AABBCC", "AB-1234", "ABC-123", "2020-01-01", "2020-01", "10:00", "1.0.0", "v1",
    "v1.0.0",
    "text/plain", "image/png", "probe.invalid", "a.b", "a/b", "{}", "[]",
    "ba5c01e0-0000-4000-9000-000000000001",
    "DE89370400440532013000", "192.0.2.1", "0 0 * * *", "@probe", "0123456789abcdef",
    "0123456789abcdef0123456789abcdef", "a" * 64, "ab12cd34", "AB12CD34", "",
)  # fmt: skip
#: the same once more, each number giving others: a value may have to be the only one of its kind
_NUMBERED: Final = (
    "probe{0}", "Probe{0}", "PROBE{0}", "probe-{0}", "probe_{0}", "p{0}@probe.invalid",
    "https://probe.invalid/{0}", "/{0}", "+49151{0:08}", "0151{0:08}", "{0:05}", "{0:06}", "{0:010}", "{0}",
    "p{0}.probe.invalid", "AB-{0:04}", "ABC-{0:03}", "v1.0.{0}", "1.0.{0}", "#{0:06x}", "{0:032x}",
    "{0:064x}",
    "@probe{0}", "{0:016x}", "DE{0:020}", "P{0:03}", "p{0}/p",
)  # fmt: skip
_NUMBERS: Final = ("1", "0", "-1", "2", "5", "10", "50", "100", "1000", "1000000", "0.5", "-0.5")
_TIMES: Final = ("2020-01-01", "2020-01-02", "2099-01-01", "1990-01-01", "1970-01-01")
_JSON: Final = ("{}", "[]", '{"probe": 1}', '["probe"]', '"probe"', "1")
_NUMERIC: Final = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8", "money"})
_NUMERIC_RANGES: Final = frozenset({"int4range", "int8range", "numrange"})
_TIMELY: Final = frozenset({"date", "timestamp", "timestamptz"})
_INT2_BITS: Final = 15
_INT4_BITS: Final = 31
_LONGEST_TEXT: Final = 10_000

_QUOTED: Final = re.compile(r"'((?:[^']|'')*)'")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
#: the check is about certain words, not about the form of a text
_LISTS: Final = re.compile(r"= ANY|\(?\w+\)?(::\w+)? = '")


def likely(column: Column, check: Check, now: str | None, number: int) -> list[str | None]:
    """Return values that may suit a check, the most likely first, beginning with the one of now."""
    found: list[str | None] = [now]
    if not column.required:
        found.append(None)
    found += _by_type(column, check.says, number)
    return list(dict.fromkeys(found))


def _by_type(column: Column, says: str, number: int) -> Iterator[str | None]:
    said = [match[1].replace("''", "'") for match in _QUOTED.finditer(says)]
    if column.is_array:
        return _arrays(column, said)
    if column.kind == "e":
        return iter([*(value for value in said if value in column.labels), *column.labels])
    if column.type in _NUMERIC:
        return _numbers(column, says, said)
    if is_text(column):
        return (text for text in _texts(says, said, number) if fits_width(column, text))
    return iter(_others(column, said))


def _others(column: Column, said: Sequence[str]) -> Sequence[str | None]:
    if column.kind == "r":
        return ("empty", "[1,2)" if column.type in _NUMERIC_RANGES else "[2020-01-01,2020-01-02)")
    if column.type in _TIMELY:
        return [*(value for value in said if _MOMENT.match(value)), *_TIMES]
    if column.type in ("json", "jsonb"):
        return [*_JSON, *(f'{{"{value}": "probe"}}' for value in said)]
    of_type = {"bool": ("true", "false"), "interval": ("1 hour", "1 day", "00:00:00", "1 month")}
    return of_type.get(column.type, (made_up(column, 1), made_up(column, 2)))


def _arrays(column: Column, said: Sequence[str]) -> Iterator[str]:
    elements = [*said, *column.labels] or [made_up(replace(column, is_array=False), 1) or "1"]
    yield from (f"{{{','.join(elements[:1] * size)}}}" for size in (1, 2, 3, 5))
    yield f"{{{','.join(elements)}}}"
    yield "{}"


def _numbers(column: Column, says: str, said: Sequence[str]) -> Iterator[str]:
    written = [match[0] for match in _NUMBER.finditer(says)]
    yield from (value for value in (*_around(written), *_around(said), *_NUMBERS) if _fits(column, value))


def _texts(says: str, said: Sequence[str], number: int) -> Iterator[str]:
    if _LISTS.search(says):
        yield from said
    yield from matching(says, number)
    yield from (form.format(number) for form in _NUMBERED)
    yield from said
    yield from _TEXTS
    lengths = {int(float(match[0])) for match in _NUMBER.finditer(says)}
    for length in sorted({size for each in lengths for size in (each, each + 1)}):
        if 0 < length <= _LONGEST_TEXT:
            yield from (fill * length for fill in ("a", "A", "1"))


def _around(numbers: Sequence[str]) -> Iterator[str]:
    for number in numbers:
        if re.fullmatch(r"-?\d+", number):
            yield from (number, str(int(number) + 1), str(int(number) - 1))
        elif re.fullmatch(r"-?\d+\.\d+", number):
            yield number


def _fits(column: Column, value: str) -> bool:
    if not column.type.startswith("int"):
        return True
    bits = {"int2": _INT2_BITS, "int4": _INT4_BITS}.get(column.type, 63)
    return "." not in value and abs(int(value)) < 2**bits
