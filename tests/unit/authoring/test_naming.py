import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.authoring.naming import (
    LONGEST,
    called,
    is_bucket,
    is_column,
    is_table,
    one_line,
    singular,
    slug_of,
    words_of,
)
from orchestrator.domain.errors import ConfigurationError

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,62}", fullmatch=True)


@pytest.mark.parametrize(
    ("description", "slug"),
    [
        ("create customer invoices table", "create_customer_invoices_table"),
        ("  Create   Customer-Invoices / table! ", "create_customer_invoices_table"),
        ("add phone_verified to customers", "add_phone_verified_to_customers"),
        ("Kundenaufträge für Straßen", "kundenauftrage_fur_strassen"),
        ("créer la table des factures", "creer_la_table_des_factures"),
        ("łódź, Ærø, Þór, İstanbul, ﬁx", "lodz_aero_thor_istanbul_fix"),
        ("the customer's notes", "the_customers_notes"),
        ("2fa", "2fa"),
        ("счета invoices", "invoices"),
        ("../../etc/passwd", "etc_passwd"),
        ("a\nb\x00c\udcff", "a_b_c"),
    ],
)
def test_a_description_becomes_a_file_s_name(description, slug):
    assert slug_of(description) == slug


@pytest.mark.parametrize("description", ["", "   ", "!?", "…", "счета", "\n", "'"])
def test_a_description_without_a_word_is_refused_with_an_example(description):
    with pytest.raises(ConfigurationError) as refused:
        slug_of(description)
    assert refused.value.code == "description"
    assert "bascule new" in refused.value.remedy


def test_a_long_description_is_cut_at_a_word():
    slug = slug_of("add " + "very " * 20 + "long")
    assert slug == "add" + "_very" * 11


def test_one_word_that_is_too_long_is_cut_anyway():
    assert slug_of("x" * 100) == "x" * LONGEST


@given(st.text())
def test_every_name_is_short_and_plain(description):
    if words_of(description):
        slug = slug_of(description)
        assert 0 < len(slug) <= LONGEST
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
        assert slug.strip("_") == slug


@given(st.text())
def test_a_comment_is_one_line_that_can_be_written(description):
    line = one_line(description)
    assert len(line.splitlines()) <= 1
    line.encode()


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_a_joined_name_is_one_that_postgresql_keeps_whole(parts):
    name = called(*parts)
    assert len(name) <= 63
    if len("_".join(parts)) <= 63:
        assert name == "_".join(parts)


def test_policies_of_a_table_with_a_long_name_differ():
    table = "t" * 63
    assert len({called(table, f"{command}_own") for command in ("select", "insert", "update", "delete")}) == 4


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("products", "product"),
        ("categories", "category"),
        ("boxes", "box"),
        ("addresses", "address"),
        ("status", "status"),
        ("access", "access"),
        ("ties", "tie"),
        ("staff", "staff"),
        ("order_items", "order_item"),
    ],
)
def test_the_word_for_one_of_them(many, one):
    assert singular(many) == one


@pytest.mark.parametrize(
    "name", ["Invoices", "public.invoices", "a-b", "", "1st", "x" * 64, 'a"b', "ä", "a\n"]
)
def test_what_would_need_quotes_is_no_name(name):
    assert not is_table(name)
    assert not is_column(name)


def test_neither_a_table_nor_a_column_is_called_by_a_word_that_sql_keeps_for_itself():
    for name in ("order", "select", "user"):
        assert not is_table(name)
        assert not is_column(name)
    assert is_table("orders")
    assert is_column("status")


@pytest.mark.parametrize(("name", "fits"), [("a-b2", True), ("a--b", False), ("2a", False), ("a_b", False)])
def test_a_bucket_s_name_has_words_and_hyphens(name, fits):
    assert is_bucket(name) is fits
