"""The control database goes away and comes back, and nobody has to be started again."""

import time
from collections.abc import Iterator

import pytest

from orchestrator.adapters.postgres.ledger.schema import upgrade
from orchestrator.domain.errors import Unavailable
from tests.integration.adapters.postgres.ledger.conftest import Ledger
from tests.support.delay_proxy import DelayProxy, delay_proxy


@pytest.fixture
def far(empty_database) -> Iterator[tuple[Ledger, DelayProxy]]:
    """A ledger behind a line that can be cut."""
    with delay_proxy(empty_database.url) as proxy:
        it = Ledger(proxy.url(empty_database.url))
        upgrade(it.control)
        yield it, proxy
        it.close()


def test_a_push_is_stored_at_once_although_the_servers_restart_broke_the_open_connections(far):
    ledger, proxy = far
    ledger.push("a" * 40)
    proxy.cut()
    time.sleep(0.1)
    assert ledger.push("b" * 40)


def test_after_a_longer_absence_pushes_are_stored_again_within_a_second_or_two(far):
    ledger, proxy = far
    ledger.push("a" * 40)
    proxy.closed = True
    proxy.cut()
    until = time.monotonic() + 4
    while time.monotonic() < until:
        with pytest.raises(Unavailable):
            ledger.push("b" * 40)
    proxy.closed = False
    began = time.monotonic()
    assert ledger.push("b" * 40)
    assert time.monotonic() - began < 2


def test_the_relay_says_that_the_ledger_is_away_and_goes_on_when_it_is_back(far):
    ledger, proxy = far
    ledger.outbox.wait(0.01)
    proxy.cut()
    time.sleep(0.1)
    with pytest.raises(Unavailable):
        ledger.outbox.wait(0.5)
    ledger.outbox.close()
    ledger.outbox.wait(0.01)
    proxy.cut()
    time.sleep(0.1)
    with pytest.raises(Unavailable):
        ledger.outbox.publish(lambda _: None)
    ledger.outbox.close()
    assert ledger.outbox.publish(lambda _: None) == 0
