"""What is called a lossless change of type gives back every value that gets through, on a real server."""

from typing import TYPE_CHECKING

import psycopg
import pytest

from orchestrator.domain.conversion import ENUM, is_lossless

if TYPE_CHECKING:
    from tests.integration.catalog.conftest import Catalog

_DAY = ("2026-02-28", "0001-01-01", "4713-01-01 BC", "5874897-12-31", "infinity", "2026-03-29")
_TIME = ("2026-03-29 02:30:00.123456", "2026-10-25 02:30:00.5", "infinity", "0001-01-01 00:00:00 BC")
_TEXT = ("", " a ", "A", "7", "007", "true", "a  ", "2026-1-1", '{"b": 1, "a": 1.0, "a": 2}', "ä€😀", "12345")

#: values that a careless conversion changes, by type
VALUES: dict[str, tuple[str, ...]] = {
    "smallint": ("-32768", "32767", "0", "1"),
    "integer": ("-2147483648", "2147483647", "16777217", "0", "1"),
    "bigint": ("-9223372036854775808", "9223372036854775807", "9007199254740993", "1"),
    "numeric": ("0.1", "1.10", "1e20", "NaN", "12345678901234567890.5", "7"),
    "numeric(10,2)": ("1.20", "12345678.99", "-0.01", "7"),
    "numeric(12,2)": ("1.20", "1234567890.99"),
    "numeric(10,4)": ("1.2345", "7"),
    "numeric(10,0)": ("1234567890", "7", "9999999999"),
    "numeric(5,-2)": ("12300", "-100"),
    "real": ("0.1", "1e30", "16777216", "NaN"),
    "double precision": ("0.1", "1e300", "9007199254740993"),
    "boolean": ("true", "false"),
    "uuid": ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",),
    "json": ('{"b": 1,  "a": 1.0, "a": 2}', "1.10", '"\\u00e4"'),
    "jsonb": ('{"b": 1, "a": 1.0, "a": 2}', "1.10", '"\\u00e4"'),
    "text": _TEXT,
    "character varying": _TEXT,
    "character varying(5)": tuple(each for each in _TEXT if len(each) <= 5),
    "character varying(9)": tuple(each for each in _TEXT if len(each) <= 9),
    "extensions.citext": _TEXT,
    "character(5)": ("", " a", "abcde", "7"),
    "character(9)": ("", " a", "abcdefghi"),
    "public.mood": ("A", "007", "B"),
    "public.feel": ("007", "B", "c"),
    "bit(3)": ("101", "000"),
    "bit varying(3)": ("", "10", "000"),
    "bit varying(5)": ("", "10", "00000"),
    "bit varying": ("", "10", "0000000"),
    "date": _DAY,
    "timestamp without time zone": _TIME,
    "timestamp(3) without time zone": _TIME,
    "timestamp with time zone": _TIME,
    "timestamp(0) with time zone": _TIME,
    "time without time zone": ("02:30:00.123456", "24:00"),
    "time(3) without time zone": ("02:30:00.123",),
    "time with time zone": ("02:30:00.123456+02",),
    "interval": ("1 mon 30 days 24:00:00.123456",),
    "inet": ("10.0.0.1/8", "::1"),
    "cidr": ("10.0.0.0/8", "::/64"),
    "integer[]": ("{1,NULL,-2147483648}", "{}"),
    "bigint[]": ("{1,9223372036854775807}", "{7}"),
    "text[]": ('{" a",NULL,"a,b"}',),
    "character varying(5)[]": ('{" a",NULL,"a,b"}',),
}
_ENUMS = {"public.mood", "public.feel"}


def resolved(written: str) -> str:
    return ENUM if written in _ENUMS else written


PAIRS = [(old, new) for old in VALUES for new in VALUES if old != new]
LOSSLESS = [(old, new) for old, new in PAIRS if is_lossless(resolved(old), resolved(new))]


def back(catalog: "Catalog", value: str, old: str, new: str) -> tuple[str, str] | None:
    """Return a value as it was and as it came back; None where it was refused."""
    by_text = "::text" if {old, new} <= _ENUMS else ""
    try:
        with catalog.connection.transaction():
            row = catalog.connection.execute(
                f"select v::text, (v{by_text}::{new}{by_text}::{old})::text"
                f" from (select (%s::text)::{old}) each (v)",
                [value],
            ).fetchone()
    except psycopg.DataError:
        return None
    assert row is not None
    return row[0], row[1]


@pytest.fixture
def typed(catalog: "Catalog", superuser: "Catalog") -> "Catalog":
    superuser.does("create extension if not exists citext schema extensions")
    catalog.does(
        "create type public.mood as enum ('A', '007', 'B'); create type public.feel as enum ('007', 'B', 'c')"
    )
    return catalog


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("style", ["ISO, YMD", "German"])
def test_every_value_comes_back_as_it_was(typed: "Catalog", zone: str, style: str) -> None:
    typed.does(f"set timezone = '{zone}'; set datestyle = '{style}'")
    for old, new in LOSSLESS:
        found = [pair for value in VALUES[old] if (pair := back(typed, value, old, new)) is not None]
        assert found, (old, new)
        assert all(was == now for was, now in found), (old, new, found)


#: what people do, and what becomes of a value
LOSSY = [
    ("numeric(10,2)", "integer", "1.20"),
    ("numeric(10,4)", "numeric(10,2)", "1.2345"),
    ("numeric", "numeric(10,2)", "1.1"),
    ("bigint", "double precision", "9007199254740993"),
    ("integer", "real", "16777217"),
    ("double precision", "real", "0.1"),
    ("integer", "boolean", "7"),
    ("text", "integer", "007"),
    ("text", "boolean", "yes"),
    ("text", "uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"),
    ("text", "jsonb", '{"b": 1,  "a": 2}'),
    ("text", "character varying(5)", "abcdefg"),
    ("text", "character(9)", "a "),
    ("character varying(9)", "character varying(5)", "abcdefg"),
    ("json", "jsonb", '{"b": 1,  "a": 2}'),
    ("timestamp with time zone", "date", "2026-03-29 02:30:00"),
    ("timestamp without time zone", "date", "2026-03-29 02:30:00"),
    ("timestamp without time zone", "timestamp with time zone", "2026-03-29 02:30:00"),
    ("timestamp without time zone", "timestamp(3) without time zone", "2026-03-29 02:30:00.123456"),
    ("inet", "cidr", "10.0.0.1/8"),
    ("integer", "numeric(5,-2)", "123"),
]


@pytest.mark.parametrize(("old", "new", "value"), LOSSY)
def test_what_is_not_called_lossless_does_lose(typed: "Catalog", old: str, new: str, value: str) -> None:
    typed.does("set timezone = 'Europe/Berlin'")
    assert not is_lossless(old, new)
    found = back(typed, value, old, new)
    assert found is not None
    assert found[0] != found[1]


def test_enough_of_them_were_tried() -> None:
    assert len(LOSSLESS) >= 60
