import threading
from collections.abc import Callable, Collection

from orchestrator.domain.errors import Unavailable
from orchestrator.relay.drift import DriftWatch


class Due:
    """The question of the port Outbox that the drift watch asks; ends the watch after so many."""

    def __init__(self, stop: threading.Event, *, rounds: int) -> None:
        self.stop = stop
        self.left = rounds
        self.asked: list[tuple[tuple[str, ...], float]] = []

    def send_looks(
        self, send: Callable[[str], None], *, targets: Collection[str], every_seconds: float
    ) -> tuple[str, ...]:
        self.asked.append((tuple(targets), every_seconds))
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
