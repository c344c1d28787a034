from orchestrator.domain.errors import PushRejected
from orchestrator.web.rate import Rates


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(rates: Rates, repository: str = "app") -> int:
    """Take as many as there are."""
    for count in range(10_000):
        try:
            rates.take(repository)
        except PushRejected:
            return count
    raise AssertionError("there is no end")


def test_a_minutes_worth_may_come_at_once_and_then_one_at_its_time() -> None:
    clock = Clock()
    rates = Rates(per_minute={"app": 60}, clock=clock)
    assert taken(rates) == 60
    clock.now += 0.5
    assert taken(rates) == 0
    clock.now += 0.6
    assert taken(rates) == 1
    clock.now += 10
    assert taken(rates) == 10


def test_a_quiet_hour_saves_up_no_more_than_a_minutes_worth() -> None:
    clock = Clock()
    rates = Rates(per_minute={"app": 60}, clock=clock)
    assert taken(rates) == 60
    clock.now += 3600
    assert taken(rates) == 60


def test_each_repository_has_its_own_and_one_without_a_limit_has_none() -> None:
    rates = Rates(per_minute={"app": 2, "other": 3}, clock=Clock())
    assert (taken(rates), taken(rates, "other")) == (2, 3)
    for _ in range(1000):
        rates.take("free")
