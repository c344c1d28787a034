import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestrator.validation.type_change import is_free_in_utc, rewrites

#: what is measured on a real server stands in tests/integration/validation/test_locks_are_real.py
BASES = st.sampled_from(
    ["character varying", "bit varying", "numeric", "interval", "integer", "text", "public.mood", 'app."a(b"']
)
LENGTHS = st.integers(min_value=1, max_value=60)


@given(old=st.text(), new=st.text())
@example(old="", new="(¹")
@example(old="varchar(--1)", new="varchar(" + "9" * 5000 + ")")
def test_no_text_makes_it_raise(old: str, new: str) -> None:
    assert rewrites(old, new) in {True, False}
    assert is_free_in_utc(old, new) in {True, False}


@given(st.text() | BASES)
def test_the_same_type_writes_nothing(written: str) -> None:
    assert not rewrites(written, written)


@given(kind=st.sampled_from(["character varying", "bit varying"]), shorter=LENGTHS, more=LENGTHS)
def test_a_longer_length_writes_nothing_and_a_shorter_one_everything(
    kind: str, shorter: int, more: int
) -> None:
    assert not rewrites(f"{kind}({shorter})", f"{kind}({shorter + more})")
    assert rewrites(f"{kind}({shorter + more})", f"{kind}({shorter})")


@given(precision=LENGTHS, scale=st.integers(min_value=-5, max_value=30), more=st.integers(0, 60))
def test_numbers_with_more_digits_and_the_same_scale_stay_as_they_are(
    precision: int, scale: int, more: int
) -> None:
    old = f"numeric({precision},{scale})"
    assert not rewrites(old, f"numeric({precision + more},{scale})")
    assert rewrites(old, f"numeric({precision + more},{scale + 1})")


@pytest.mark.parametrize(
    ("old", "new"),
    [("public.mood", "text"), ("text", "public.email"), ("text[]", "character varying[]"), ("", "text")],
)
def test_what_is_not_known_to_stay_is_said_to_be_written(old: str, new: str) -> None:
    assert rewrites(old, new)


def test_numeric_without_a_scale_has_the_scale_0() -> None:
    assert not rewrites("numeric(10,0)", "numeric(12)")


def test_only_instants_depend_on_the_time_zone() -> None:
    with_zone, without = "timestamp with time zone", "timestamp without time zone"
    assert is_free_in_utc(with_zone, without)
    assert is_free_in_utc("timestamp(3) without time zone", with_zone)
    assert not is_free_in_utc(without, "timestamp(3) with time zone")
    assert not is_free_in_utc("date", without)
