"""Tables, columns and keys: what a survey, several files and the edges of the language change."""

import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Column, Index, Name, Policy, Shape, Table
from orchestrator.domain.survey import Size, Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

ORDERS = Name("public", "orders")
CUSTOMERS = Name("public", "customers")


def columns(**types: str) -> dict[str, Column]:
    return {name: Column(name=name, type=kind) for name, kind in types.items()}


SHAPE = Shape(
    schemas=frozenset({"public", "private"}),
    tables={
        ORDERS: Table(
            name=ORDERS,
            columns=columns(id="uuid", customer_id="uuid", total="numeric(10,2)", mood="public.mood"),
            primary_key=("id",),
            indexes=(
                Index(name="orders_pkey", columns=("id",), unique=True),
                Index(name="orders_total", columns=("total",)),
                Index(name="orders_broken", columns=("customer_id",), valid=False),
            ),
            constraints=frozenset({"orders_pkey"}),
            policies=(Policy(name="own", command="SELECT", roles=("authenticated",)),),
        ),
        CUSTOMERS: Table(
            name=CUSTOMERS,
            columns=columns(id="uuid", email="text"),
            primary_key=("id",),
            indexes=(Index(name="customers_pkey", columns=("id",), unique=True),),
        ),
    },
    extensions=frozenset({"plpgsql", "pgcrypto"}),
)


def target(rows: int = 5) -> Terms:
    sizes = {ORDERS: Size(rows=rows, bytes=rows * 100)}
    return Terms(survey=Survey(target="staging", server_major=18, shape=SHAPE, sizes=sizes))


def found(rule: str, *files: str, terms: Terms | None = None, applied: int = 0) -> list[Finding]:
    """Review files; the first `applied` of them are on the target already."""
    texts = [
        SqlText(path=f"2026010112000{number}_a.sql", content=sql.encode()) for number, sql in enumerate(files)
    ]
    on_target = frozenset(text.path for text in texts[:applied])
    findings = review(texts, terms or Terms(), applied=on_target)
    return [finding for finding in findings if finding.rule == rule]


def test_a_key_without_an_index_names_the_rows_that_are_read() -> None:
    add = "alter table public.orders add foreign key (customer_id) references public.customers (id)"
    [finding] = found("foreign-key-without-index", add, terms=target(rows=1_234_567))
    assert "about 1,234,567 rows" in finding.effect
    assert finding.object == "public.orders"


def test_a_key_is_served_by_an_index_of_another_file() -> None:
    table = "create table public.notes (a uuid references public.customers (id) on delete cascade)"
    index = "create index on public.notes (a)"
    assert len(found("foreign-key-without-index", table)) == 1
    assert found("foreign-key-without-index", table, index) == []
    assert found("foreign-key-without-index", table, index, "drop index public.notes_a_idx") != []


def test_a_key_of_a_table_that_took_a_dropped_ones_name_is_its_own() -> None:
    assert (
        found(
            "foreign-key-without-index",
            "create table public.notes (a uuid references public.customers (id) on delete cascade)",
            "drop table public.notes; create table public.notes (a uuid)",
        )
        == []
    )


@pytest.mark.parametrize(("rows", "severity"), [(10_000, Severity.NOTE), (10_001, Severity.WARNING)])
def test_a_policy_without_an_index_weighs_more_on_a_large_table(rows: int, severity: Severity) -> None:
    policy = "create policy p on public.orders for select to authenticated using (customer_id = auth.uid())"
    [finding] = found("policy-column-without-index", policy, terms=target(rows))
    assert finding.severity is severity


def test_what_the_target_has_is_there_already() -> None:
    [finding] = found("already-exists", "create table public.orders (id uuid)", terms=target())
    assert finding.severity is Severity.ERROR
    assert finding.remedy.endswith("the target has it")
    assert found("already-exists", "create table public.orders (id uuid)") == []


def test_another_file_that_made_it_is_named_with_its_line() -> None:
    [finding] = found(
        "already-exists", "\n\ncreate type public.mood as enum ()", "create type public.mood as enum ()"
    )
    assert finding.remedy.endswith("20260101120000_a.sql:3 makes it")


@pytest.mark.parametrize(
    "statement",
    [
        "create extension pgcrypto",
        "create schema private",
        "create index orders_total on public.customers (email)",
        "create table public.orders_total (id int)",
        'create policy "own" on orders using (true)',
        "alter table orders add constraint orders_pkey check (true)",
        "alter table orders add column total int",
        "create view orders as select 1",
        "create sequence orders",
        "select 1 as one into orders",
    ],
)
def test_everything_that_a_target_tells_of_is_there(statement: str) -> None:
    assert [each.severity for each in found("already-exists", statement, terms=target())] == [Severity.ERROR]


