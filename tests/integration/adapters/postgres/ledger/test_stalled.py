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


def test_what_nobody_takes_is_woken_less_and_less_often(ledger, stalled):
    woken, _ = stalled

    def quiet(*, since, for_seconds):
        with ledger.control.transaction() as somebody:
            somebody.execute("delete from bascule.wake_up")
            somebody.execute(
                """update bascule.deployment
                      set updated = clock_timestamp() - make_interval(secs => %s),
                          stage_entered = clock_timestamp() - make_interval(secs => %s)
                    where id = %s""",
                [for_seconds, for_seconds + since, woken],
            )
        return woken in wake(ledger)

    assert quiet(since=0, for_seconds=0.1)
    assert not quiet(since=10, for_seconds=4)
    assert quiet(since=10, for_seconds=6)
    # but never so seldom that a broker's loss would hold a deployment up for long
    assert not quiet(since=3600, for_seconds=8)
    assert quiet(since=3600, for_seconds=11)
