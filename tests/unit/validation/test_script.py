from hypothesis import given
from hypothesis import strategies as st

from orchestrator.validation.script import read_script


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
