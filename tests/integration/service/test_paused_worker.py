"""A worker is stopped in mid-stage and wakes up when another one has long ended what it began."""

import os
import signal
import subprocess
import sys
import time

import pytest

from orchestrator import recipe
from orchestrator.actions.here import carry_out
from orchestrator.domain.deployment import Status
from tests.support.places import EFFECTS
from tests.support.service import eventually

PLACES = ("kept", "undone", "locked")

BOTH = ["20260101000001", "20260101000002"]


def begin(place):
    """Adopt with the table of effects, and have two migrations pending of which the first takes a while."""
    place.migration("20260101000000", "effects", EFFECTS)
    place.commit("Begin")
    place.adopt()
    carry_on(place, place.ask(place.work.head))
    for version in BOTH:
        up = f"insert into public.effects values ('{version}');\nselect pg_sleep(0.5);\n"
        place.migration(version, "leaves", up, f"delete from public.effects where version = '{version}';\n")
    place.commit("Leave effects")


def carry_on(place, deployment, *, seconds=20):
    house = place.service.house
    return carry_out(deployment, tools=house.tools, reading=house.reading, timeout_seconds=seconds)


@pytest.fixture
def paused(request, made_places):
    """A worker that was stopped while its first migration ran; it is ended when the test is over."""
    place = made_places[request.param]
    begin(place)
    with (place.service.logs / f"paused-{place.name}.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "deploy", place.name, "--here"],
            env=place.service.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    sleeping = "select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    eventually(lambda: place.rows(sleeping) != [], what="the first migration")
    os.kill(worker.pid, signal.SIGSTOP)
    yield place, worker
    worker.kill()
    worker.wait(timeout=10)


def lose_ledger_sessions(place):
    """Cut the stopped worker off from the control database, as a restart of that would."""
    place.ledger("""select pg_terminate_backend(l.pid, 5000) from pg_locks l
                      join pg_database d on d.oid = l.database and d.datname = current_database()
                     where l.locktype = 'advisory'""")


def lose_target_sessions(place):
    """Cut the stopped worker off from the target, as its server does when nobody answers any more."""
    place.rows("""select pg_terminate_backend(pid, 5000) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()""")


def state(place):
    """All that a worker could write."""
    counts = [
        place.ledger(f"select count(*) from bascule.{table}")
        for table in ("stage_run", "event", "applied", "notification", "deployment", "hold")
    ]
    claims = place.ledger("select id, claim, attempts, status, stage from bascule.deployment order by id")
    return place.versions(), place.effects(), place.facts(), place.recorded(), counts, claims


def wake(worker):
    """Let it go on, and wait until it has given up."""
    os.kill(worker.pid, signal.SIGCONT)
    return worker.wait(timeout=30)


@pytest.mark.parametrize("paused", ["kept"], indirect=True)
def test_a_worker_that_wakes_up_after_its_successor_writes_nothing(paused):
    place, worker = paused
    lose_ledger_sessions(place)
    lose_target_sessions(place)
    ended = carry_on(place, place.deployments()[-1].id)
    assert (ended.status, ended.attempts) == (Status.SUCCEEDED, 1)
    assert place.effects() == BOTH
    before = state(place)
    wake(worker)
    assert state(place) == before


@pytest.mark.parametrize("paused", ["undone"], indirect=True)
def test_a_worker_that_wakes_up_after_its_work_was_undone_does_not_begin_again(paused):
    place, worker = paused
    lose_ledger_sessions(place)
    lose_target_sessions(place)
    deployment = carry_on(place, place.deployments()[-1].id)
    undo = place.service.house.care.undo(deployment.id, actor="ada")
    assert carry_on(place, undo).status is Status.ROLLED_BACK
    assert place.effects() == []
    before = state(place)
    wake(worker)
    assert state(place) == before


@pytest.mark.parametrize("paused", ["locked"], indirect=True)
def test_a_successor_waits_while_the_paused_worker_still_holds_the_target(paused):
    place, worker = paused
    lose_ledger_sessions(place)
    deployment = place.deployments()[-1].id
    until = time.monotonic() + 1
    while time.monotonic() < until:
        recipe.advance(deployment, tools=place.service.house.tools)
    assert place.deployments()[-1].status is Status.RUNNING
    assert wake(worker) != 0
    ended = carry_on(place, deployment)
    assert ended.status is Status.SUCCEEDED
    assert place.effects() == BOTH
    assert place.versions() == place.recorded()
