"""A worker ends in good order, hands over what it cannot end, and has a slot for others meanwhile."""

import signal
from pathlib import Path

import pytest

from tests.support.processes import children_of
from tests.support.service import eventually
from tests.support.sleeping import assert_applied_once, begin, sleepers, slept, start_worker, wake_up

PLACES = ("stopped", "hurried", "impatient", "slow", "quick")


@pytest.fixture(scope="module")
def relay(made_places):
    it = made_places["stopped"].service
    it.start("relay")
    return it


@pytest.fixture
def service(relay):
    yield relay
    if "worker" in relay.running:
        relay.kill("worker")


def is_alive(process):
    return Path(f"/proc/{process}").exists()


def test_a_worker_that_is_asked_to_end_ends_its_stage_first(made_places, service):
    place = made_places["stopped"]
    start_worker(service)
    commit = begin(place, seconds=2)
    slept(place)
    worker = service.running.pop("worker")
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    applied = """select r.attempt, r.outcome from bascule.stage_run r
                    join bascule.deployment d on d.id = r.deployment
                   where d.target = %(target)s and r.stage = 'apply'"""
    assert place.ledger(applied) == [(1, "passed")]
    start_worker(service)
    assert_applied_once(place, commit)


def test_a_worker_that_is_told_to_hurry_hands_its_stage_over(made_places, service):
    place = made_places["hurried"]
    start_worker(service)
    commit = begin(place, seconds=14)
    slept(place)
    worker = service.running.pop("worker")
    worker.terminate()
    worker.send_signal(signal.SIGQUIT)
    worker.wait(timeout=20)
    eventually(lambda: sleepers(place) == set(), what="the end of what it ran", seconds=5)
    wake_up(place)
    start_worker(service)
    assert_applied_once(place, commit)


def test_a_worker_that_is_asked_a_second_time_ends_at_once_and_hands_its_stage_over(made_places, service):
    place = made_places["impatient"]
    start_worker(service)
    commit = begin(place, seconds=10)
    slept(place)
    worker = service.running.pop("worker")
    before, children = service.log("worker").count("Warm shutdown"), children_of(worker.pid)
    worker.terminate()
    eventually(lambda: service.log("worker").count("Warm shutdown") > before, what="that it heard")
    worker.terminate()
    assert worker.wait(timeout=2) == 1
    eventually(lambda: not any(map(is_alive, children)), what="the children's end", seconds=2)
    eventually(lambda: sleepers(place) == set(), what="the end of what it ran", seconds=3)
    wake_up(place)
    start_worker(service)
    assert_applied_once(place, commit)


def test_a_slow_target_does_not_delay_another(made_places, service):
    slow, quick = made_places["slow"], made_places["quick"]
    start_worker(service)
    commit = begin(slow, seconds=6)
    slept(slow)
    assert_applied_once(quick, begin(quick, seconds=0.1))
    assert slept(slow)
    assert_applied_once(slow, commit)
