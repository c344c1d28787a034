"""A value for a column that must have one: text that the column's type reads, each number giving another."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from orchestrator.probes.seeding.ground import Column

#: by pg_type.typname. Numbers are negative, so that they meet nobody's
_BY_TYPE: Final[Mapping[str, Callable[[int], str]]] = {
    "uuid": lambda number: f"ba5c01e0-0000-4000-9000-{number:012x}",
    "bool": lambda _: "false",
    "json": lambda _: "{}",
    "jsonb": lambda _: "{}",
    "date": lambda _: "2020-01-01",
    "timestamp": lambda _: "2020-01-01",
    "timestamptz": lambda _: "2020-01-01 00:00:00+00",
    "time": lambda _: "10:00",
    "timetz": lambda _: "10:00+00",
    "interval": lambda _: "1 day",
    "int2": lambda number: str(-100 - number % 30_000),
    "int4": lambda number: str(-900_000 - number),
    "int8": lambda number: str(-900_000 - number),
    "numeric": lambda _: "1",
    "float4": lambda _: "1",
    "float8": lambda _: "1",
    "money": lambda _: "1",
    "oid": lambda _: "1",
    "inet": lambda number: f"127.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}",
    "cidr": lambda number: f"127.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}",
    "macaddr": lambda number: (
        f"08:00:2b:{number // 65536 % 256:02x}:{number // 256 % 256:02x}:{number % 256:02x}"
    ),
    "macaddr8": lambda number: (
        f"08:00:2b:00:00:{number // 65536 % 256:02x}:{number // 256 % 256:02x}:{number % 256:02x}"
    ),
    "bytea": lambda number: f"\\x{number:08x}",
    "tsvector": lambda _: "probe",
    "tsquery": lambda _: "probe",
    "xml": lambda _: "<probe/>",
    "pg_lsn": lambda number: f"0/{number:X}",
    "point": lambda _: "(0,0)",
    "line": lambda _: "{1,1,0}",
    "lseg": lambda _: "((0,0),(1,1))",
    "box": lambda _: "((0,0),(1,1))",
    "path": lambda _: "((0,0),(1,1))",
    "polygon": lambda _: "((0,0),(1,1),(1,0))",
    "circle": lambda _: "<(0,0),1>",
    "geometry": lambda _: "POINT(0 0)",
    "geography": lambda _: "POINT(0 0)",
    "hstore": lambda _: "",
    "ltree": lambda number: f"probe{number}",
    "bpchar": lambda number: f"{number}",
    "varchar": lambda number: f"probe{number}",
    "text": lambda number: f"probe{number}",
    "citext": lambda number: f"probe{number}",
    "name": lambda number: f"probe{number}",
}
_TEXT: Final = frozenset({"text", "varchar", "bpchar", "citext", "name"})
_BY_KIND: Final[Mapping[str, Callable[[Column], str]]] = {
    "c": lambda column: f"({',' * (column.fields - 1)})",
    "r": lambda _: "empty",
}
#: types that say how many of something they hold
_SIZED: Final[Mapping[str, Callable[[int], str]]] = {
    "vector": lambda size: json.dumps([0] * size),
    "halfvec": lambda size: json.dumps([0] * size),
    "bit": lambda size: "0" * size,
    "varbit": lambda size: "0" * size,
}
#: a text's atttypmod counts its own four bytes
_HEADER: Final = 4


def made_up(column: Column, number: int) -> str | None:
    """Return a value; None where the type is none that we know."""
    if column.is_array or column.kind == "m":
        return "{}"
    if column.labels:
        return column.labels[0]
    if column.kind in _BY_KIND:
        return _BY_KIND[column.kind](column)
    if column.type in _SIZED:
        return _SIZED[column.type](max(1, column.modifier))
    if column.type in _TEXT:
        return _text(column, number)
    make = _BY_TYPE.get(column.type)
    return make(number) if make else None


def is_text(column: Column) -> bool:
    """Tell whether any text will do."""
    return column.type in _TEXT and not column.is_array


def fits_width(column: Column, text: str) -> bool:
    """Tell whether a text is no longer than its column lets it be."""
    return column.modifier <= _HEADER or len(text) <= column.modifier - _HEADER


def _text(column: Column, number: int) -> str:
    name = column.name.lower()
    text = _BY_TYPE[column.type](number)
    if "mail" in name:
        text = f"probe{number}@probe.invalid"
    elif "url" in name or "uri" in name or "website" in name:
        text = f"https://probe.invalid/{number}"
    width = column.modifier - _HEADER
    if width <= 0 or len(text) <= width:
        return text
    return str(number)[-width:].rjust(min(width, 2), "0")
