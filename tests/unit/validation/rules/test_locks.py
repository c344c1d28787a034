"""Locks weighed by what a target's statistics say, with the real linter."""

from functools import partial

import pytest

from orchestrator.adapters.squawk import Squawk
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import Size, Survey
from orchestrator.validation.review import review
from orchestrator.validation.rules import LINT_RULES, MARKS
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

LINTER = Squawk(MARKS)
ORDERS = Name("public", "orders")
TEN = Size(rows=10, bytes=8192)
TEN_MILLION = Size(rows=10_000_000, bytes=1_000_000_000)
#: what the target has
THERE = """
create table public.customers (id int primary key, email text);
create table public.orders (
    id int primary key, customer_id int, code varchar(10), net numeric(10,2), placed timestamp, note text
);
create index orders_note on public.orders (note);
create table public.visits (page text, at date) partition by range (at);
create domain public.email as text;
create table public.people (mail public.email);
"""
ADD_CHECK = "alter table public.orders add constraint c check (net > 0) not valid;"
#: rule, and a statement that it is about on public.orders
WORKING = [
    ("index-blocks-writes", "create index on public.orders (note)"),
    ("reindex-blocks", "reindex table public.orders"),
    ("check-scans-table", "alter table public.orders add constraint c check (net > 0)"),
    (
        "foreign-key-scans-tables",
        "alter table public.orders add foreign key (id) references public.customers",
    ),
    ("unique-constraint-blocks", "alter table public.orders add unique (code)"),
    ("not-null-scans-table", "alter table public.orders alter note set not null"),
    ("column-rewrites-table", "alter table public.orders add number bigserial"),
    ("type-change-rewrites-table", "alter table public.orders alter id type bigint"),
    ("exclude-constraint-blocks", "alter table public.orders add exclude using gist (note with =)"),
    ("maintenance-blocks", "cluster public.orders using orders_pkey"),
    ("primary-key-blocks", "alter table public.orders add primary key (code)"),
    (
        "validate-in-same-transaction",
        ADD_CHECK + "alter table public.orders validate constraint c",
    ),
]


def survey(size: Size | None = None) -> Survey:
    world = World()
    for part in SqlText(path="there.sql", content=THERE.encode()).parts:
        for change in part.parsed.changes:
            carry_out(change, world)
    return Survey(
        target="staging",
        server_major=18,
        shape=Shape(schemas=frozenset({"public"}), tables=world.tables),
        sizes={} if size is None else {ORDERS: size, Name("public", "people"): size},
    )


def found(*files: str, known: Survey | None = None) -> tuple[Finding, ...]:
    texts = [
        SqlText(path=f"supabase/migrations/2026010{number}120000_x.sql", content=text.encode())
        for number, text in enumerate(files, start=1)
    ]
    return review(texts, Terms(survey=known), lint=partial(LINTER.lint, server_major=18))


def of(rule: str, *files: str, known: Survey | None = None) -> list[Finding]:
    return [finding for finding in found(*files, known=known) if finding.rule == rule]


def rules(sql: str, known: Survey | None = None) -> list[str]:
    """Return which rules about locks see something."""
    lint = {rule.id for rule in LINT_RULES} | {"exclude-constraint-blocks", "maintenance-blocks"}
    return [finding.rule for finding in found(sql, known=known) if finding.rule in lint]


@pytest.mark.parametrize(("rule", "sql"), WORKING, ids=lambda value: value if " " not in value else "")
def test_the_same_lock_is_a_note_on_ten_rows_and_refuses_on_ten_million(rule: str, sql: str) -> None:
    [small] = of(rule, sql, known=survey(TEN))
    assert small.severity is Severity.NOTE
    assert small.effect.startswith("public.orders has about 10 rows in 8.2 kB: ")
    [large] = of(rule, sql, known=survey(TEN_MILLION))
    assert large.severity is (Severity.WARNING if "SCAN" in _work(large) else Severity.ERROR)
    assert large.effect.startswith("public.orders has about 10.0 million rows in 1.0 GB: ")


def _work(finding: Finding) -> str:
    return "SCAN" if finding.effect.endswith("(scan)") else ""


@pytest.mark.parametrize(("rule", "sql"), WORKING, ids=lambda value: value if " " not in value else "")
def test_an_unknown_size_is_said_to_be_unknown(rule: str, sql: str) -> None:
    [finding] = of(rule, sql, known=survey())
    assert finding.severity is Severity.WARNING
    assert finding.effect.endswith("; how much public.orders holds is not known")


@pytest.mark.parametrize(("rule", "sql"), WORKING, ids=lambda value: value if " " not in value else "")
def test_a_lock_on_a_temporary_table_is_nobody_s_business(rule: str, sql: str) -> None:
    make = "create temporary table orders (id int, note text, code text, net int);"
    assert of(rule, make + sql.replace("public.orders", "orders"), known=survey(TEN_MILLION)) == []


