"""Lists in facts are read, and values are written so that they mean the same again."""

import pytest

from orchestrator.catalog.draft.identity import in_this_database, literal, literals, options, quoted, settings


@pytest.mark.parametrize(
    ("value", "written"),
    [("plain", "'plain'"), ("it's", "'it''s'"), ("a\\'b", "E'a\\\\''b'"), ("", "''")],
)
def test_a_literal_means_the_same_in_every_session(value: str, written: str) -> None:
    assert literal(value) == written


def test_labels_with_commas_and_quotes_stay_whole() -> None:
    assert literals("'a, b', 'it''s', E'back\\\\slash'") == ["'a, b'", "'it''s'", "E'back\\\\slash'"]


def test_options_of_foreign_things_are_read() -> None:
    assert options("""host 'a, b', "Odd" 'it''s'""") == {"host": "'a, b'", '"Odd"': "'it''s'"}


def test_storage_parameters_are_written_as_literals() -> None:
    assert settings("fillfactor=70, toast.autovacuum_enabled=off") == (
        "fillfactor = '70', toast.autovacuum_enabled = 'off'"
    )


def test_dollars_in_a_body_do_not_end_it() -> None:
    text = quoted("select $$x$$")
    tag = text.splitlines()[0]
    assert text.count(tag) == 2
    assert "$$x$$" in text


def test_the_name_of_the_database_is_asked_when_the_statement_runs() -> None:
    assert "current_database()" in in_this_database("alter database %I reset work_mem")
