"""The same service on RabbitMQ: pushes are deployed, and what happens to it loses and doubles nothing."""

import os
import signal

import httpx
import pytest

from orchestrator.domain.deployment import Status
from tests.support.leaks import leaks_of
from tests.support.places import EFFECTS, at
from tests.support.places import places as some_places
from tests.support.processes import children_of
from tests.support.service import eventually

NAMES = ("pushed", "child", "forgotten", "restarted", "frozen")


@pytest.fixture(scope="module")
def on_rabbitmq(tmp_path_factory, embedded_servers, rabbitmq):
    rabbitmq.forget()
    folder = tmp_path_factory.mktemp("rabbit")
    with some_places(folder, NAMES, postgres=embedded_servers.postgres, broker_url=rabbitmq.url) as made:
        for place in made.values():
            place.begin()
        service = made["pushed"].service
        service.start()
        eventually(lambda: " ready." in service.log("worker"), what="the worker")
        yield made
        found = leaks_of(service)
    assert found == []


@pytest.fixture
def place(request, on_rabbitmq):
    it = on_rabbitmq[request.param]
    it.migration("20260101000000", "effects", EFFECTS)
    for version in ("20260101000001", "20260101000002"):
        up = f"insert into public.effects values ('{version}');\nselect pg_sleep(0.7);\n"
        it.migration(version, "leaves", up, f"delete from public.effects where version = '{version}';\n")
    return it


def sleeping(place):
    name = place.database.name
    return bool(
        place.rows(f"select 1 from pg_stat_activity where datname = '{name}' and wait_event = 'PgSleep'")
    )


def assert_applied_once(place, commit, *, seconds=40):
    deployment = place.service.ended(commit, place.name, seconds=seconds)
    assert deployment.status is Status.SUCCEEDED, deployment
    assert place.effects() == ["20260101000001", "20260101000002"]
    assert place.versions() == place.recorded() == ["20260101000000", *place.effects()]
    finals = place.ledger(f"select kind from bascule.event where final and deployment = {deployment.id}")
    assert finals == [("succeeded",)]


def slept(place):
    """Push, and wait until a migration runs."""
    commit = place.push()
    eventually(lambda: sleeping(place), what="the migration that sleeps")
    return commit


@at("pushed")
def test_a_push_is_deployed(place, rabbitmq):
    assert_applied_once(place, place.push())
    assert httpx.get(f"{place.service.page}/readyz", timeout=5).is_success
    (told,) = [one for one in place.service.told("doctor") if one["about"] == "broker"]
    assert told["found"].startswith("RabbitMQ 3.") or told["found"].startswith("RabbitMQ 4.")


@at("child")
def test_a_worker_child_that_dies_is_replaced(place):
    commit = slept(place)
    for child in children_of(place.service.running["worker"].pid):
        os.kill(child, signal.SIGKILL)
    assert_applied_once(place, commit)


@at("forgotten")
def test_a_queue_that_is_deleted_is_made_again(place, rabbitmq):
    commit = slept(place)
    rabbitmq.forget()
    assert_applied_once(place, commit)


@at("restarted")
def test_a_server_that_is_killed_and_comes_back_delays_and_loses_nothing(place, rabbitmq):
    commit = slept(place)
    rabbitmq.kill()
    rabbitmq.start()
    assert_applied_once(place, commit)


@at("frozen")
def test_a_server_that_hangs_is_waited_for(place, rabbitmq):
    rabbitmq.freeze()
    try:
        commit = place.push()
        eventually(lambda: "broker-unavailable" in place.service.log("relay"), what="the relay's complaint")
    finally:
        rabbitmq.thaw()
    assert_applied_once(place, commit, seconds=60)