def test_a_new_table_s_foreign_key_is_free_however_it_is_written() -> None:
    sql = (
        "create table public.notes (id int); alter table notes add foreign key (id) references public.orders"
    )
    assert of("foreign-key-scans-tables", sql, known=survey(TEN_MILLION)) == []


def test_a_table_that_an_earlier_file_of_the_review_makes_is_new() -> None:
    make = "create table public.notes (id int)"
    change = "alter table public.notes alter id type bigint; create index on notes (id)"
    assert rules_of(make, change) == []


def test_a_table_that_was_new_and_is_called_otherwise_by_now_is_still_new() -> None:
    sql = (
        "create table public.notes (id int); create index on public.notes (id);"
        " alter table public.notes rename to remarks"
    )
    assert rules_of(sql) == []


def rules_of(*files: str) -> list[str]:
    return [each.rule for each in found(*files, known=survey(TEN_MILLION)) if each.source is Source.SQUAWK]


def test_the_search_path_of_the_file_decides_which_table_is_meant() -> None:
    known = survey(TEN_MILLION)
    [finding] = of("index-blocks-writes", "set search_path = app; create index on orders (id)", known=known)
    assert finding.object == "app.orders"
    assert finding.effect.endswith("how much app.orders holds is not known")


def test_an_index_that_was_built_beforehand_costs_nothing() -> None:
    sql = "create index if not exists orders_note on public.orders (note)"
    assert of("index-blocks-writes", sql, known=survey(TEN_MILLION)) == []


def test_a_gin_index_takes_longer_than_a_btree() -> None:
    [gin] = of(
        "index-blocks-writes", "create index on public.orders using gin (note)", known=survey(TEN_MILLION)
    )
    assert gin.effect.endswith("writes wait for about 102 s (GIN index build)")


def test_an_index_that_is_dropped_is_found_with_its_table() -> None:
    [finding] = of("drop-index-blocks", "drop index orders_note", known=survey(TEN_MILLION))
    assert finding.object == "public.orders"
    assert finding.severity is Severity.NOTE
    assert finding.effect == "reads and writes on public.orders wait for a moment"


def test_an_index_that_the_target_does_not_have_locks_nothing() -> None:
    assert of("drop-index-blocks", "drop index if exists elsewhere", known=survey(TEN_MILLION)) == []


def test_the_table_of_a_rebuilt_index_is_weighed() -> None:
    [finding] = of("reindex-blocks", "reindex index public.orders_note", known=survey(TEN_MILLION))
    assert finding.object == "public.orders"
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    "sql",
    [
        "alter table public.orders alter code type varchar(20)",
        "alter table public.orders alter code type text, alter net type numeric(12, 2)",
        "alter table public.orders alter code type text using code::text",
        "set timezone to 'utc'; alter table public.orders alter placed type timestamptz",
    ],
)
def test_a_change_of_type_that_writes_nothing_is_not_reported(sql: str) -> None:
    assert of("type-change-rewrites-table", sql, known=survey(TEN_MILLION)) == []


def test_the_type_before_the_change_counts_not_the_one_at_the_end() -> None:
    change = "alter table public.orders alter code type"
    sql = f"{change} int using 1; {change} text"
    assert [each.line for each in of("type-change-rewrites-table", sql)] == [1, 1]


def test_another_time_zone_than_utc_makes_postgresql_write_every_row() -> None:
    sql = (
        "set timezone = 'UTC'; set timezone = 'Europe/Berlin';"
        " alter table public.orders alter placed type timestamptz"
    )
    [finding] = of("type-change-rewrites-table", sql, known=survey(TEN))
    assert "set local timezone = 'UTC'" in finding.remedy


def test_a_column_that_is_not_null_already_is_not_searched() -> None:
    assert (
        of("not-null-scans-table", "alter table public.orders alter id set not null", known=survey(TEN)) == []
    )


@pytest.mark.parametrize(
    ("major", "words"), [(17, "check (note is not null) not valid"), (18, "not null note not valid")]
)
def test_the_way_out_of_set_not_null_is_one_that_the_server_knows(major: int, words: str) -> None:
    file = SqlText(
        path="supabase/migrations/20260101120000_x.sql", content=b"alter table t alter note set not null"
    )
    lint = partial(LINTER.lint, server_major=major)
    findings = review([file], Terms(server_major=major), lint=lint)
    [finding] = [each for each in findings if each.rule == "not-null-scans-table"]
    assert words in finding.remedy


