import pytest

from orchestrator.domain.demand import DemandKind
from orchestrator.domain.shape import Name, Shape, Table, TableKind, Trigger
from orchestrator.validation.preflight import Question, questions
from orchestrator.validation.sql_text import SqlText

SHAPE = Shape(
    tables={
        table.name: table
        for table in (
            Table(name=Name("public", "orders")),
            Table(name=Name("app", "orders")),
            Table(name=Name("public", "customers"), triggers=()),
            Table(
                name=Name("public", "logged"),
                triggers=(
                    Trigger(
                        name="t", timing="AFTER", events=frozenset({"INSERT"}), function=Name("public", "f")
                    ),
                ),
            ),
            Table(name=Name("public", "parted"), kind=TableKind.PARTITIONED),
            Table(name=Name("public", "part_1"), parents=(Name("public", "parted"),)),
            Table(name=Name("public", "seen"), kind=TableKind.VIEW),
        )
    }
)


def asked(*files: str, shape: Shape | None = None) -> list[Question]:
    texts = [SqlText(path=f"{number}.sql", content=sql.encode()) for number, sql in enumerate(files, 1)]
    return list(questions(texts, shape))


def told(*files: str, shape: Shape | None = None) -> list[tuple[DemandKind, str, str | None]]:
    return [(each.demand.kind, str(each.demand.table), each.mended_at) for each in asked(*files, shape=shape)]


def mended(*files: str) -> list[bool]:
    """Tell of each question whether a statement before may mend the rows."""
    return [each.mended_at is not None for each in asked(*files, shape=SHAPE)]


NOT_NULL = "alter table public.orders alter column customer set not null;"


def test_every_demand_on_a_table_that_is_there_is_asked_at_its_place() -> None:
    (question,) = asked(
        "select now() from x;\n-- é\nalter table public.orders\n  alter column customer set not null;"
    )
    assert question.file.place(question.offset) == (4, 3)


def test_nothing_is_asked_about_tables_that_the_files_make_or_drop_or_rename() -> None:
    assert told("create table public.orders (customer int);", NOT_NULL) == []
    assert told("create table orders (customer int);", NOT_NULL) == []
    assert told("drop table public.orders;", NOT_NULL) == []
    assert told("alter table public.purchases rename to orders;", NOT_NULL) == []
    assert told("alter table public.orders rename column a to b;", NOT_NULL) != []


def test_nothing_is_asked_about_references_to_a_table_that_the_files_make() -> None:
    made = "create table public.customers (id int primary key);"
    key = "alter table public.orders add foreign key (customer) references public.customers (id);"
    assert told(made, key) == []
    assert told(key) == [(DemandKind.FOREIGN_KEY, "public.orders", None)]


def test_rows_that_were_changed_before_may_be_mended() -> None:
    mend = "update orders set customer = 1 where customer is null;"
    assert told(mend, NOT_NULL) == [(DemandKind.NOT_NULL, "public.orders", "1.sql:1")]
    assert told("update public.other set a = 1;", NOT_NULL) == [(DemandKind.NOT_NULL, "public.orders", None)]


def test_code_that_nobody_has_read_may_mend_anything() -> None:
    for unseen in ("do $$ begin execute 'delete from orders'; end $$;", "select mend();", "call mend();"):
        assert told(unseen, NOT_NULL) == [(DemandKind.NOT_NULL, "public.orders", "1.sql:1")]


def test_what_a_later_statement_changes_mends_nothing() -> None:
    assert told(NOT_NULL, "delete from public.orders where customer is null;")[0][2] is None


def test_a_constraint_that_is_validated_demands_what_it_was_added_with() -> None:
    add = "alter table public.orders add constraint positive check (total > 0) not valid;"
    validate = "alter table public.orders validate constraint positive;"
    assert told(add) == []
    (question,) = asked(add, validate)
    assert question.demand.kind is DemandKind.CHECK
    assert question.file.path == "2.sql"
    assert told(validate) == [(DemandKind.VALIDATE, "public.orders", None)]


def test_a_statement_in_a_block_that_may_not_happen_demands_nothing() -> None:
    assert told(f"do $$ begin {NOT_NULL} exception when others then null; end $$;") == []


def test_a_file_that_cannot_be_read_has_no_questions() -> None:
    assert told("alter tabel x;", "\0") == []


