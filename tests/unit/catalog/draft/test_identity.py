"""Identities are split where the server would, and values are written so that they mean the same again."""

import pytest

from orchestrator.catalog.draft.identity import (
    in_this_database,
    literal,
    literals,
    options,
    quoted,
    settings,
    split,
    within,
)


@pytest.mark.parametrize(
    ("identity", "place", "own"),
    [
        ("public.orders.price", "public.orders", "price"),
        ('public."a.b"."c""d.e"', 'public."a.b"', '"c""d.e"'),
        ('"Odd Schema."."Table.1"."Id"', '"Odd Schema."."Table.1"', '"Id"'),
        ("feed", "", "feed"),
    ],
)
def test_a_name_is_split_from_what_it_is_in(identity: str, place: str, own: str) -> None:
    assert within(identity) == (place, own)


def test_arguments_are_no_separators() -> None:
    assert split('app.f(public.pair,"x.y")', ".") == ("app", 'f(public.pair,"x.y")')
    assert split('"a/b"/public.orders', "/") == ('"a/b"', "public.orders")
    assert split('"x on y" on public.orders', " on ") == ('"x on y"', "public.orders")


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
