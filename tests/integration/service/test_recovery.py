"""How soon a deployment goes on after what carried it died, on every broker; -s shows the times."""

import os
import signal
import time

import pytest

from tests.support.brokers import ValkeyBroker
from tests.support.places import places as some_places
from tests.support.processes import children_of, has_port
from tests.support.service import eventually
from tests.support.sleeping import assert_applied_once, begin, sleepers, slept, start_worker

NAMES = ("child", "group", "flushed")

#: what is meant is 2 s, and 5 s after a loss of all messages; the machine may have more to do than this
GENEROUS = 4


@pytest.fixture(scope="module", params=["valkey", "rabbitmq"])
def brokers(request, embedded_servers):
    found = (
        request.getfixturevalue("rabbitmq")
        if request.param == "rabbitmq"
        else ValkeyBroker(embedded_servers.valkey)
    )
    found.forget()
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory, embedded_servers, brokers):
    folder = tmp_path_factory.mktemp("recovery")
    with some_places(folder, NAMES, postgres=embedded_servers.postgres, broker_url=brokers.url) as it:
        it["child"].service.start("relay")
        yield it


@pytest.fixture
def service(made):
    it = made["child"].service
    yield it
    it.kill(*(part for part in tuple(it.running) if part.startswith("worker")))


def whose(service, place):
    """Return which of two workers applies the migration that sleeps."""
    ((port,),) = place.rows(
        f"""select client_port from pg_stat_activity
             where datname = '{place.database.name}' and wait_event = 'PgSleep'"""
    )
    works = any(has_port(child, port) for child in children_of(service.running["worker"].pid))
    return "worker" if works else "worker2"


def assert_goes_on(place, commit, before, *, what, seconds):
    died = time.monotonic()
    eventually(lambda: sleepers(place) - before != set(), what="the next attempt")
    took = time.monotonic() - died
    print(f"{what}: went on after {took:.2f} s")  # noqa: T201 - a figure to be read
    assert took < seconds * GENEROUS
    assert_applied_once(place, commit)


def test_a_killed_child_s_deployment_goes_on_soon(made, service):
    place = made["child"]
    start_worker(service)
    commit = begin(place, seconds=2)
    before = slept(place)
    for child in children_of(service.running["worker"].pid):
        os.kill(child, signal.SIGKILL)
    assert_goes_on(place, commit, before, what="child killed", seconds=2)


def test_a_killed_worker_s_deployment_is_taken_by_another_one_soon(made, service):
    place = made["group"]
    start_worker(service)
    start_worker(service, "worker2")
    commit = begin(place, seconds=2)
    before = slept(place)
    service.kill(whose(service, place))
    assert_goes_on(place, commit, before, what="worker killed", seconds=2)


def test_a_broker_that_forgot_a_wake_up_delays_a_deployment_a_little(made, service, brokers):
    place = made["flushed"]
    start_worker(service)
    worker = service.running["worker"].pid
    os.killpg(worker, signal.SIGSTOP)
    commit = begin(place, seconds=0.1)
    waiting = "select w.id from bascule.wake_up w"
    eventually(lambda: place.ledger(waiting) == [], what="the wake-up's publication")
    brokers.forget()
    os.killpg(worker, signal.SIGCONT)
    forgot = time.monotonic()
    started = "select 1 from bascule.deployment where target = %(target)s and started is not null"
    eventually(lambda: place.ledger(started) != [], what="the start")
    took = time.monotonic() - forgot
    print(f"broker flushed: went on after {took:.2f} s")  # noqa: T201 - a figure to be read
    assert took < 5 * GENEROUS
    assert_applied_once(place, commit)
