from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.adapters.squawk import Squawk
from orchestrator.catalog import survey
from orchestrator.domain.deployment import Done, Outcome
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.lint import Mark
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import Plan
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Linter
from orchestrator.stages import validate
from orchestrator.validation.rules import MARKS
from tests.support.servers import TestDatabase
from tests.support.service import eventually

POLICY = TargetPolicy(name="staging", repository="app", branch="staging")
SQUAWK = Squawk(MARKS)
TABLE = "create table public.orders (id int primary key, customer int)"


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url, autocommit=True) as opened:
        opened.execute(TABLE)
        opened.execute("alter table public.orders enable row level security")
        yield opened


def a_plan(up: str, down: str | None = None) -> tuple[Plan, dict[str, bytes]]:
    rollback = (
        None if down is None else SqlFile(path="supabase/rollbacks/1_a.sql", sha256=checksum(down.encode()))
    )
    file = SqlFile(path="supabase/migrations/1_a.sql", sha256=checksum(up.encode()))
    plan = Plan(pending=(Migration(version="1", name="a", file=file, rollback=rollback),))
    contents = [text.encode() for text in (up, down) if text is not None]
    return plan, {checksum(content): content for content in contents}


def judged(
    connection: psycopg.Connection,
    up: str,
    down: str | None = None,
    *,
    policy: TargetPolicy = POLICY,
    linter: Linter = SQUAWK,
) -> Done[None]:
    plan, contents = a_plan(up, down)
    reader = Reader(connection, "staging")
    return validate.run(plan, contents=contents, policy=policy, linter=linter, reader=reader)


def of(done: Done[None], rule: str) -> list[Finding]:
    return [finding for finding in done.findings if finding.rule == rule]


def test_good_files_pass(connection: psycopg.Connection) -> None:
    up = "comment on table public.orders is 'What customers have ordered.';"
    done = judged(connection, up, "comment on table public.orders is null;")
    assert (done.outcome, done.findings, done.gave) == (Outcome.PASSED, (), None)


def test_a_syntax_error_refuses_and_names_its_place(connection: psycopg.Connection) -> None:
    done = judged(connection, "create table a (\n  id int,\n);")
    assert done.outcome is Outcome.REFUSED
    (finding,) = of(done, "syntax-error")
    assert (finding.file, finding.line, finding.column) == ("supabase/migrations/1_a.sql", 3, 1)


def test_a_rollback_that_could_not_run_refuses_too(connection: psycopg.Connection) -> None:
    done = judged(connection, "select 1;", "drop tabel a;")
    assert done.outcome is Outcome.REFUSED
    assert [finding.file for finding in of(done, "syntax-error")] == ["supabase/rollbacks/1_a.sql"]


def test_an_empty_plan_passes(connection: psycopg.Connection) -> None:
    reader = Reader(connection, "staging")
    done = validate.run(Plan(), contents={}, policy=POLICY, linter=SQUAWK, reader=reader)
    assert (done.outcome, done.findings) == (Outcome.PASSED, ())


def test_content_that_is_not_there_is_no_finding(connection: psycopg.Connection) -> None:
    plan, _ = a_plan("select 1;")
    with pytest.raises(KeyError):
        validate.run(plan, contents={}, policy=POLICY, linter=SQUAWK, reader=Reader(connection, "staging"))


def test_orphans_are_found_before_the_foreign_key_is_made(connection: psycopg.Connection) -> None:
    connection.execute("create table public.customers (id int primary key)")
    connection.execute("insert into public.customers values (1)")
    connection.execute("insert into public.orders values (10, 1), (11, 2), (12, 3), (13, null)")
    up = (
        "alter table public.orders\n"
        "  add foreign key (customer) references public.customers on delete cascade;"
    )
    done = judged(connection, up)
    assert done.outcome is Outcome.REFUSED
    (finding,) = of(done, "rows-in-the-way")
    assert finding.source is Source.PREFLIGHT
    assert (finding.line, finding.object) == (2, "public.orders")
    assert finding.message.startswith("2 rows of public.orders")
    assert "11 | 12" in finding.message


