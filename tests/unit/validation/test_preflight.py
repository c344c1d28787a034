from orchestrator.domain.demand import DemandKind
from orchestrator.validation.preflight import Question, questions
from orchestrator.validation.sql_text import SqlText


def asked(*files: str) -> list[Question]:
    texts = [SqlText(path=f"{number}.sql", content=sql.encode()) for number, sql in enumerate(files, 1)]
    return list(questions(texts))


def told(*files: str) -> list[tuple[DemandKind, str, str | None]]:
    return [(each.demand.kind, str(each.demand.table), each.mended_at) for each in asked(*files)]


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
