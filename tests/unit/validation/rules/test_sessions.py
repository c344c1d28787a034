"""What a file sets, silences, hides, and what its server is too old for."""

import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms


def found(rule: str, *files: str, terms: Terms | None = None) -> list[Finding]:
    texts = [SqlText(path=f"{number}.sql", content=sql.encode()) for number, sql in enumerate(files)]
    return [each for each in review(texts, terms or Terms()) if each.rule == rule]


def test_the_head_of_a_dump_is_noted_once_for_each_file() -> None:
    head = """set statement_timeout = 0; set lock_timeout = 0;
              select pg_catalog.set_config('search_path', '', false);"""
    findings = found("session-setting", head, head + head)
    assert [(each.file, each.severity) for each in findings] == [
        ("0.sql", Severity.NOTE),
        ("1.sql", Severity.NOTE),
    ]


@pytest.mark.parametrize("words", ["'x', true", "'x', 1 = 1"])
def test_only_a_plain_true_makes_set_config_local(words: str) -> None:
    findings = found("session-setting", f"select set_config('search_path', {words})")
    assert bool(findings) is ("1 = 1" in words)


@pytest.mark.parametrize("value", ["replica", "'replica'", "REPLICA"])
def test_a_session_that_says_it_is_a_replica_is_an_error(value: str) -> None:
    (finding,) = found("replication-role", f"set local session_replication_role = {value}")
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(("major", "count"), [(None, 0), (15, 2), (17, 1), (18, 0)])
def test_only_a_server_that_is_known_to_be_too_old_is_told(major: int | None, count: int) -> None:
    sql = "select uuidv7(), to_bin(7)"
    assert len(found("newer-than-server", sql, terms=Terms(server_major=major))) == count


def test_a_function_of_ones_own_is_not_the_servers() -> None:
    terms = Terms(server_major=15)
    own = "create function public.uuidv7() returns uuid language sql as 'select gen_random_uuid()';"
    assert found("newer-than-server", own + "select uuidv7(), public.uuidv7()", terms=terms) == []
    assert len(found("newer-than-server", own + "select pg_catalog.uuidv7()", terms=terms)) == 1


def test_a_block_may_ask_for_the_version_first() -> None:
    sql = "do $$ begin alter table t add column a int generated always as (1) virtual; end $$"
    (finding,) = found("newer-than-server", sql, terms=Terms(server_major=15))
    assert finding.severity is Severity.WARNING


def test_a_file_that_sets_the_search_path_has_decided_for_itself() -> None:
    assert found("unqualified-name", "set local search_path = app; create table t (id int)") == []
    (finding,) = found("unqualified-name", "create table t (id int); create view v as select 1")
    assert finding.message == "t and 1 other stand without a schema in this file"


def test_squawks_words_in_a_string_silence_nothing_and_are_no_comment() -> None:
    assert found("squawk-silenced", "select '-- squawk-ignore x'") == []
    (finding,) = found("squawk-silenced", "select 1; -- squawk-ignore-file")
    assert finding.message == "The comment squawk-ignore-file has no effect"


ADDS = "alter type public.mood add value 'ok';"
TYPE = "create type public.mood as enum ('sad');"
USES = "create table public.people (id int primary key, mood public.mood default 'ok')"


@pytest.mark.parametrize(
    ("major", "severities"), [(None, [Severity.WARNING]), (15, [Severity.ERROR]), (17, [])]
)
def test_a_value_of_a_type_that_the_file_makes_depends_on_the_version(
    major: int | None, severities: list[Severity]
) -> None:
    findings = found("enum-value-used-at-once", TYPE + ADDS + USES, terms=Terms(server_major=major))
    assert [each.severity for each in findings] == severities


def test_the_next_file_may_use_a_value() -> None:
    assert found("enum-value-used-at-once", TYPE, ADDS, USES) == []
    assert len(found("enum-value-used-at-once", TYPE, ADDS + USES)) == 1


def test_a_value_that_a_block_adds_may_have_been_there() -> None:
    adds = f"do $$ begin {ADDS} exception when duplicate_object then null; end $$;"
    (finding,) = found("enum-value-used-at-once", TYPE, adds + USES)
    assert finding.severity is Severity.WARNING


def test_a_value_that_is_there_already_may_be_used() -> None:
    adds = "alter type public.mood add value if not exists 'sad';"
    assert found("enum-value-used-at-once", TYPE, adds + USES.replace("ok", "sad")) == []


def test_a_value_with_a_quote_in_it_is_found() -> None:
    sql = "alter type public.mood add value 'so''so';" + USES.replace("'ok'", "'so''so'")
    assert len(found("enum-value-used-at-once", TYPE, sql)) == 1
