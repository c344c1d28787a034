"""A dump of pg_dump, from the file to what is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.postgres.target.failure import Attempt
from orchestrator.adapters.postgres.target.sendable import read_sendable
from orchestrator.domain.errors import TargetError
from orchestrator.domain.finding import Severity
from orchestrator.domain.migration import SqlFile
from orchestrator.validation.script import read_script
from orchestrator.validation.split import split_statements
from tests.support.checking import check_file

ATTEMPT = Attempt(target="staging", version="1", file=SqlFile(path="m/1_x.sql", sha256="x"))
DUMP = r"""--
-- PostgreSQL database dump
--

\restrict dLkQVAEJ2gkXQz

-- Dumped from database version 17.6

SET client_encoding = 'UTF8';
create table public.orders (id int);

--
-- PostgreSQL database dump complete
--

\unrestrict dLkQVAEJ2gkXQz

"""


def test_a_dump_is_sent_without_the_lines_that_pg_dump_writes_around_it() -> None:
    sent = [statement.text.strip() for statement in read_sendable(ATTEMPT, DUMP).statements]
    assert [text.splitlines()[-1] for text in sent] == [
        "SET client_encoding = 'UTF8'",
        "create table public.orders (id int)",
    ]
    assert "restrict" not in "".join(sent)


def test_a_dump_is_recorded_as_it_stands() -> None:
    assert read_script(DUMP).recorded == tuple(each.text for each in split_statements(DUMP))
    assert "\\restrict dLkQVAEJ2gkXQz" in read_script(DUMP).recorded[0]


def test_every_other_character_keeps_its_place() -> None:
    (sent, _) = read_script(DUMP).statements
    (recorded, *_) = split_statements(DUMP)
    assert (sent.offset, sent.line, len(sent.text)) == (recorded.offset, recorded.line, len(recorded.text))
    assert sent.text.index("SET") == recorded.text.index("SET")


def test_a_dump_that_is_wrapped_is_unwrapped_too() -> None:
    script = read_script("\\restrict a1\nbegin;\nselect 1;\ncommit;\n\\unrestrict a1\n")
    assert [statement.text for statement in script.statements] == ["select 1"]


def test_a_dump_is_accepted_and_its_lines_are_noted() -> None:
    findings = [f for f in check_file("m/1_x.sql", DUMP.encode()) if f.rule == "psql-command"]
    assert [(f.severity, f.line, f.column) for f in findings] == [
        (Severity.NOTE, 5, 1),
        (Severity.NOTE, 16, 1),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "\\restrict\nselect 1",
        "\\restrict a b\nselect 1",
        "\\restrict a'\nselect 1",
        "\\restricted a\nselect 1",
        "select 1\n\\restrict a\n",
        "\\restrict a\n\\connect other\nselect 1",
    ],
)
def test_any_other_command_is_refused_and_not_sent(sql: str) -> None:
    severities = {f.severity for f in check_file("m/1_x.sql", sql.encode()) if f.rule == "psql-command"}
    assert Severity.ERROR in severities
    if not sql.startswith("select"):
        with pytest.raises(TargetError):
            read_sendable(ATTEMPT, sql)


@given(st.lists(st.sampled_from(["\\restrict a1\n", "\\unrestrict a1\n", "-- x\n", "select 1;", "\n", " "])))
def test_nothing_but_the_lines_is_taken_off(pieces: list[str]) -> None:
    sent = read_script("".join(pieces)).statements
    assert len(sent) == pieces.count("select 1;") or any("\\" in statement.text for statement in sent)
    for statement in sent:
        assert statement.text.endswith("select 1") or "\\" in statement.text
