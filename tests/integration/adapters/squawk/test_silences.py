import pytest

from orchestrator.adapters.squawk import Squawk

INDEX = "require-concurrent-index-creation"


@pytest.mark.parametrize(
    "comment",
    [
        "-- squawk-ignore ban-drop-table",
        "--squawk-ignore\tban-drop-table",
        "/* squawk-ignore ban-drop-table */",
        "-- squawk-ignore ban-drop-column, ban-drop-table",
        "-- squawk-ignore-file",
        "-- squawk-ignore-file ban-drop-table",
        "/* squawk-ignore-file */",
        "/*\nsquawk-ignore-file\n*/",
        "do $$ -- squawk-ignore-file\n $$;",
        "select '-- squawk-ignore-file';",
    ],
)
def test_a_comment_does_not_silence(comment: str) -> None:
    squawk = Squawk(["ban-drop-table"])
    for sql in (f"{comment}\ndrop table t;", f"drop table t; {comment}", f"drop table t;\n{comment}\n"):
        assert len(squawk.lint({"1.sql": sql})) == 1


@pytest.mark.parametrize("comment", ["-- {}", "--{}", "/* {} */"])
def test_a_comment_does_not_take_the_transaction_away(comment: str) -> None:
    sql = comment.format("squawk-disable-assume-in-transaction")
    sql += "\ncreate table t (a text);\ncreate index on t (a);"
    assert Squawk([INDEX]).lint({"1.sql": sql}) == ()


def test_a_name_that_looks_like_a_silence_is_a_name() -> None:
    sql = (
        'create table "squawk-ignore" (a text);\ncreate index on "squawk-ignore" (a);\ncreate index on t (a);'
    )
    assert [mark.line for mark in Squawk([INDEX]).lint({"1.sql": sql})] == [3]
