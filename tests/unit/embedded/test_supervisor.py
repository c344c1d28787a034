import pytest

from orchestrator.embedded.supervisor import Process, _Kept, _Service


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> _Kept:
    monkeypatch.setattr("orchestrator.embedded.supervisor.time.monotonic", lambda: 1000.0)
    return _Kept(_Service(Process(name="relay", argv=["/bin/true"])))


def pauses(kept: _Kept, *lives: float) -> list[float]:
    taken = []
    for lived in lives:
        kept.pause(lived)
        taken.append(kept.due - 1000.0)
    return taken


def test_early_deaths_are_followed_by_ever_longer_pauses_up_to_half_a_minute(kept: _Kept) -> None:
    assert pauses(kept, *[0.1] * 9) == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_long_life_makes_up_for_early_deaths(kept: _Kept) -> None:
    assert pauses(kept, 0.1, 0.1, 61, 0.1) == [0.5, 1, 0.5, 1]


def test_secrets_do_not_show_when_a_process_is_printed() -> None:
    assert "hidden" not in repr(Process(name="web", argv=["/bin/true"], env={"SECRET": "hidden"}))
