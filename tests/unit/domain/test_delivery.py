import base64

import pytest

from orchestrator.domain.delivery import (
    LONGEST_RETRY_AFTER_SECONDS,
    PAUSES_SECONDS,
    next_attempt_seconds,
    signing_key,
)


def test_the_first_attempt_is_made_at_once_and_the_second_soon() -> None:
    assert next_attempt_seconds(0) == 0
    assert next_attempt_seconds(1, chance=lambda: 0.0) == 5


def test_pauses_only_ever_grow() -> None:
    pauses = [next_attempt_seconds(attempts, chance=lambda: 0.5) for attempts in range(len(PAUSES_SECONDS))]
    assert pauses == sorted(pauses)


def test_after_the_last_attempt_it_is_given_up() -> None:
    assert next_attempt_seconds(len(PAUSES_SECONDS)) is None
    assert next_attempt_seconds(len(PAUSES_SECONDS), 5.0) is None


def test_a_pause_is_at_most_a_tenth_longer_by_chance() -> None:
    assert next_attempt_seconds(2, chance=lambda: 1.0) == pytest.approx(33)


def test_a_receiver_can_ask_for_a_longer_pause_but_not_for_a_shorter_one() -> None:
    assert next_attempt_seconds(1, 60.0) == 60
    assert next_attempt_seconds(4, 1.0, chance=lambda: 0.0) == 300


def test_no_receiver_makes_us_wait_longer_than_a_day() -> None:
    assert next_attempt_seconds(1, 1e12) == LONGEST_RETRY_AFTER_SECONDS


def test_a_signing_secret_is_whsec_and_base64() -> None:
    key = bytes(range(32))
    assert signing_key("whsec_" + base64.b64encode(key).decode()) == key


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_!!!", "whsec_c2hvcnQ=", "other_" + "A" * 32, "whsec_ü"]
)
def test_anything_else_is_no_signing_secret(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its words are for nobody
        signing_key(secret)
