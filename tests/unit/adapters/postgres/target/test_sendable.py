import pytest

from orchestrator.adapters.postgres.target.failure import Attempt
from orchestrator.adapters.postgres.target.sendable import read_sendable
from orchestrator.domain.errors import TargetError
from orchestrator.domain.migration import SqlFile

ATTEMPT = Attempt(target="staging", version="1", file=SqlFile(path="m/1_x.sql", sha256="x"))


@pytest.mark.parametrize(
    "sql",
    [
        "commit",
        "COMMIT AND CHAIN",
        "/* a /* b */ */ -- c\n commit",
        "end",
        "abort",
        "rollback",
        "begin",
        "start transaction",
        "prepare /**/ transaction 'x'",
        "commit prepared 'x'",
        "begin; commit; select 1",
    ],
)
def test_control_of_the_transaction_is_not_sent(sql):
    with pytest.raises(TargetError) as raised:
        read_sendable(ATTEMPT, sql)
    assert raised.value.code == "transaction-control"


@pytest.mark.parametrize(
    "sql",
    [
        "savepoint s",
        "rollback to s",
        "rollback work to savepoint s",
        "release s",
        "select 'commit'",
        "do $$ begin null; end $$",
        "create function f() returns int language sql begin atomic select 1; end",
        "prepare q as select 1",
        "copy t from '/tmp/x'",
        "",
    ],
)
def test_other_statements_are_sent_as_they_are(sql):
    assert [s.text for s in read_sendable(ATTEMPT, sql).statements] == ([sql] if sql else [])


def test_a_file_that_is_wholly_wrapped_is_sent_without_the_wrapper_and_recorded_with_it():
    script = read_sendable(ATTEMPT, "-- head\nbegin;\nselect 1;\ncommit;\n-- tail")
    assert [s.text for s in script.statements] == ["select 1"]
    assert script.recorded == ("-- head\nbegin", "select 1", "commit", "-- tail")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select 1;\n\\i other.sql", "psql-command"),
        ("select 1;\n-- x\nCOPY t (a) FROM\n STDIN WITH (format csv)", "copy-from-client"),
        ("select 1;\nselect '\0'", "nul-character"),
    ],
)
def test_what_would_hang_or_confuse_is_not_sent(sql, code):
    with pytest.raises(TargetError) as raised:
        read_sendable(ATTEMPT, sql)
    assert raised.value.code == code
    assert raised.value.nouns["line"] in (2, 3)
