import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.grammar.nesting import MOST_LEVELS
from orchestrator.validation.grammar.parser import Control, Fault, Parsed, parse


def test_a_fault_stands_where_the_parser_stopped_in_characters() -> None:
    assert parse("select 'é🦔' from where").fault == Fault(
        message='syntax error at or near "where"', offset=17
    )


def test_a_fault_at_the_end_stands_at_the_end() -> None:
    fault = parse("create table é (").fault
    assert fault is not None
    assert fault.offset in {15, 16}


def test_comments_are_neither_a_statement_nor_a_fault() -> None:
    assert parse("-- nothing\n/* here */") == Parsed()
    assert parse("") == Parsed()


def test_a_nul_character_is_a_fault_although_the_parser_would_stop_reading_there() -> None:
    assert parse("select 1 \0 garbage").fault == Fault(message="a NUL character", offset=9)


@pytest.mark.parametrize(
    ("sql", "control"),
    [
        ("BEGIN", Control.BEGIN),
        ("begin work", Control.BEGIN),
        ("start transaction", Control.BEGIN),
        ("commit", Control.COMMIT),
        ("END", Control.COMMIT),
        ("begin read only", Control.OTHER),
        ("begin isolation level serializable", Control.OTHER),
        ("commit and chain", Control.OTHER),
        ("rollback", Control.OTHER),
        ("abort", Control.OTHER),
        ("prepare transaction 'x'", Control.OTHER),
        ("commit prepared 'x'", Control.OTHER),
        ("savepoint s", None),
        ("rollback to savepoint s", None),
        ("release s", None),
        ("select 'begin'", None),
        ("do $$ begin commit; end $$", None),
    ],
)
def test_transaction_control_is_told_apart(sql: str, control: Control | None) -> None:
    assert parse(sql).control is control


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("create unique index concurrently on t (a)", "CREATE INDEX CONCURRENTLY"),
        ("create index on t (a)", None),
        ("reindex (concurrently off) table t", None),
        ("reindex (concurrently 0) table t", None),
        ("reindex (verbose, concurrently true) table t", "REINDEX CONCURRENTLY"),
        ("reindex table concurrently t", "REINDEX CONCURRENTLY"),
        ("reindex database", "REINDEX DATABASE"),
        ("reindex system", "REINDEX SYSTEM"),
        ("vacuum", "VACUUM"),
        ("analyze", None),
        ("cluster", "CLUSTER"),
        ("cluster t", None),
        ("drop index i", None),
        ("drop database d", "DROP DATABASE"),
        ("create tablespace s location '/s'", "CREATE TABLESPACE"),
        ("alter database d set tablespace s", "ALTER DATABASE SET TABLESPACE"),
        ("alter database d connection limit 3", None),
        ("alter table t detach partition p", None),
        ("alter table t add column a int", None),
        ("create subscription s connection 'x' publication p with (connect = false)", None),
        ("create subscription s connection 'x' publication p with (create_slot = off)", None),
        ("create subscription s connection 'x' publication p with (connect)", "CREATE SUBSCRIPTION"),
        ("discard plans", None),
        ("refresh materialized view concurrently v", None),
        ("alter type t add value 'x'", None),
    ],
)
def test_statements_that_run_alone_are_named(sql: str, name: str | None) -> None:
    assert parse(sql).runs_alone == name


@pytest.mark.parametrize(
    ("sql", "from_stdin"),
    [
        ("copy t from stdin", True),
        ("copy t (a) from stdin with (format csv)", True),
        ("copy t from '/x'", False),
        ("copy t from program 'x'", False),
        ("copy t to stdout", False),
    ],
)
def test_copy_from_the_client_is_told_apart(sql: str, from_stdin: bool) -> None:  # noqa: FBT001
    assert parse(sql).copies_from_stdin is from_stdin


def test_a_long_chain_of_operators_is_good_sql() -> None:
    assert parse("select 'a'" + " || 'b'" * 1_000) == Parsed()


def test_what_would_overflow_the_parsers_stack_is_a_fault_and_not_the_end_of_the_process() -> None:
    for sql in (
        "select " + "1||" * 100_000 + "1",
        "select " + "(" * 100_000,
        "select 1" + " union select 1" * 9_000,
    ):
        assert parse(sql).fault is not None


def test_many_rows_are_not_deep() -> None:
    rows = ",".join(f"(-{number}, now()::date, f({number}) || 'x')" for number in range(MOST_LEVELS))
    assert parse(f"insert into t values {rows}") == Parsed()


@given(st.text())
def test_no_text_makes_the_parser_raise(sql: str) -> None:
    fault = parse(sql).fault
    assert fault is None or 0 <= fault.offset <= len(sql)
