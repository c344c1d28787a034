import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestrator.domain.errors import DeliveryFailed, Unavailable
from orchestrator.domain.event import Notification
from orchestrator.relay import courier as its_module
from orchestrator.relay.courier import Courier
from tests.support.messages import a_notification


class Shelf:
    """The port Notifications with a list behind it: what is taken is out until it is recorded."""

    def __init__(self, *waiting: Notification) -> None:
        self.waiting = list(waiting)
        self.arrived: list[int] = []
        self.failed: dict[int, DeliveryFailed] = {}
        self.away = 0
        self.limits: list[int] = []

    def due(self, *, limit: int) -> tuple[Notification, ...]:
        if self.away:
            self.away -= 1
            raise Unavailable("the ledger is away")
        self.limits.append(limit)
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return tuple(taken)

    def delivered(self, notification: Notification) -> None:
        self.arrived.append(notification.id)

    def not_delivered(self, notification: Notification, why: DeliveryFailed) -> None:
        self.failed[notification.id] = why


class Spoken:
    """A channel that remembers, or fails as it is told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.told: list[int] = []
        self.failure = failure

    def tell(self, notification: Notification) -> None:
        self.told.append(notification.id)
        if self.failure:
            raise self.failure


class Hanging:
    """A channel that answers nothing until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()

    def tell(self, _notification: Notification) -> None:
        self.entered.set()
        assert self.let_go.wait(10)


@contextmanager
def running(courier: Courier) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=courier.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it look more often than a service need."""
    monkeypatch.setattr(its_module, "POLL_SECONDS", 0.05)


def eventually(condition: object, *, seconds: float = 8.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_what_is_due_is_told_and_recorded() -> None:
    shelf, team = Shelf(a_notification(id=1), a_notification(id=2)), Spoken()
    assert Courier(shelf, {"team": team}).round() == 2
    assert sorted(team.told) == sorted(shelf.arrived) == [1, 2]
    assert shelf.failed == {}


def test_nothing_due_is_no_work() -> None:
    assert Courier(Shelf(), {}).round() == 0


def test_a_failure_is_recorded_as_the_channel_gave_it() -> None:
    why = DeliveryFailed("busy", retry_after_seconds=30)
    shelf = Shelf(a_notification(id=1))
    Courier(shelf, {"team": Spoken(why)}).round()
    assert shelf.failed == {1: why}
    assert shelf.arrived == []


def test_a_channel_that_left_the_settings_ends_its_notifications() -> None:
    shelf = Shelf(a_notification(id=1, channel="gone"))
    Courier(shelf, {}).round()
    assert shelf.failed[1].final
    assert "settings" in shelf.failed[1].reason


def test_a_bug_in_a_channel_loses_nothing_and_shows_nothing() -> None:
    shelf = Shelf(a_notification(id=1))
    Courier(shelf, {"team": Spoken(RuntimeError("https://hooks.slack.com/secret"))}).round()
    assert shelf.failed[1].reason == "the channel failed with RuntimeError"
    assert not shelf.failed[1].final


def test_no_more_is_taken_than_can_be_sent_at_once() -> None:
    shelf = Shelf(*(a_notification(id=number) for number in range(5)))
    courier = Courier(shelf, {"team": Spoken()}, threads=2)
    assert courier.round() == 2
    assert shelf.limits == [2]


def test_a_ledger_that_cannot_record_does_not_end_the_courier() -> None:
    class Forgetful(Shelf):
        def delivered(self, _notification: Notification) -> None:
            raise Unavailable("the ledger is away")

    team = Spoken()
    courier = Courier(Forgetful(a_notification(id=1)), {"team": team})
    assert courier.round() == 1
    assert courier.round() == 0
    assert team.told == [1]


def test_a_round_raises_what_the_ledger_raises() -> None:
    shelf = Shelf()
    shelf.away = 1
    with pytest.raises(Unavailable):
        Courier(shelf, {}).round()


@pytest.mark.usefixtures("often")
def test_a_channel_that_hangs_delays_no_other() -> None:
    shelf, hanging, team = Shelf(a_notification(id=1, channel="hanging")), Hanging(), Spoken()
    with running(Courier(shelf, {"hanging": hanging, "team": team}, threads=2)):
        assert hanging.entered.wait(5)
        shelf.waiting = [a_notification(id=2), a_notification(id=3)]
        eventually(lambda: sorted(shelf.arrived) == [2, 3])
        hanging.let_go.set()
        eventually(lambda: sorted(shelf.arrived) == [1, 2, 3])


@pytest.mark.usefixtures("often")
def test_it_goes_on_when_the_ledger_comes_back() -> None:
    shelf, team = Shelf(a_notification(id=1)), Spoken()
    shelf.away = 1
    with running(Courier(shelf, {"team": team})):
        eventually(lambda: shelf.arrived == [1])


def test_a_full_shelf_is_emptied_without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(its_module, "POLL_SECONDS", 0.1)
    shelf, team = Shelf(*(a_notification(id=number) for number in range(20))), Spoken()
    begun = time.monotonic()
    with running(Courier(shelf, {"team": team}, threads=4)):
        eventually(lambda: len(shelf.arrived) == 20)
    assert time.monotonic() - begun < 20 * 0.1, "it paused after each"


@pytest.mark.usefixtures("often")
def test_stopping_waits_for_what_is_out() -> None:
    shelf, hanging = Shelf(a_notification(id=1, channel="hanging")), Hanging()
    with running(Courier(shelf, {"hanging": hanging})) as stop:
        assert hanging.entered.wait(5)
        stop.set()
        hanging.let_go.set()
    assert shelf.arrived == [1]
