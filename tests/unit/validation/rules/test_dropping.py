"""What is dropped, renamed or emptied, on a bare checkout and on a target whose sizes are known."""

from collections.abc import Mapping

import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import Size, Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

THERE = """
create type public.mood as enum ('sad', 'ok');
create table public.orders (id int primary key, customer_id int, note text, total numeric, mood public.mood);
create table public.lines (id int primary key, order_id int references public.orders (id));
create view public.totals as select id, total from public.orders;
create function public.bill(o int) returns void language plpgsql as
    'begin update public.orders set total = 0 where id = o; end';
create policy "Own" on public.orders using (note is null);
create policy "Of orders" on public.lines using (exists (select from public.orders o where o.id = order_id));
"""
MANY = Size(rows=5_000_000, bytes=900_000_000)
NONE = Size(rows=0, bytes=0)


def survey(sizes: Mapping[str, Size]) -> Survey:
    world = World()
    for part in SqlText(path="there.sql", content=THERE.encode()).parts:
        for change in part.parsed.changes:
            carry_out(change, world)
    shape = Shape(
        schemas=frozenset({"public"}), tables=world.tables, functions=world.functions, enums=world.enums
    )
    named = {Name("public", name): size for name, size in sizes.items()}
    return Survey(target="staging", server_major=17, shape=shape, sizes=named)


def found(rule: str, *files: str, sizes: Mapping[str, Size] | None = None) -> list[Finding]:
    """Review files behind what is there; with sizes a target is at hand."""
    texts = [SqlText(path=f"{number}.sql", content=sql.encode()) for number, sql in enumerate(files)]
    terms = Terms(survey=None if sizes is None else survey(sizes))
    findings = review(texts, terms, earlier=[SqlText(path="there.sql", content=THERE.encode())])
    return [each for each in findings if each.rule == rule]


def told(rule: str, *files: str, sizes: Mapping[str, Size] | None = None) -> list[tuple[Severity, str]]:
    return [(each.severity, each.message) for each in found(rule, *files, sizes=sizes)]


def test_the_rows_that_are_lost_are_named() -> None:
    figures = "about 5.0 million rows in 900.0 MB"
    sizes = {"orders": MANY}
    assert told("drop-table", "drop table public.orders", sizes=sizes) == [
        (Severity.WARNING, f"public.orders is dropped: {figures}")
    ]
    assert told("drop-column", "alter table public.orders drop column note", sizes=sizes) == [
        (Severity.WARNING, f"public.orders.note is dropped, in {figures}")
    ]
    assert told("truncate", "truncate public.orders, public.lines", sizes=sizes)[0] == (
        Severity.WARNING,
        f"public.orders is emptied: {figures}",
    )


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ("drop-table", "drop table public.lines"),
        ("drop-column", "alter table public.lines drop column order_id"),
        ("truncate", "truncate public.lines"),
        ("rows-without-where", "delete from public.lines"),
        ("rows-without-where", "update public.lines set order_id = null"),
    ],
)
def test_what_holds_no_rows_is_only_noted(rule: str, sql: str) -> None:
    assert [each.severity for each in found(rule, sql, sizes={"lines": NONE})] == [Severity.NOTE]


def test_what_the_same_deployment_made_is_not_missed() -> None:
    made = (
        "create table public.t (id int); create function public.f() returns int language sql as 'select 1';"
    )
    gone = "drop table public.t; drop function public.f(); drop type if exists public.unknown cascade;"
    again = "create type public.unknown as enum ()"
    for rule in ("drop-table", "drop-object", "drop-in-use"):
        assert told(rule, made + gone + again) == []
        assert told(rule, made, gone + again, sizes={}) == []


def test_without_a_target_what_an_earlier_file_made_is_missed() -> None:
    assert told("drop-table", "create table public.t (id int)", "drop table public.t") != []


def test_a_table_that_is_made_again_is_empty() -> None:
    sql = "drop table public.lines; create table public.lines (id int primary key)"
    assert told("drop-table", sql) == [(Severity.WARNING, "public.lines is dropped, and made again empty")]


def test_what_a_target_certainly_does_not_have_is_not_dropped() -> None:
    sql = "drop table if exists public.ghost; drop view if exists public.ghosts"
    assert told("drop-table", sql, sizes={}) == []
    assert told("drop-object", sql, sizes={}) == []
    assert [severity for severity, _ in told("drop-table", sql)] == [Severity.WARNING]


