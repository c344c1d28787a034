import pytest

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import LongTransaction, Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

ORDERS = Name("public", "orders")


def told(sql: str, *busy: LongTransaction, applied: str = "") -> list[Finding]:
    """Review a file after one that the target has already."""
    files = [
        SqlText(path=f"supabase/migrations/2026010{number}120000_x.sql", content=text.encode())
        for number, text in enumerate((applied, sql), start=1)
    ]
    survey = Survey(target="staging", server_major=18, shape=Shape(), long_transactions=busy)
    findings = review(files, Terms(survey=survey), applied=frozenset({files[0].path}))
    return [finding for finding in findings if finding.rule == "long-transaction"]


def test_a_long_transaction_is_told_once_with_pid_name_and_time() -> None:
    busy = LongTransaction(pid=4711, who="metabase", seconds=754, tables=(ORDERS,))
    sql = "alter table public.orders add a int;\nalter table orders add b int;\ntruncate public.orders"
    [finding] = told(sql, busy)
    assert (finding.severity, finding.source, finding.line) == (Severity.WARNING, Source.STATISTICS, 1)
    assert finding.message == (
        "public.orders is about to be locked, and process 4711 (metabase) has held it for 13 min"
    )
    assert "after lock_timeout it gives up, and is tried again" in finding.effect
    assert "select pg_terminate_backend(4711)" in finding.remedy


def test_a_transaction_of_which_nobody_knows_since_when_is_a_note() -> None:
    busy = LongTransaction(pid=4711, who="metabase", seconds=0, tables=(ORDERS,))
    [finding] = told("drop table public.orders", busy)
    assert finding.severity is Severity.NOTE
    assert finding.message.endswith("process 4711 (metabase) holds a lock on it")


@pytest.mark.parametrize(
    "sql",
    [
        "insert into public.orders (id) values (1)",
        "alter table public.orders validate constraint x",
        "create view public.v as select id from public.orders",
        "create table public.orders (id int)",
        "do $$ begin alter table public.orders add a int; end $$",
        "lock table public.orders in row exclusive mode",
        "refresh materialized view concurrently public.orders",
        "alter table public.customers add a int",
    ],
)
def test_who_waits_for_no_transaction_is_not_told_of_one(sql: str) -> None:
    busy = LongTransaction(pid=4711, who="metabase", seconds=754, tables=(ORDERS,))
    assert told(sql, busy) == []


@pytest.mark.parametrize(
    "sql",
    [
        "create index on public.orders (note)",
        "alter table public.orders disable trigger x",
        "lock table public.orders in share mode",
        "alter table public.orders add foreign key (id) references public.customers",
    ],
)
def test_a_lock_against_writes_waits_only_for_writers_and_says_so(sql: str) -> None:
    busy = LongTransaction(pid=4711, who="metabase", seconds=754, tables=(ORDERS,))
    [finding] = told(sql, busy)
    assert "if it has written there" in finding.effect


def test_what_the_target_has_already_waits_for_nobody() -> None:
    busy = LongTransaction(pid=4711, who="metabase", seconds=754, tables=(ORDERS,))
    lock = "alter table public.orders add a int"
    assert told("select 1", busy, applied=lock) == []
    [finding] = told("alter table public.orders add b int", busy, applied=lock)
    assert finding.file == "supabase/migrations/20260102120000_x.sql"