def test_rows_that_an_earlier_statement_may_mend_only_warn(connection: psycopg.Connection) -> None:
    connection.execute("insert into public.orders values (10, null)")
    mend = "update public.orders set customer = 0 where customer is null;\n"
    demand = "alter table public.orders alter column customer set not null;"
    assert [f.severity for f in of(judged(connection, demand), "rows-in-the-way")] == [Severity.ERROR]
    (finding,) = of(judged(connection, mend + demand), "rows-in-the-way")
    assert finding.severity is Severity.WARNING
    assert "supabase/migrations/1_a.sql:1" in finding.effect


def test_a_table_that_the_files_make_is_not_asked_for_rows(connection: psycopg.Connection) -> None:
    connection.execute("insert into public.orders values (10, null)")
    up = f"drop table public.orders; {TABLE}; alter table public.orders alter column customer set not null;"
    assert of(judged(connection, up), "rows-in-the-way") == []


def test_a_column_that_must_have_a_value_is_told_once_whatever_the_statistics_know(
    connection: psycopg.Connection,
) -> None:
    connection.execute("insert into public.orders values (10, null)")
    up = "alter table public.orders add column kind text not null;"
    for know in ("select 1", "analyze public.orders"):
        connection.execute(know)
        told = [f for f in judged(connection, up).findings if f.severity is Severity.ERROR]
        assert len(told) == 1, know


def test_what_could_not_be_counted_in_time_is_told(
    connection: psycopg.Connection, target_database: TestDatabase
) -> None:
    with psycopg.connect(target_database.url) as other:
        other.execute("lock table public.orders in access exclusive mode")
        quick = replace(POLICY, preflight_seconds=0.2)
        up = "alter table public.orders alter column customer set not null;"
        done = judged(connection, up, policy=quick)
    assert [finding.severity for finding in of(done, "rows-not-counted")] == [Severity.NOTE]


def test_when_the_time_is_used_up_nothing_more_is_asked_and_that_is_told_once(
    connection: psycopg.Connection,
) -> None:
    connection.execute("insert into public.orders values (10, null)")
    up = "alter table public.orders alter column customer set not null;" * 20
    done = judged(connection, up, policy=replace(POLICY, preflight_seconds=0.01))
    assert of(done, "rows-in-the-way") == []
    (finding,) = of(done, "rows-not-counted")
    assert finding.message.endswith("the time was used up; nor were 19 more of this file's questions asked")


def test_a_table_that_is_there_already_is_asked_although_the_file_would_make_it(
    connection: psycopg.Connection,
) -> None:
    connection.execute("insert into public.orders values (10, null)")
    make = TABLE.replace("create table", "create table if not exists")
    done = judged(connection, f"{make}; alter table public.orders alter column customer set not null;")
    assert len(of(done, "rows-in-the-way")) == 1


def test_names_are_asked_for_where_the_files_search_path_finds_them(connection: psycopg.Connection) -> None:
    connection.execute("insert into public.orders values (10, null)")
    connection.execute("create schema app; create table app.orders (id int primary key, customer int)")
    up = "set search_path = app; alter table orders alter column customer set not null;"
    assert of(judged(connection, up), "rows-in-the-way") == []
    assert len(of(judged(connection, up.replace("= app", "= public")), "rows-in-the-way")) == 1


def test_a_catalog_that_somebody_has_locked_is_waited_for_no_longer_than_the_limit(
    connection: psycopg.Connection, target_database: TestDatabase
) -> None:
    with psycopg.connect(target_database.superuser_url) as other:
        other.execute("lock table pg_catalog.pg_policy in access exclusive mode")
        with (
            Reader(connection, "staging").asking() as database,
            pytest.raises(Unavailable, match="staging: a query of its catalog took longer than"),
        ):
            survey.read(database, target="staging", limit_seconds=0.2)