def test_a_function_with_other_arguments_stands_in_for_one_that_is_dropped() -> None:
    sql = """create function public.bill(o int, at date) returns void language sql as 'select 1';
             drop function public.bill(int)"""
    assert told("drop-object", sql) == []


def test_dropping_one_of_two_functions_leaves_the_other() -> None:
    sql = """create function public.bill(o int, at date) returns void language sql as 'select 1';
             drop function public.bill(int); drop function public.bill(int, date)"""
    assert [message for _, message in told("drop-object", sql)] == ["The function public.bill is dropped"]


def test_whoever_needs_a_table_is_named() -> None:
    others = 'foreign key lines_order_id_fkey on public.lines, policy "Of orders" on public.lines'
    assert told("drop-in-use", "drop table public.orders") == [
        (Severity.ERROR, f"public.orders is dropped, but needed by {others} and view public.totals"),
        (Severity.WARNING, "public.orders is dropped, but mentioned by the function public.bill"),
    ]


def test_what_leaves_in_the_same_statement_needs_nothing() -> None:
    sql = "drop view public.totals; drop table public.orders, public.lines; drop function public.bill(int)"
    assert told("drop-in-use", sql) == []


def test_a_block_may_know_better() -> None:
    sql = "do $$ begin drop table public.orders; end $$"
    assert Severity.ERROR not in {severity for severity, _ in told("drop-in-use", sql)}


def test_nothing_is_certain_behind_sql_that_nobody_has_seen() -> None:
    sql = "do $$ begin execute 'drop view public.totals'; end $$; drop table public.orders"
    assert {severity for severity, _ in told("drop-in-use", sql)} == {Severity.WARNING}


def test_cascade_takes_along_what_needs_it() -> None:
    ((severity, message),) = told("drop-in-use", "drop type public.mood cascade")
    assert severity is Severity.WARNING
    assert message == "The type public.mood takes along column public.orders.mood"


def test_a_column_that_a_policy_or_a_view_reads_cannot_go() -> None:
    assert told("drop-in-use", "alter table public.orders drop column note") == [
        (Severity.ERROR, 'public.orders.note is dropped, but needed by policy "Own" on public.orders')
    ]
    assert [severity for severity, _ in told("drop-in-use", "alter table orders drop column total")] == [
        Severity.ERROR,
        Severity.WARNING,
    ]
    assert told("drop-in-use", "alter table public.orders drop column customer_id") == []


def test_a_view_that_may_mean_another_tables_column_is_not_called_certain() -> None:
    sql = """create view public.both as select total from public.orders, public.somewhere;
             drop view public.totals; drop function public.bill;
             alter table public.orders drop column total"""
    assert [severity for severity, _ in told("drop-in-use", sql)] == [Severity.WARNING]


def test_a_function_that_is_made_anew_behind_a_rename_is_no_finding() -> None:
    renames = "alter table public.orders rename column total to net;"
    body = "create or replace function public.bill(o int) returns void language sql as 'select 1'"
    assert len(told("drop-in-use", renames)) == 1
    assert told("drop-in-use", renames + body) == []


def test_a_schema_that_is_not_empty_cannot_go() -> None:
    sql = "create schema app; create table app.jobs (id int); drop schema app"
    ((severity, message),) = told("drop-in-use", sql)
    assert severity is Severity.ERROR
    assert message == "The schema app is dropped, but needed by table app.jobs"


def test_only_some_of_many_are_named() -> None:
    views = ";".join(f"create view public.v{n} as select id from public.lines" for n in range(8))
    ((_, message),) = told("drop-in-use", f"{views}; drop table public.lines")
    assert message.endswith("view public.v4 and 3 more")


def test_a_table_that_others_refer_to_cannot_be_emptied_alone() -> None:
    assert told("truncate", "truncate public.orders") == [
        (Severity.ERROR, "public.orders is emptied, but public.lines refers to it")
    ]


def test_cascade_over_rows_is_an_error() -> None:
    sql, message = "truncate public.orders cascade", "public.orders is emptied, and with it public.lines"
    assert told("truncate", sql) == [(Severity.WARNING, message)]
    assert [severity for severity, _ in told("truncate", sql, sizes={"orders": MANY})] == [Severity.ERROR]


def test_a_schema_that_moves_a_table_is_a_rename() -> None:
    assert told("rename", "alter table public.orders set schema private") == [
        (Severity.WARNING, "The table public.orders moves to the schema private")
    ]
