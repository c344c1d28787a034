"""Whether a column's values can get another type, held against what PostgreSQL does with the same values."""

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from orchestrator.validation.grammar.demands import demands_of

#: the first server with pg_input_is_valid: below it the first value that fails is all that is known
COUNTS_TEXTS = 160000

TEXTS = [
    "abc",
    "abcdef",
    "abc   ",
    "      ",
    "",
    " 12 ",
    "ab  ef",
    "ääää",
    None,
    "7",
    "1e3",
    "t",
    "nan",
    "infinity",
]
WHOLE = [0, 1, -1, 32767, 32768, -32768, -32769, 2147483647, 2147483648, -2147483649, 99, 100, None]
DECIMAL = [
    "0",
    "99.994",
    "99.995",
    "-99.995",
    "32767.4",
    "32767.5",
    "-32768.5",
    "NaN",
    "Infinity",
    "1e40",
    None,
]
UUIDS = ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}", "x", " ", None]
JSONS = ['{"a": 1}', "1", '"x"', "{a}", "", '"\\u0000"', None]
TIMES = ["2026-01-01", "2026-01-01 10:00+02", "2026-02-30", "yesterday", "infinity", "-1", None]

#: type now, values, what follows the column's name
CHANGES = [
    ("text", TEXTS, "type varchar(3)"),
    ("text", TEXTS, "type varchar(3) using v::varchar(3)"),
    ("text", TEXTS, "type varchar(3) using trim(v)"),
    ("text", TEXTS, "type varchar(3) using left(v, 3)"),
    ("text", TEXTS, "type char(3)"),
    ("text", TEXTS, "type char"),
    ("text", TEXTS, "type varchar"),
    ("text", TEXTS, "type int using v::int"),
    ("text", TEXTS, "type int using cast(t.v as int)"),
    ("text", TEXTS, "type int using nullif(trim(v), '')::int"),
    ("text", TEXTS, "type bool using v::bool"),
    ("text", TEXTS, "type numeric(2, 0) using v::numeric(2, 0)"),
    ("text", TEXTS, "type public.mood using v::public.mood"),
    ("text", TEXTS, "type varchar(2)[] using v::varchar(2)[]"),
    ("text", UUIDS, "type uuid using v::uuid"),
    ("text", JSONS, "type jsonb using v::jsonb"),
    ("text", JSONS, "type json using v::json"),
    ("json", ['"\\u0000"', "1", None], "type jsonb"),
    ("text", TIMES, "type timestamptz using v::timestamptz"),
    ("text", TIMES, "type date using v::date"),
    ("char(40)", UUIDS, "type uuid using v::uuid"),
    ("char(7)", TEXTS, "type varchar(3)"),
    ("char(7)", TEXTS, "type int using v::int"),
    ("varchar(6)", TEXTS, "type varchar(5)"),
    ("varchar(6)", TEXTS, "type varchar(6)"),
    ("varchar(6)", TEXTS, "type varchar(60)"),
    ("varchar(6)", TEXTS, "type text"),
    ("bigint", WHOLE, "type int"),
    ("bigint", WHOLE, "type smallint using v::smallint"),
    ("bigint", WHOLE, "type numeric(2)"),
    ("bigint", WHOLE, "type numeric(7, -2)"),
    ("bigint", WHOLE, "type numeric(2, 3)"),
    ("bigint", WHOLE, "type varchar(5)"),
    ("bigint", WHOLE, "type text"),
    ("bigint", WHOLE, "type double precision"),
    ("bigint", WHOLE, "type smallint using (v % 1000)"),
    ("bigint", WHOLE, "type smallint using (v / v)"),
    ("smallint", [1, -1, None], "type bigint"),
    ("numeric", DECIMAL, "type smallint"),
    ("numeric", DECIMAL, "type bigint"),
    ("numeric", DECIMAL, "type numeric(4, 2)"),
    ("numeric", DECIMAL, "type real"),
    ("numeric(8, 3)", ["99.994", "99.995", "1"], "type numeric(4, 2)"),
    ("numeric(8, 3)", ["99.994", "99.995", "1"], "type numeric(9, 4)"),
    ("numeric(8, 3)", ["99994", "99999", "1"], "type numeric(8, 4)"),
    ("double precision", ["1", "40000", "NaN"], "type smallint"),
    ("timestamptz", ["2026-01-01", None], "type date"),
    ("timestamptz", ["2026-01-01", None], "type timestamp using v at time zone 'UTC'"),
    ("date", ["2026-01-01", "infinity", None], "type timestamptz"),
]


