"""Waking what stood still never waits for those who are busy with a deployment's row."""

import time

import pytest


@pytest.fixture
def stalled(ledger):
    """Two deployments of two targets whose wake-ups were lost."""
    ledger.adopt("staging")
    ledger.adopt("production")
    made = [ledger.push("a" * 40, "staging"), ledger.push("a" * 40, "production")]
    ledger.outbox.publish(lambda _: None)
    return made


def wake(ledger):
    return list(ledger.outbox.wake_stalled(quiet_seconds=0))


def test_a_deployment_that_somebody_changes_right_now_is_passed_over(ledger, stalled):
    busy, idle = stalled
    began = time.monotonic()
    with ledger.control.transaction() as somebody:
        somebody.execute("select from bascule.deployment where id = %s for update", [busy])
        assert wake(ledger) == [idle]
    assert time.monotonic() - began < 5
    assert wake(ledger) == [busy]


def test_of_several_deployments_each_is_woken_once(ledger, stalled):
    assert sorted(wake(ledger)) == stalled
    assert wake(ledger) == []
