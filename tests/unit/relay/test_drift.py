import threading
from collections.abc import Callable, Collection

import pytest

from orchestrator.domain.errors import Unavailable
from orchestrator.relay.drift import DriftWatch


class Due:
    """The question of the port Outbox that the drift watch asks; ends the watch after so many."""

    def __init__(self, stop: threading.Event, *, rounds: int) -> None:
        self.stop = stop
        self.left = rounds
        self.asked: list[tuple[tuple[str, ...], float]] = []
        self.at_once: list[int] = []

    def send_looks(
        self, send: Callable[[str], None], *, targets: Collection[str], every_seconds: float, at_once: int
    ) -> tuple[str, ...]:
        self.asked.append((tuple(targets), every_seconds))
        self.at_once.append(at_once)
        self.left -= 1
        if self.left == 0:
            self.stop.set()
        for target in targets:
            send(target)
        return tuple(targets)


class Broker:
    """The port Queue's `look`; away for the first."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.away = 1

    def look(self, target: str) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("the broker is away")
        self.sent.append(target)


def test_a_broker_that_is_away_is_tried_again_and_the_watch_goes_on() -> None:
    stop, broker = threading.Event(), Broker()
    due = Due(stop, rounds=3)
    DriftWatch(due, broker, ["staging", "production"], every_seconds=0.001).run(stop)  # type: ignore[arg-type]
    assert due.asked == [(("staging", "production"), 0.001)] * 3
    assert broker.sent == ["staging", "production"] * 2


@pytest.mark.parametrize(
    ("targets", "every_seconds", "at_once"), [(20, 3600, 1), (61, 3600, 2), (500, 3600, 9), (20, 30, 20)]
)
def test_looks_are_spread_over_their_time_and_each_target_has_its_turn(
    targets: int, every_seconds: float, at_once: int
) -> None:
    due, broker = Due(threading.Event(), rounds=1), Broker()
    broker.away = 0
    names = [f"t{number}" for number in range(targets)]
    DriftWatch(due, broker, names, every_seconds=every_seconds).round()  # type: ignore[arg-type]
    assert due.at_once == [at_once]