@pytest.mark.parametrize(
    "mend",
    [
        "delete from public.customers where id = 1;",
        "truncate public.customers cascade;",
        "with d as (delete from public.customers returning 1) select 1 from d;",
        "insert into public.logged values (1);",
        "update public.seen set a = 1;",
        "create trigger t after insert on customers execute function f(); insert into customers values (1);",
        "alter table public.orders drop column customer; alter table public.orders add column customer int;",
        "alter table public.orders rename column customer to c;",
    ],
)
def test_what_may_reach_the_rows_of_a_table_may_mend_them(mend: str) -> None:
    assert mended(mend, NOT_NULL) == [True]


@pytest.mark.parametrize(
    "other",
    [
        "insert into public.customers values (1);",
        "update public.customers set a = 1;",
        "update app.orders set customer = 1;",
        "alter table public.customers rename column a to b;",
        "alter table public.customers rename to clients;",
        "alter index public.orders rename to orders;",
        "drop index public.orders;",
        "alter table public.orders add column other int;",
        "alter table public.orders alter column other set default 1;",
    ],
)
def test_what_cannot_reach_the_rows_of_a_table_mends_nothing(other: str) -> None:
    assert mended(other, NOT_NULL) == [False]


def test_the_same_statement_may_give_a_column_other_values() -> None:
    alter = "alter table public.orders alter customer type bigint using coalesce(customer, 0), alter customer"
    assert mended(f"{alter} set not null;") == [False, True]
    earlier = "alter table public.orders alter column customer type bigint using coalesce(customer, 0);"
    assert mended(earlier, NOT_NULL) == [False, True]
    assert mended(earlier, NOT_NULL.replace("public", "app")) == [False, False]


def test_new_rows_of_the_referenced_table_may_mend_a_foreign_key() -> None:
    key = "alter table public.orders add foreign key (customer) references public.customers (id);"
    assert mended(key) == [False]
    assert mended("insert into public.customers values (1);", key) == [True]


def test_a_partition_and_its_table_share_rows() -> None:
    whole, part = (f"alter table public.{name} alter a set not null;" for name in ("parted", "part_1"))
    assert mended(whole, part) == [False, False]
    assert mended("update public.part_1 set a = 1;", whole, part) == [True, True]
    assert mended("update public.parted set a = 1;", part) == [True]
    assert mended("drop table public.part_1;", whole) == [True]
    assert mended("alter table public.parted detach partition public.part_1;", whole) == [True]
    assert mended("alter table public.part_1 rename to part_2;", whole, part) == [False]


def test_a_table_that_is_there_already_is_asked_although_a_file_would_make_it() -> None:
    make = "create table if not exists public.orders (customer int);"
    assert told(make, NOT_NULL, shape=SHAPE) == [(DemandKind.NOT_NULL, "public.orders", None)]
    assert told("drop table public.orders;", make, NOT_NULL, shape=SHAPE) == []
    assert told(make.replace("orders", "fresh"), NOT_NULL.replace("orders", "fresh"), shape=SHAPE) == []


def test_names_mean_what_the_files_search_path_says() -> None:
    bare = "alter table orders alter column customer set not null;"

    def tables(sql: str) -> list[str]:
        return [table for _, table, _ in told(sql + bare, shape=SHAPE)]

    assert tables("") == ["public.orders"]
    assert tables("set search_path = app, public;") == ["app.orders"]
    assert tables("set search_path = nowhere, public;") == ["public.orders"]
    assert tables("set local search_path to app;") == ["app.orders"]
    assert tables("select set_config('search_path', 'app', false);") == ["app.orders"]
    assert tables("set search_path = app; reset search_path;") == ["public.orders"]
    assert tables("select pg_catalog.set_config('search_path', '', false);") == []
    assert tables("select set_config('search_path', current_user, false);") == []
    assert tables("create temp table orders (a int);") == []
    assert tables("alter role postgres set search_path = app;") == ["public.orders"]
    assert told("set search_path = app;", bare, shape=SHAPE) == [(DemandKind.NOT_NULL, "public.orders", None)]
    assert told("set search_path = '';" + NOT_NULL, shape=SHAPE)[0][1] == "public.orders"


def test_nothing_is_asked_about_tables_that_have_moved() -> None:
    assert told("alter table app.orders set schema public;", NOT_NULL) == []
    assert told("alter table public.orders set schema app;", NOT_NULL) == []
    assert told("alter schema public rename to old;", NOT_NULL) == []
    assert told("drop schema public cascade;", NOT_NULL) == []
