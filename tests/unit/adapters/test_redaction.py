import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.redaction import MASK, Redactor


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgres://u:hunter2@h:5432/d", "postgres://***@h:5432/d"),
        ("https://ghp_token@github.com/a.git", "https://***@github.com/a.git"),
        ("host=h password=hunter2 dbname=d", "host=h password=*** dbname=d"),
        ("host=h password='hun ter2' dbname=d", "host=h password=*** dbname=d"),
        ('{"password": "hunter2", "x": 1}', '{"password": ***, "x": 1}'),
        ("PGPASSWORD=hunter2 psql", "PGPASSWORD=*** psql"),
        ("POST https://hooks.slack.com/services/T0/B0/xyz failed", "POST https://hooks.slack.com/*** failed"),
        ("password authentication failed", "password authentication failed"),
        ("see https://example.com/a?b=c", "see https://example.com/a?b=c"),
    ],
)
def test_what_looks_like_a_secret_is_masked_and_nothing_else(text: str, masked: str) -> None:
    assert Redactor().text(text) == masked


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    redactor = Redactor(["correct horse"])
    event = redactor(
        None,
        "info",
        {"event": "a correct horse", "nested": {"list": ["correct horse", 1]}, "n": 3, "none": None},
    )
    assert event == {"event": f"a {MASK}", "nested": {"list": [MASK, 1]}, "n": 3, "none": None}


def test_the_password_of_a_known_url_is_masked_alone_and_in_both_spellings() -> None:
    redactor = Redactor(["postgres://u:p%40ssword@h/d"])
    assert redactor.text("p%40ssword and p@ssword") == f"{MASK} and {MASK}"


def test_a_key_that_names_a_secret_shows_no_value() -> None:
    event = Redactor()(None, "info", {"admin_token": "x", "Authorization": "Bearer y", "token": None})
    assert event == {"admin_token": MASK, "Authorization": MASK, "token": None}


def test_an_object_is_masked_in_its_words() -> None:
    error = ValueError("password=hunter2")
    assert Redactor()(None, "info", {"error": error}) == {"error": "password=***"}


def test_a_value_too_short_to_be_a_secret_shreds_no_text() -> None:
    assert Redactor(["a", ""]).text("a banana") == "a banana"


@given(st.text(min_size=4, max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_known_secret_survives(secret: str, before: str, after: str) -> None:
    masked = Redactor([secret]).text(before + secret + after)
    assert secret not in masked or secret in MASK * 3
