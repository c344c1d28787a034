"""That the table is true is held against real servers; here: what it is asked of, and where it points."""

import pytest

from orchestrator.validation.changes import AddColumn, CreateFunction, Feature
from orchestrator.validation.grammar.parser import parse


def features(sql: str) -> list[tuple[str, str]]:
    """Return the words of each and what stands at its place."""
    found = [each for each in parse(sql).changes if isinstance(each, Feature)]
    return [(each.words, sql[each.offset : each.offset + 12]) for each in found]


def test_a_function_is_told_at_its_place_even_in_a_body() -> None:
    assert features("select 'é', uuidv7()") == [("uuidv7()", "uuidv7()")]
    sql = "create function f() returns uuid language sql as $$ select uuidv7() $$"
    assert features(sql) == [("uuidv7()", "uuidv7() $$")]


def test_a_statement_tells_each_thing_once() -> None:
    assert features("select uuidv7(), uuidv7()") == [("uuidv7()", "uuidv7(), uu")]


def test_what_a_body_in_plpgsql_calls_is_looked_up_only_when_it_runs() -> None:
    body = "begin insert into t select {} from s; end"
    sql = "create function f() returns void language plpgsql as $$" + body + "$$"
    assert features(sql.format("uuidv7()")) == []
    assert features(sql.format("json_value(a, '$.x')")) == [
        ("JSON_EXISTS, JSON_QUERY and JSON_VALUE", "json_value(a")
    ]


def test_features_stand_before_the_change_that_they_belong_to() -> None:
    changes = parse("alter table t add column id uuid default uuidv7()").changes
    assert [type(each) for each in changes] == [Feature, AddColumn]


def test_a_body_that_cannot_be_read_has_none() -> None:
    (change,) = parse("create function f() returns trigger language plpgsql as 'begin uuidv7( end'").changes
    assert isinstance(change, CreateFunction)


@pytest.mark.parametrize(
    "sql",
    [
        "select my.uuidv7(), 'uuidv7()' -- json_value(",
        "grant select on t to a",
        "create table t (a int not null, b int generated always as identity)",
        "create policy p on storage.objects using (exists (select 1))",
    ],
)
def test_neighbours_of_the_table_are_left_alone(sql: str) -> None:
    assert features(sql) == []
