"""What is said to be needed, or used too soon, is refused by PostgreSQL; what is not said is not."""

from pathlib import Path

import psycopg
import pytest

from orchestrator.domain.finding import Severity
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

EXAMPLES = Path(__file__).parents[2] / "rules"
#: by rule, what PostgreSQL answers
SQLSTATES = {"enum-value-used-at-once": "55P04", "drop-in-use": "2BP01", "truncate": "0A000"}
#: what the examples take for granted
PRELUDE = """
create table public.lines (id int primary key);
create table public.unknown (kind text);
insert into public.lines values (1);
"""
TRUNCATES = "truncate public.files; truncate public.lines, public.files; truncate public.lines"


def example(rule: str, name: str) -> SqlText:
    return SqlText(path=name, content=(EXAMPLES / rule / name).read_bytes())


def lines_refused(connection: psycopg.Connection, file: SqlText) -> dict[int, str | None]:
    """Run all statements in one transaction, each under a savepoint; return SQLSTATEs by line."""
    refused = {}
    connection.execute("begin")
    for part in file.parts:
        try:
            with connection.transaction():
                connection.execute(part.text.encode())
        except psycopg.Error as error:
            refused[file.place(part.offset)[0]] = error.sqlstate
    return refused


def lines_reported(rule: str, file: SqlText) -> set[int]:
    """Return where the errors of the rule are."""
    findings = review([file], Terms(), earlier=[example(rule, "before.sql")])
    return {each.line or 0 for each in findings if each.rule == rule and each.severity is Severity.ERROR}


@pytest.fixture
def connection(target_database):
    with psycopg.connect(target_database.url, connect_timeout=10) as connection:
        connection.execute("set statement_timeout = '10s'")
        yield connection


@pytest.mark.parametrize("name", ["good.sql", "bad.sql"])
@pytest.mark.parametrize("rule", ["enum-value-used-at-once", "drop-in-use"])
def test_the_errors_of_a_rule_are_exactly_what_the_server_refuses(connection, rule, name):
    if rule == "enum-value-used-at-once":
        connection.execute(PRELUDE)
    connection.execute(example(rule, "before.sql").content)
    connection.commit()
    refused = lines_refused(connection, example(rule, name))
    reported = lines_reported(rule, example(rule, name))
    refused.pop(11, None)  # a block, in the example for enumerations: it is never called certain
    assert refused == dict.fromkeys(reported, SQLSTATES[rule])
    assert bool(reported) is (name == "bad.sql")


def test_a_table_that_others_refer_to_cannot_be_emptied_alone(connection):
    connection.execute(example("truncate", "before.sql").content)
    connection.commit()
    file = SqlText(path="bad.sql", content=TRUNCATES.replace("; ", ";\n").encode())
    assert lines_refused(connection, file) == {1: SQLSTATES["truncate"]}
    assert lines_reported("truncate", file) == {1}


def test_a_new_type_may_use_its_added_value_from_the_version_on_that_the_rule_says(connection):
    statements = (
        "create type public.mood as enum ('sad')",
        "alter type public.mood add value 'ok'",
        "create table public.people (id int primary key, mood public.mood default 'ok')",
    )
    terms = Terms(server_major=connection.info.server_version // 10_000)
    findings = review([SqlText(path="a.sql", content=";".join(statements).encode())], terms)
    try:
        for statement in statements:
            connection.execute(statement)
    except psycopg.errors.UnsafeNewEnumValueUsage:
        refused = True
    else:
        refused = False
    assert any(each.rule == "enum-value-used-at-once" for each in findings) is refused
