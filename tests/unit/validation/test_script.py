import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.script import read_script
from orchestrator.validation.sql_text import SqlText


def sent(sql: str) -> list[str]:
    return [statement.text for statement in read_script(sql).statements]


def test_the_wrapper_around_a_file_is_recorded_but_not_sent() -> None:
    script = read_script("-- why\nBEGIN;\nselect 1;\nselect 2;\nCOMMIT;\n-- end\n")
    assert [statement.text for statement in script.statements] == ["select 1", "select 2"]
    assert script.recorded == ("-- why\nBEGIN", "select 1", "select 2", "COMMIT", "-- end")


def test_a_wrapper_in_other_words_is_taken_off_too() -> None:
    assert sent("start transaction; select 1; end;") == ["select 1"]


def test_two_transactions_are_no_wrapper() -> None:
    sql = "begin; select 1; commit; begin; select 2; commit"
    assert sent(sql) == sql.split("; ")


def test_half_a_wrapper_or_one_with_options_is_none() -> None:
    assert sent("begin; select 1") == ["begin", "select 1"]
    assert sent("select 1; commit") == ["select 1", "commit"]
    assert sent("begin read only; select 1; commit") == ["begin read only", "select 1", "commit"]
    assert sent("begin") == ["begin"]


def test_an_empty_transaction_sends_nothing() -> None:
    assert sent("begin; commit;") == []


def test_savepoints_stay_within_the_wrapper() -> None:
    assert sent("begin; savepoint s; rollback to s; commit") == ["savepoint s", "rollback to s"]


def test_a_file_of_comments_is_recorded_and_sends_nothing() -> None:
    script = read_script("-- nothing yet\n")
    assert (script.statements, script.recorded) == ((), ("-- nothing yet",))


def test_an_empty_file_records_nothing() -> None:
    script = read_script("\n")
    assert (script.statements, script.recorded) == ((), ())


@given(st.text())
def test_whatever_is_sent_was_recorded(sql: str) -> None:
    script = read_script(sql)
    assert {statement.text for statement in script.statements} <= set(script.recorded)


@pytest.mark.parametrize(
    ("sql", "alone"),
    [
        ("create index concurrently i on t (a)", True),
        ("-- why\nVacuum t;\n-- end", True),
        ("\\restrict x\nreindex (concurrently) table t;", True),
        ("create index i on t (a) -- concurrently", False),
        ("create index concurrently i on t (a); select 1", False),
        ("begin; create index concurrently i on t (a); commit", False),
        ("alter system set work_mem = '1MB'", False),
        ("create database vacuum", False),
        ("-- bascule: transaction=false because of a reason\nselect 1", True),
        ("-- first\n/* Bascule: transaction = false\n because of a reason */ select 1", True),
        ("-- bascule: transaction=false\nselect 1", False),
        ("-- bascule: transaction=false because\nselect 1", False),
        ("select 1; -- bascule: transaction=false because it is late", False),
        ("select '-- bascule: transaction=false because it is text'", False),
        ("-- pg-delta: transaction=false\nselect 1", True),
        ("-- pg-delta: transaction=false", True),
        ("-- pg-delta: transaction=false\r\nselect 1", True),
        ("-- pg-delta: transaction=false \nselect 1", False),
        ("-- PG-delta: transaction=false\nselect 1", False),
        ("\n-- pg-delta: transaction=false\nselect 1", False),
        ("--pg-delta: transaction=false\nselect 1", False),
        ("-- pg-delta: transaction=false, please\nselect 1", False),
        ("", False),
    ],
)
def test_a_file_runs_alone_that_has_to_or_says_why(sql: str, alone: bool) -> None:  # noqa: FBT001
    assert read_script(sql).runs_alone is alone
    assert SqlText(path="a.sql", content=sql.encode()).runs_alone is alone


def test_a_file_that_runs_alone_keeps_its_own_control_of_transactions() -> None:
    assert sent("-- pg-delta: transaction=false\nbegin; select 1; commit")[1:] == ["select 1", "commit"]


@given(st.text())
def test_a_file_runs_alone_whoever_asks(sql: str) -> None:
    text = SqlText(path="a.sql", content=sql.encode(errors="replace"))
    assert read_script(text.text or "").runs_alone is text.runs_alone