def test_a_target_that_goes_away_in_the_middle_of_a_question_is_unavailable(
    connection: psycopg.Connection, target_database: TestDatabase
) -> None:
    up = "alter table public.orders alter column customer set not null;"
    waiting = "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with (
        psycopg.connect(target_database.url) as other,
        psycopg.connect(target_database.superuser_url, autocommit=True) as ending,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        other.execute("lock table public.orders in access exclusive mode")
        judging = beside.submit(judged, connection, up)
        eventually(
            lambda: ending.execute(f"select 1 from {waiting}").fetchone() is not None, what="the question"
        )
        ending.execute(f"select pg_terminate_backend(pid) from {waiting}")
        with pytest.raises(Unavailable, match="staging"):
            judging.result()


def test_the_same_lock_is_a_note_on_few_rows_and_refuses_on_many(connection: psycopg.Connection) -> None:
    up = "create index orders_customer on public.orders (customer);"
    connection.execute("insert into public.orders select i, i from generate_series(1, 10) i")
    connection.execute("analyze public.orders")
    (few,) = of(judged(connection, up), "index-blocks-writes")
    assert (few.severity, few.object) == (Severity.NOTE, "public.orders")
    assert "public.orders has about 10 rows" in few.effect
    connection.execute("insert into public.orders select i, i from generate_series(11, 300000) i")
    connection.execute("analyze public.orders")
    hurried = replace(POLICY, longest_block_seconds=0.01)
    done = judged(connection, up, policy=hurried)
    assert done.outcome is Outcome.REFUSED
    (many,) = of(done, "index-blocks-writes")
    assert (many.severity, many.source) == (Severity.ERROR, Source.SQUAWK)


def test_an_author_may_allow_a_finding_and_has_to_say_why(connection: psycopg.Connection) -> None:
    connection.execute("insert into public.orders values (10, null)")
    up = (
        "-- bascule: allow rows-in-the-way because the row is deleted by hand before\n"
        "alter table public.orders alter column customer set not null;"
    )
    assert of(judged(connection, up), "rows-in-the-way") == []


def test_the_operators_severities_hold(connection: psycopg.Connection) -> None:
    up = "create table public.notes (body text); alter table public.notes enable row level security;"
    assert [f.severity for f in of(judged(connection, up), "primary-key-missing")] == [Severity.WARNING]
    strict = replace(POLICY, severities={"primary-key-missing": Severity.ERROR})
    assert judged(connection, up, policy=strict).outcome is Outcome.REFUSED
    silent = replace(POLICY, severities={"primary-key-missing": None})
    assert of(judged(connection, up, policy=silent), "primary-key-missing") == []


class Broken:
    """A linter that cannot be asked."""

    def lint(
        self,
        files: Mapping[str, str],  # noqa: ARG002  # as the port has it
        *,
        server_major: int | None = None,  # noqa: ARG002
    ) -> tuple[Mark, ...]:
        raise Unavailable("the linter is away", code="squawk-missing", remedy="install it")


def test_a_missing_linter_is_told_and_refuses_only_where_the_operator_says_so(
    connection: psycopg.Connection,
) -> None:
    done = judged(connection, "select 1;", linter=Broken())
    assert done.outcome is Outcome.PASSED
    assert [(f.message, f.remedy) for f in of(done, "linter-missing")] == [
        ("the linter is away", "install it")
    ]
    strict = replace(POLICY, severities={"linter-missing": Severity.ERROR})
    assert judged(connection, "select 1;", linter=Broken(), policy=strict).outcome is Outcome.REFUSED


def test_nothing_about_files_that_the_target_has_already_refuses(connection: psycopg.Connection) -> None:
    path = "supabase/migrations/1_a.sql"
    findings = validate.judge(
        [validate.SqlText(path=path, content=b"create tabel a;")],
        rollbacks=(),
        policy=POLICY,
        linter=SQUAWK,
        reader=Reader(connection, "staging"),
        applied=frozenset({path}),
    )
    assert [f.severity for f in findings if f.rule == "syntax-error"] == [Severity.NOTE]
    assert {f.severity for f in findings} == {Severity.NOTE}
