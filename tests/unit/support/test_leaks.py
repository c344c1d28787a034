"""The search for secrets sees them in every form that a text could carry."""

from base64 import b64encode
from json import dumps
from urllib.parse import quote

import pytest

from tests.support.leaks import forms_of

SECRET = 'p@ss/wörd+of a "user"'  # fmt: skip


@pytest.mark.parametrize("before", ["", "x", "xy", "user:", "Basic user:"])
def test_a_secret_is_seen_in_base64_wherever_it_begins(before: str) -> None:
    text = b64encode(f"{before}{SECRET} and more".encode()).decode()
    assert any(form in text for form in forms_of(SECRET))


@pytest.mark.parametrize(
    "text", [SECRET, SECRET.encode().hex(), quote(SECRET, safe=""), dumps({"a": SECRET})]
)
def test_a_secret_is_seen_in_hex_in_an_address_and_in_json(text: str) -> None:
    assert any(form in text for form in forms_of(SECRET))


def test_a_short_secret_has_no_piece_that_could_stand_anywhere() -> None:
    assert all(len(form) >= len("abc") for form in forms_of("abc"))
