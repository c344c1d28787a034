"""Real workers are killed with SIGKILL; whoever comes next ends what they began."""

import os
import signal
import time

import pytest
import redis

from orchestrator.domain.deployment import Status
from tests.support.brokers import ValkeyBroker
from tests.support.places import EFFECTS
from tests.support.service import eventually

PLACES = ("child", "group", "flushed", "deaf", "deaf-too", "here")

#: 1 s until the reconciler finds what stands still, 1.5 s for a new worker to start, the rest is work
RECOVERY_SECONDS = 8


@pytest.fixture(scope="module")
def relay(made_places):
    """The relay runs throughout; each test starts its own worker."""
    service = made_places["child"].service
    service.start("relay")
    yield service
    service.kill()


@pytest.fixture
def no_worker(relay):
    yield relay
    if "worker" in relay.running:
        relay.kill("worker")


def begin(place, *migrations):
    """Adopt, and make a deployment of these migrations that nobody carries out yet."""
    place.migration("20260101000000", "effects", EFFECTS)
    for number, statement in enumerate(migrations, start=1):
        version = f"2026010100000{number}"
        up = f"insert into public.effects values ('{version}');\n{statement};\n"
        place.migration(version, "leaves", up, f"delete from public.effects where version = '{version}';\n")
    commit = place.commit("Leave effects")
    place.adopt()
    place.ask(commit)
    return commit


def assert_applied_once(place, deployment, *, count):
    versions = ["20260101000000", *(f"2026010100000{number}" for number in range(1, count + 1))]
    assert deployment.status is Status.SUCCEEDED, deployment
    assert place.versions() == place.recorded() == versions
    assert place.effects() == versions[1:]
    finals = place.ledger(f"select kind from bascule.event where final and deployment = {deployment.id}")
    assert finals == [("succeeded",)]


def sleeping(place):
    """Tell whether a migration sleeps on the target."""
    name = place.database.name
    found = f"select 1 from pg_stat_activity where datname = '{name}' and wait_event = 'PgSleep'"
    return bool(place.rows(found))


def test_a_worker_child_that_dies_is_replaced_and_its_deployment_ends_once(made_places, no_worker, tmp_path):
    place, flag = made_places["child"], tmp_path / "died"
    environment = {
        "BASCULE_CRASH_POINT": "apply: after a migration committed",
        "BASCULE_CRASH_ONCE": str(flag),
    }
    no_worker.start("worker", environment=environment)
    commit = begin(place, "select 1", "select 2")
    eventually(flag.exists, what="the crash")
    died = time.monotonic()
    deployment = no_worker.ended(commit, place.name)
    assert time.monotonic() - died < RECOVERY_SECONDS
    assert_applied_once(place, deployment, count=2)


def test_a_worker_that_is_killed_with_all_its_children_in_mid_statement_loses_and_doubles_nothing(
    made_places, no_worker
):
    place = made_places["group"]
    no_worker.start("worker")
    commit = begin(place, "select 1", "select pg_sleep(1)", "select 3")
    eventually(lambda: sleeping(place), what="the migration that sleeps")
    no_worker.kill("worker")
    died = time.monotonic()
    no_worker.start("worker")
    deployment = no_worker.ended(commit, place.name)
    assert time.monotonic() - died < RECOVERY_SECONDS
    assert_applied_once(place, deployment, count=3)


def test_a_broker_that_forgets_everything_delays_and_loses_nothing(made_places, no_worker, embedded_servers):
    place = made_places["flushed"]
    no_worker.start("worker")
    worker = no_worker.running["worker"].pid
    eventually(lambda: " ready." in no_worker.log("worker").rpartition("Connected")[2], what="the worker")
    os.killpg(worker, signal.SIGSTOP)
    commit = begin(place, "select pg_sleep(0.5)", "select 2")
    waiting = "select id from bascule.wake_up"
    eventually(lambda: place.ledger(waiting) == [], what="the wake-up's publication")
    with redis.Redis.from_url(embedded_servers.broker_url) as broker:
        broker.flushall()
        os.killpg(worker, signal.SIGCONT)
        eventually(lambda: sleeping(place), what="the migration that sleeps")
        broker.flushall()
    assert_applied_once(place, no_worker.ended(commit, place.name), count=2)


def test_a_worker_whose_acknowledgements_were_all_lost_with_the_broker_goes_on_when_that_is_back(
    made_places, no_worker, embedded_servers
):
    broker = ValkeyBroker(embedded_servers.valkey)
    both = [made_places[name] for name in ("deaf", "deaf-too")]
    no_worker.start("worker")
    commits = [begin(place, "select pg_sleep(2)") for place in both]
    for place in both:
        eventually(lambda: sleeping(place), what="the migration that sleeps")  # noqa: B023 - asked at once
    broker.kill()
    for place in both:
        eventually(lambda: not sleeping(place), what="its end")  # noqa: B023 - as above
    lost = "Couldn't ack"
    eventually(lambda: no_worker.log("worker").count(lost) >= len(both), what="the lost acknowledgements")
    broker.start()
    for place, commit in zip(both, commits, strict=True):
        assert_applied_once(place, no_worker.ended(commit, place.name), count=1)


def test_a_deployment_that_was_killed_in_its_own_process_is_ended_by_the_next_one(made_places, relay):
    place = made_places["here"]
    begin(place, "select 1", "select 2")
    place.ledger(
        "update bascule.deployment set finished = now(), status = 'cancelled' where finished is null"
    )
    death = {"BASCULE_CRASH_POINT": "apply: after a migration committed"}
    assert relay.run("deploy", place.name, "--here", environment=death).returncode == -signal.SIGKILL
    relay.command("deploy", place.name, "--here", "--timeout", "20")
    killed, following = place.deployments()[-2:]
    assert_applied_once(place, killed, count=2)
    assert following.status is Status.SUCCEEDED