@pytest.mark.parametrize("rule", ["already-exists", "not-there", "if-not-exists-hides"])
def test_nothing_is_said_of_files_that_the_target_has(rule: str) -> None:
    made = """
    create table public.orders (id uuid, old int);
    create table if not exists public.customers (id uuid, name text);
    create index on public.orders (old);
    alter table public.orders drop column old;
    create table public.gone (id int);
    drop table public.gone;
    """
    later = "create index on public.orders (customer_id); create table public.gone (id int)"
    assert found(rule, made, later, terms=target(), applied=1) == []


def test_a_table_that_a_target_has_with_other_columns_hides_the_new_ones() -> None:
    same = "create table if not exists public.orders (id uuid, total numeric, mood mood)"
    [equal] = found("if-not-exists-hides", same, terms=target())
    assert equal.severity is Severity.NOTE
    [other] = found("if-not-exists-hides", same.replace("mood mood", "note text"), terms=target())
    assert other.severity is Severity.WARNING
    assert other.message == "public.orders is there already, without note"


def test_a_column_that_an_earlier_file_renamed_is_not_there() -> None:
    [finding] = found(
        "not-there",
        "create table public.notes (id uuid primary key, body text)",
        "alter table public.notes rename column body to words",
        "create index on public.notes (body)",
    )
    assert finding.message == "public.notes has no column body"
    assert finding.file == "20260101120002_a.sql"


def test_a_trigger_may_be_made_where_nobody_can_read_it() -> None:
    table = "create table public.notes (id uuid primary key, updated_at timestamptz)"
    block = "do $$ begin execute 'create trigger …'; end $$"
    assert len(found("updated-at-trigger-missing", table)) == 1
    assert found("updated-at-trigger-missing", table, block) == []
    assert len(found("updated-at-trigger-missing", block, table)) == 1


def test_a_table_made_in_a_block_is_told_of_at_the_block() -> None:
    block = "\n\ndo $$ begin create table public.notes (a text, b uuid references x, c timestamp); end $$"
    for rule in ("timestamps-missing", "on-delete-unsaid", "timestamp-without-zone", "comment-missing"):
        assert [(each.line, each.column) for each in found(rule, block)] == [(3, 1)]


def test_search_path_decides_what_a_bare_name_means() -> None:
    made = (
        "set search_path = private; create table notes (id uuid); create table public.notes (id uuid, a int);"
    )
    [finding] = found("not-there", f"{made} create index on notes (a)")
    assert finding.message == "private.notes has no column a"
    assert found("not-there", made, "create index on notes (a)") == []


def test_each_way_to_write_a_foreign_key_has_its_own_place() -> None:
    sql = "create table t (a int references x,\n b int, foreign key (b) references y);\n"
    sql += (
        "alter table t add c int references z;\nalter table t add constraint k foreign key (a) references w"
    )
    places = [(each.line, each.column) for each in found("on-delete-unsaid", sql)]
    assert places == [(1, 23), (2, 9), (3, 25), (4, 19)]


def test_a_long_policy_name_that_is_dropped_first_collides_with_none() -> None:
    name = "People of an organisation may read all invoices of that organisation"
    made = f'create table t (id int); create policy "{name} once" on t using (true);'
    again = f'create policy "{name} twice" on t using (true);'
    assert len(found("name-cut-off", made + again)) == 2
    assert len(found("already-exists", made + again)) == 1
    assert found("already-exists", f'{made} drop policy "{name}" on t; {again}') == []


def test_a_junction_table_joins_at_least_two() -> None:
    one = "create table t (id uuid primary key references auth.users, created_at timestamptz)"
    assert [each.message for each in found("timestamps-missing", one)] == ["public.t has no updated_at"]


def test_a_plain_postgresql_is_told_once_and_not_for_each_file() -> None:
    plain = Shape(schemas=frozenset({"public"}))
    terms = Terms(survey=Survey(target="staging", server_major=18, shape=plain))
    files = [f"create table public.t{number} (id uuid references auth.users)" for number in range(3)]
    [finding] = found("not-there", *files, terms=terms)
    assert finding.message == (
        "auth.users is not there, and nothing else of schema auth: the target is a plain PostgreSQL"
    )
    assert (finding.file, finding.remedy[:43]) == (
        "20260101120000_a.sql",
        "Deploy to the database of a Supabase projec",
    )
    stand_in = "create schema auth; create table auth.users (id uuid primary key)"
    assert found("not-there", stand_in, *files, terms=terms) == []
    supabase = Survey(target="staging", server_major=18, shape=plain, api_roles=frozenset({"anon"}))
    assert found("not-there", *files, terms=Terms(survey=supabase)) == []


def test_a_table_whose_name_is_nearly_that_of_another_was_meant() -> None:
    [finding] = found("not-there", "alter table public.ordres add column x int", terms=target())
    assert finding.remedy == "Did you mean public.orders? Else make it first, or correct the name"
    [finding] = found("not-there", "alter table public.quite_another add column x int", terms=target())
    assert finding.remedy == "Make it first, or correct the name"