@pytest.fixture
def owner(target_database):
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(
            "create type public.mood as enum ('abc', 't');"
            " create domain public.short as varchar(4) check (value <> 't')"
        )
        yield connection


@pytest.fixture
def reader(unadopted, owner):
    with unadopted.reading("staging") as reader:
        yield reader


def obstacle_of(reader, statement):
    [demand] = demands_of(statement)
    return reader.obstacle(demand, limit_seconds=10)


def fails(owner, statement) -> bool:
    try:
        with owner.transaction(force_rollback=True):
            owner.execute(statement)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.NotSupportedError):  # the last one for NaN
        return True
    return False


def fill(owner, kind, values):
    """Make public.t with those of the values that fit, and tell which."""
    owner.execute(f"drop table if exists public.t; create table public.t (id int primary key, v {kind})")
    fitting = []
    for number, value in enumerate(values):
        try:
            literal = sql.Literal(None if value is None else str(value))
            owner.execute(sql.SQL("insert into public.t values ({}, {})").format(number, literal))
        except psycopg.DataError:
            continue
        fitting.append(number)
    return fitting


def failing_alone(owner, statement, numbers):
    """Tell which of the rows would break the statement if they were alone."""
    failing = []
    for number in numbers:
        with owner.transaction(force_rollback=True):
            owner.execute(sql.SQL("delete from public.t where id <> {}").format(number))
            if fails(owner, statement):
                failing.append(number)
    return failing


@pytest.mark.parametrize(("kind", "values", "change"), CHANGES)
def test_the_rows_in_the_way_are_those_that_postgresql_would_fail_at(reader, owner, kind, values, change):
    numbers = fill(owner, kind, values)
    statement = f"alter table public.t alter v {change}"
    failing = failing_alone(owner, statement, numbers)
    obstacle = obstacle_of(reader, statement)
    assert fails(owner, statement) is bool(failing) is bool(obstacle)
    if obstacle is None:
        return
    assert "cannot become" in obstacle.words
    if obstacle.rows is None:
        assert obstacle.words.startswith("at least one row of public.t has a value in v that cannot become ")
    else:
        assert obstacle.rows == len(failing)
        assert obstacle.examples == tuple(map(str, failing[:3]))


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ("uuid using v::uuid", 3),
        ("int using v::int", 3),
        ("jsonb using v::jsonb", 3),
        ("bool using v::bool", 2),
    ],
)
def test_texts_that_are_cast_are_counted_where_the_server_can(reader, owner, change, rows):
    fill(owner, "text", ["x", "y", "", None])
    obstacle = obstacle_of(reader, f"alter table public.t alter v type {change}")
    counts = owner.info.server_version >= COUNTS_TEXTS
    assert obstacle.rows == (rows if counts else None)


@pytest.mark.parametrize(
    ("kind", "change"), [("bigint", "int"), ("numeric", "numeric(4, 2)"), ("text", "varchar(3)")]
)
def test_values_that_are_too_large_are_counted_on_every_server(reader, owner, kind, change):
    fill(owner, kind, [1, 4000000000, 5000000000, None])
    obstacle = obstacle_of(reader, f"alter table public.t alter v type {change}")
    assert obstacle.rows == 2
    assert obstacle.words == f"2 rows of public.t have a value in v that cannot become {change}"


@given(
    values=st.lists(st.text(alphabet=" aä1\t", max_size=6) | st.none(), min_size=1, max_size=4),
    change=st.sampled_from(["varchar(2)", "char(2)", "int using v::int", "bool using v::bool"]),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_texts_are_judged_as_postgresql_does(reader, owner, values, change):
    fill(owner, "text", values)
    statement = f"alter table public.t alter v type {change}"
    assert bool(obstacle_of(reader, statement)) is fails(owner, statement)


def test_the_checks_of_a_domain_are_not_run(reader, owner):
    fill(owner, "text", ["1"])
    obstacle = obstacle_of(reader, "alter table public.t alter v type public.short")
    assert obstacle.unknown == (
        "it uses the type public.short, whose code is not run before the migration is"
    )


def test_an_expression_of_the_author_changes_nothing(reader, owner):
    fill(owner, "text", ["1"])
    owner.execute(
        "create function public.count_up(text) returns int language sql volatile"
        " as 'insert into public.t values (99) returning 1'"
    )
    obstacle = obstacle_of(reader, "alter table public.t alter v type int using public.count_up(v)")
    assert (
        obstacle.unknown == "its expression calls public.count_up, which is not run before the migration is"
    )
    assert owner.execute("select count(*) from public.t").fetchone() == (1,)
