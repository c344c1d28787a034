"""Texts for regular expressions, however deep their repeats lie in one another."""

import re
import time

import pytest

from orchestrator.probes.seeding.patterns import is_too_hard, matching

#: no pattern may take longer
_LONGEST_SECONDS = 0.5


@pytest.mark.parametrize(
    "pattern",
    ["^([a-z]+[0-9]*)+$", "^(([a-z]+)*,?)*$", "^((([a-z]+)+)+)+$", "^[a-z]{150}$", "^([ab]{2,90}c)+$"],
)
def test_repeats_inside_repeats_give_texts_soon(pattern: str) -> None:
    began = time.process_time()
    texts = list(matching(f"(a ~ '{pattern}'::text)", 3))
    assert time.process_time() - began < _LONGEST_SECONDS
    assert texts
    assert all(re.search(pattern, text) for text in texts)


@pytest.mark.parametrize("pattern", ["^(([a-z]{99}){99}){99}$", "^((((a*)*)*){2000}){2000}$"])
def test_a_pattern_whose_texts_are_all_too_long_gives_none(pattern: str) -> None:
    began = time.process_time()
    assert not list(matching(f"(a ~ '{pattern}'::text)", 3))
    assert time.process_time() - began < _LONGEST_SECONDS


def test_a_pattern_that_no_text_can_be_made_for_in_time_is_known() -> None:
    assert is_too_hard("(a ~ '^(([a-z]{99}){99}){99}$'::text)")
    assert is_too_hard(f"(a ~ '^{'[a-z]' * 200}$'::text)")
    assert not is_too_hard("((a ~ '^[a-z]+$'::text) OR (a ~ '^$'::text))")
