from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.web import words

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "just now"),
        (4.9, "just now"),
        (5, "5 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min ago"),
        (7199, "1 h ago"),
        (86_400, "1 d ago"),
    ],
)
def test_how_long_ago(seconds: float, said: str) -> None:
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(-1, "0 ms"), (0.0124, "12 ms"), (1.26, "1.3 s"), (75, "1 min 15 s")]
)
def test_how_long_something_took(seconds: float, said: str) -> None:
    assert words.took(seconds) == said
