import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.domain.conversion import is_lossless

#: what values become on a real server stands in tests/integration/catalog/test_lossless_conversions.py


@given(old=st.text(), new=st.text())
@example(old="numeric(10,2)", new="numeric(10,2,3)")
@example(old="[]" * 5000, new="text" + "[]" * 5000)
@example(old="numeric(--1)", new="numeric(" + "9" * 5000 + ")")
def test_no_text_makes_it_raise(old: str, new: str) -> None:
    assert is_lossless(old, new) in {True, False}
    assert is_lossless(old, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text", "app.anything"),
        ("app.anything", "text"),
        ("integer", "integer[]"),
        ("text", "character varying(5)"),
        ("bigint", "real"),
    ],
)
def test_what_is_not_known_may_lose(old: str, new: str) -> None:
    assert not is_lossless(old, new)
