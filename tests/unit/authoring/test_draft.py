import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.authoring.draft import draft
from orchestrator.authoring.template import NAMES, named
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.rollback_files import stem_without_suffix
from orchestrator.domain.shape import Function, Name, Shape
from orchestrator.validation.sql_text import SqlText

GIVEN = {"table": "orders", "column": "note", "left": "products", "right": "tags", "bucket": "documents"}
KEEPS = Name("private", "set_updated_at")


def write(name, description="do something", given=None, earlier=None):
    template = named(name)
    wanted = given if given is not None else {key: GIVEN[key] for key in template.needs}
    return draft(
        description,
        template,
        wanted,
        version="20261122120000",
        today=date(2026, 11, 22),
        earlier=earlier or Shape(),
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_file_of_a_template_parses_and_is_filled_in(name):
    for path, text in write(name).files.items():
        file = SqlText(path=path, content=text.encode())
        assert file.parts
        assert [part.parsed.fault for part in file.parts if part.parsed.fault] == []
        assert re.findall(r"\[\[|\[%|\]\]|%\]|Undefined", text) == []
        assert text.endswith("\n")
        assert "\n\n\n" not in text


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_is_left_to_do(name):
    written = write(name)
    assert "-- Migration: do something\n-- Created: 2026-11-22\n-- Purpose: TODO" in written.migration


def test_the_rollback_bears_the_migration_s_name_and_the_test_has_no_version():
    written = write("table", "create orders table")
    assert [*written.files] == [
        "migrations/20261122120000_create_orders_table.sql",
        "rollbacks/20261122120000_create_orders_table.sql",
        "tests/create_orders_table_test.sql",
    ]
    assert stem_without_suffix(written.file_name) == "20261122120000_create_orders_table"


@pytest.mark.parametrize("name", [name for name in NAMES if named(name).needs])
def test_a_value_that_nobody_names_is_asked_for_with_its_option(name):
    with pytest.raises(ConfigurationError) as refused:
        write(name, given={})
    assert refused.value.code == "template-value"
    assert re.search(r"--(table|column|links|bucket) \S", refused.value.remedy)


def test_the_schema_public_goes_without_saying():
    assert write("table", given={"table": "public.orders"}).values == {"table": "orders"}


def test_another_schema_is_refused_with_where_templates_write():
    with pytest.raises(ConfigurationError) as refused:
        write("table", given={"table": "billing.orders"})
    assert refused.value.message == '"billing.orders" names a schema: templates write into public'


def test_a_name_that_begins_with_a_digit_is_told_what_names_begin_with():
    with pytest.raises(ConfigurationError, match="begins with a small letter"):
        write("table", "create 2fa codes table", {})


def test_a_table_is_not_linked_with_itself():
    with pytest.raises(ConfigurationError) as refused:
        write("junction", given={"left": "people", "right": "people"})
    assert refused.value.code == "template-value"


@pytest.mark.parametrize("table", ["select", "Orders", "", "x" * 64, "o; drop table users", "a\nb"])
def test_a_value_that_is_no_plain_name_is_refused(table):
    with pytest.raises(ConfigurationError) as refused:
        write("table", given={"table": table})
    assert refused.value.code == "template-value"
    assert "--table" in refused.value.remedy


def test_an_option_goes_before_the_description():
    written = write("table", "create orders table", {"table": "purchases"})
    assert written.values == {"table": "purchases"}
    assert "create table public.purchases" in written.migration


@pytest.mark.parametrize("name", NAMES)
@given(description=st.text(min_size=1).map(lambda text: "x " + text))
def test_no_description_gets_out_of_its_comment(name, description):
    plain, odd = write(name), write(name, description, {key: GIVEN[key] for key in named(name).needs})
    for one, other in zip(plain.files.values(), odd.files.values(), strict=True):
        assert len(one.split("\n")) == len(other.split("\n"))
        other.encode()


@pytest.mark.parametrize("name", ["table", "junction", "updated-at"])
def test_a_function_that_keeps_updated_at_is_made_only_where_none_is_there(name):
    fresh = write(name)
    assert "create function public.set_updated_at()" in fresh.migration
    assert "drop function if exists public.set_updated_at()" in fresh.rollback
    function = Function(name=KEEPS, returns="trigger")
    later = write(name, earlier=Shape(functions={KEEPS: (function,)}))
    assert "execute function private.set_updated_at()" in later.migration
    assert "create function" not in later.migration
    assert "drop function" not in later.rollback


@pytest.mark.parametrize(
    "function",
    [
        Function(name=KEEPS, returns="void"),
        Function(name=KEEPS, returns="trigger", arguments=("text",)),
        Function(name=Name("private", "touch"), returns="trigger"),
    ],
)
def test_another_function_is_not_taken_for_it(function):
    written = write("table", earlier=Shape(functions={function.name: (function,)}))
    assert "create function public.set_updated_at()" in written.migration


@pytest.mark.parametrize(
    ("name", "function"), [("admin-access", "is_admin"), ("partner-access", "own_partner_ids")]
)
def test_the_private_schema_and_its_function_are_made_only_where_they_are_not_there(name, function):
    fresh = write(name)
    assert "create schema private" in fresh.migration
    assert fresh.rollback.endswith(
        f"drop function if exists private.{function}();\ndrop schema if exists private;\n"
    )
    schema = frozenset({"private"})
    half = write(name, earlier=Shape(schemas=schema))
    assert "create schema" not in half.migration
    assert "drop schema" not in half.rollback
    assert f"create function private.{function}()" in half.migration
    there = Name("private", function)
    later = write(name, earlier=Shape(schemas=schema, functions={there: (Function(name=there),)}))
    assert "create function" not in later.migration
    assert "drop function" not in later.rollback


def test_a_junction_is_called_after_both_tables_or_as_one_likes():
    assert "create table public.products_tags" in write("junction").migration
    given = {"left": "products", "right": "tags", "table": "labels"}
    assert "create table public.labels" in write("junction", given=given).migration