@pytest.mark.parametrize(
    ("size", "severity", "words"),
    [
        (None, Severity.WARNING, "as soon as the table has a row"),
        (Size(rows=0, bytes=0), Severity.NOTE, "public.orders seems to be empty"),
        (Size(rows=1, bytes=8192), Severity.ERROR, "public.orders has about 1 rows"),
        (TEN_MILLION, Severity.ERROR, "public.orders has about 10,000,000 rows"),
    ],
)
def test_a_required_column_fails_where_there_are_rows(
    size: Size | None, severity: Severity, words: str
) -> None:
    [finding] = of("required-column", "alter table public.orders add shop int not null", known=survey(size))
    assert finding.severity is severity
    assert words in finding.effect


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("add foreign key (id) references public.customers", "foreign-key-scans-tables"),
        ("add constraint u unique (code)", "unique-constraint-blocks"),
        ("add primary key (code)", "primary-key-blocks"),
        ("add check (net > 0)", "check-scans-table"),
        ("add constraint n not null note", "check-scans-table"),
        ("add exclude using gist (note with =)", "exclude-constraint-blocks"),
        ("add number bigserial primary key", "column-rewrites-table"),
        (
            "add token uuid not null default gen_random_uuid() unique check (token is not null)",
            "column-rewrites-table",
        ),
        ("add shop int not null primary key", "required-column"),
        ("add shop int not null references public.customers check (shop > 0)", "required-column"),
        ("add shop int default 1 references public.customers", "foreign-key-scans-tables"),
        ("add shop int check (shop > 0) check (shop < 9)", "check-scans-table"),
    ],
)
def test_one_hazard_is_one_finding(sql: str, rule: str) -> None:
    assert set(rules(f"alter table public.orders {sql}", survey(TEN))) == {rule}
    assert len(rules(f"alter table public.orders {sql}")) == (2 if sql.count("check") == 2 else 1)


@pytest.mark.parametrize(
    "sql",
    [
        "add shop int references public.customers",
        "add foreign key (id) references public.customers not enforced",
        "add check (net > 0) not enforced",
        "add gross numeric generated always as (net * 2) virtual",
        "add shop int not null default 1",
        "add seen timestamptz default now()",
    ],
)
def test_what_looks_at_no_row_is_not_reported(sql: str) -> None:
    assert rules(f"alter table public.orders {sql}", survey(TEN_MILLION)) == []


def test_a_mark_in_a_statement_that_we_do_not_read_is_not_taken_for_the_one_before() -> None:
    sql = "alter table public.orders add a text; alter index orders_note rename to x; reindex schema public"
    assert rules(sql) == []


def test_a_domain_s_constraint_names_the_tables_that_use_it() -> None:
    sql = "alter domain public.email add check (value like '%@%')"
    [finding] = of("domain-constraint-scans", sql, known=survey(TEN_MILLION))
    assert finding.object == "public.people"
    assert "writes wait for about 3 s (scan)" in finding.effect


@pytest.mark.parametrize(
    ("sql", "severity"),
    [
        ("lock table public.orders in share mode", Severity.NOTE),
        ("refresh materialized view public.orders", Severity.ERROR),
        ("alter table public.orders set unlogged", Severity.ERROR),
    ],
)
def test_maintenance_is_weighed_by_what_it_does(sql: str, severity: Severity) -> None:
    [finding] = of("maintenance-blocks", sql, known=survey(TEN_MILLION))
    assert finding.severity is severity


def test_each_file_is_judged_for_itself_where_a_trigger_is_disabled() -> None:
    off, on = "alter table public.orders disable trigger x", "alter table public.orders enable trigger x"
    assert len(of("trigger-disabled", off, on)) == 1
    assert of("trigger-disabled", f"{off}; {on}") == []


def test_a_key_that_is_dropped_with_its_column_needs_no_word() -> None:
    known = survey(TEN)
    drop = "alter table public.customers drop constraint customers_pkey"
    assert len(of("constraint-dropped", drop, known=known)) == 1
    assert of("constraint-dropped", f"{drop}; alter table public.customers drop column id", known=known) == []


@pytest.mark.parametrize("name", ['"a b"', '"A""b"', "ä"])
def test_names_with_quotes_are_told_apart_where_they_are_given_twice(name: str) -> None:
    sql = f"update public.orders set {name} = 1, note = 2, {name} = 3"
    assert len(of("duplicate-assignment", sql)) == 1


def test_a_column_that_is_there_already_is_not_added_again() -> None:
    sql = "alter table public.orders add column if not exists note uuid not null default gen_random_uuid()"
    assert rules(sql, survey(TEN_MILLION)) == []


@pytest.mark.parametrize(("rule", "sql"), WORKING, ids=lambda value: value if " " not in value else "")
def test_nobody_waits_for_what_the_target_has_already(rule: str, sql: str) -> None:
    file = SqlText(path="supabase/migrations/20260101120000_x.sql", content=sql.encode())
    terms = Terms(survey=survey(TEN_MILLION))
    lint = partial(LINTER.lint, server_major=18)
    findings = review([file], terms, applied=frozenset({file.path}), lint=lint)
    assert rule not in {finding.rule for finding in findings}
