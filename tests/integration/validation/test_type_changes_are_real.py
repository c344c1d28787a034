"""Which changes of a column's type write every row anew, held against a real server."""

from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.validation.type_change import is_free_in_utc, rewrites
from tests.support.servers import TestDatabase

#: type now > types that it gets
TYPES = """
varchar(10) > varchar(20), varchar(5), varchar, text
text > varchar, varchar(10), jsonb
char(5) > char(9), text, varchar(9)
numeric(10,2) > numeric(12,2), numeric(12,3), numeric, numeric(9,2), numeric(10,2)
numeric > numeric(10,2)
numeric(10) > numeric(12)
integer > bigint, text, numeric, integer
bigint > integer
real > double precision
cidr > inet
inet > cidr
xml > text
bit(3) > bit(5), bit varying(3)
bit varying(3) > bit varying(5), bit varying, bit varying(2)
bit varying > bit varying(5)
timestamp(3) > timestamp(6), timestamp, timestamp(2), timestamptz, timestamptz(3), date
timestamp > timestamp(3), timestamp(6), timestamptz
timestamptz(3) > timestamptz, timestamp
time(0) > time
time > time(6), time(3)
interval(3) > interval
interval > interval(6), interval(2)
date > timestamp
json > jsonb
jsonb > json
text[] > varchar[]
varchar(5)[] > varchar(9)[], varchar(5)[]
public.mood > text
"""


@pytest.fixture
def owner(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (line.partition(" > ")[0], new)
        for line in TYPES.strip().splitlines()
        for new in line.partition(" > ")[2].split(", ")
    ],
)
def test_a_change_of_type_writes_the_rows_exactly_where_we_say(
    owner: psycopg.Connection, old: str, new: str, zone: str
) -> None:
    owner.execute(
        f"set timezone = '{zone}'; create type public.mood as enum ('a');"
        f" create table public.t (v {old}); create table public.u (v {new})"
    )
    before, after = type_of(owner, "public.t"), type_of(owner, "public.u")
    expected = rewrites(before, after)
    if zone == "UTC" and is_free_in_utc(before, after):
        expected = False
    using = f"using v::text::{new}" if "json" in f"{old}{new}" else ""
    file = file_of(owner)
    owner.execute(f"alter table public.t alter v type {new} {using}")
    assert (file_of(owner) != file) is expected


def type_of(owner: psycopg.Connection, table: str) -> str:
    [(written,)] = owner.execute(
        "select format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = %s::regclass and attnum = 1",
        [table],
    )
    return str(written)


def file_of(owner: psycopg.Connection) -> str:
    [(number,)] = owner.execute("select pg_relation_filenode('public.t'::regclass)")
    return str(number)
