import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.authoring.phrases import values_in
from orchestrator.authoring.template import BLANK, NAMES, asked_for, likely, named, templates
from orchestrator.domain.errors import ConfigurationError

FOLDER = files("orchestrator.authoring") / "templates"
PARTS = {"up.sql", "down.sql", "test.sql", "template.toml"}


def test_every_folder_is_a_template_and_every_template_has_a_folder():
    assert {folder.name for folder in FOLDER.iterdir()} == {*NAMES, "shared"}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_its_four_files_and_one_line_about_it(name):
    assert {file.name for file in (FOLDER / name).iterdir()} == PARTS
    told = tomllib.loads((FOLDER / name / "template.toml").read_text())
    assert set(told) <= {"about", "needs", "phrases", "reads", "hints"}
    assert len(told["about"].splitlines()) == 1


@pytest.mark.parametrize("template", templates(), ids=lambda one: one.name)
def test_a_phrase_names_only_what_is_known_and_every_first_one_all_that_is_needed(template):
    known = {"table", "column", "left", "right", "bucket"}
    for phrase in (*template.phrases, *template.reads):
        assert {word[1:-1] for word in phrase.split() if word.startswith("{")} <= known
    if template.name != BLANK:
        assert any(set(template.needs) <= set(template.values(said(phrase))) for phrase in template.phrases)


@pytest.mark.parametrize("template", templates(), ids=lambda one: one.name)
def test_each_phrase_leads_to_its_template(template):
    for phrase in template.phrases:
        assert asked_for(said(phrase)) == template


def said(phrase: str) -> str:
    """Say a phrase: the first word of each choice, values by their own names."""
    return (
        " ".join(
            f"some {word[1:-1]}" if word.startswith("{") else word.split("|")[0] for word in phrase.split()
        )
        .replace("some table", "some rows")
        .replace("some column", "some value")
        .replace("*", "something else")
    )


@pytest.mark.parametrize(
    ("description", "template", "values"),
    [
        ("create customer invoices table", "table", {"table": "customer_invoices"}),
        ("Create a new table for the invoices", "table", {"table": "invoices"}),
        (
            "add column phone_verified to customers",
            "add-column",
            {"column": "phone_verified", "table": "customers"},
        ),
        ("link products to categories", "junction", {"left": "products", "right": "categories"}),
        ("create product categories junction table", "junction", {"table": "product_categories"}),
        (
            "change type of total_amount in orders",
            "type-change",
            {"column": "total_amount", "table": "orders"},
        ),
        ("create status enum for orders", "enum", {"column": "status", "table": "orders"}),
        ("add updated_at trigger to customers", "updated-at", {"table": "customers"}),
        ("add full-text search to name of products", "full-text", {"column": "name", "table": "products"}),
        ("service role access to invoices", "service-access", {"table": "invoices"}),
        ("create customer documents bucket", "storage-bucket", {"bucket": "customer_documents"}),
        ("create storage bucket avatars", "storage-bucket", {"bucket": "avatars"}),
        ("create bucket kyc-documents", "storage-bucket", {"bucket": "kyc_documents"}),
        ("updated_at trigger for customers", "updated-at", {"table": "customers"}),
        ("let admins see customers", "admin-access", {"table": "customers"}),
        ("create public.orders table", "table", {"table": "orders"}),
        (
            "change type of amount in orders to bigint",
            "type-change",
            {"column": "amount", "table": "orders"},
        ),
    ],
)
def test_a_description_asks_for_a_template_and_names_its_values(description, template, values):
    chosen = asked_for(description)
    assert chosen.name == template
    assert chosen.values(description) == values


@pytest.mark.parametrize(
    "description",
    [
        "add index to orders",
        "drop invoices table",
        "create customers and orders tables",
        "create table for orders in public",
        "create invoices view",
        "backfill the phone_verified column of customers",
        "!!",
    ],
)
def test_where_it_is_in_doubt_the_template_is_blank(description):
    assert asked_for(description).name == BLANK


@pytest.mark.parametrize(
    ("description", "template"),
    [
        ("full text search on products name", "full-text"),
        ("create invoices table with customer_id", "table"),
        ("search products by name", "full-text"),
        ("bucket for documents of customers", "storage-bucket"),
    ],
)
def test_where_it_is_in_doubt_the_likely_template_is_known(description, template):
    assert asked_for(description).name == BLANK
    found = likely(description)
    assert found is not None
    assert found.name == template


def test_where_nothing_speaks_for_a_template_none_is_likely():
    assert likely("drop invoices table") is None


def test_a_chosen_template_reads_more_than_asks_for_it():
    description = "add phone_verified to customers"
    assert asked_for(description).name == BLANK
    assert named("add-column").values(description) == {"column": "phone_verified", "table": "customers"}


def test_an_unknown_template_is_refused_with_a_line_for_each_that_is_there():
    with pytest.raises(ConfigurationError) as refused:
        named("tabel")
    assert refused.value.code == "template-unknown"
    for template in templates():
        assert f"{template.name}: {template.about}" in refused.value.message


@given(st.text(max_size=200))
def test_any_description_asks_for_some_template(description):
    assert asked_for(description).name in NAMES


@given(st.lists(st.sampled_from(["a", "table", "to", "create", "x", "of", "and"]), max_size=12))
def test_a_value_never_holds_a_word_that_joins(words):
    values = values_in(" ".join(words), "create {left} to {right}") or {}
    for value in values.values():
        assert not {"to", "of", "and", "table"} & set(value.split("_"))
