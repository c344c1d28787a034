"""Targets on which somebody holds a lock that a migration needs.

No other target waits for it, and people see who it is.
"""

import time
from contextlib import ExitStack

import psycopg
import pytest

from orchestrator.domain.deployment import Stage, Status
from tests.support.places import EFFECTS
from tests.support.places import places as some_places
from tests.support.service import eventually

#: more than a worker has slots
BUSY = ("busy-1", "busy-2", "busy-3")
FREE = "free"
FIRST, SECOND = "20260101000000", "20260101000001"
#: a try waits for this long, and there are five; the pauses in between make them longer
LOCK_SECONDS = 2
SETTINGS = f'lock_timeout = "{LOCK_SECONDS}s"'


@pytest.fixture(scope="module")
def made(tmp_path_factory, embedded_servers, postgres):
    with some_places(
        tmp_path_factory.mktemp("locks"),
        (*BUSY, FREE),
        postgres=embedded_servers.postgres,
        broker_url=embedded_servers.broker_url,
        settings=dict.fromkeys(BUSY, SETTINGS),
    ) as places:
        for place in places.values():
            place.migration(FIRST, "effects", EFFECTS, "drop table public.effects;\n")
            place.commit()
            place.adopt()
        service = places[FREE].service
        service.start("web", "relay", "worker")
        for place in places.values():
            assert service.ended(place.push("Effects"), place.name).status is Status.SUCCEEDED
        yield places


def hold(stack, place):
    """Hold a lock as a report does that was left open."""
    holder = stack.enter_context(psycopg.connect(place.database.superuser_url, application_name="report"))
    holder.execute("select * from public.effects")
    return holder


def test_targets_whose_locks_are_held_delay_no_other_and_go_on_once_they_are_given_back(made):
    service = made[FREE].service
    with ExitStack() as stack:
        holders = [hold(stack, made[name]) for name in BUSY]
        commits = {}
        for name in BUSY:
            made[name].migration(
                SECOND,
                "more",
                "alter table public.effects add more text;\n",
                "alter table public.effects drop more;\n",
            )
            commits[name] = made[name].push("More")
        blocked = [lambda name=name: service.newest(name).is_blocked for name in BUSY]
        for each in blocked:
            eventually(each, what="the first try")
        told = service.newest(BUSY[0])
        assert told.stage is Stage.APPLY
        assert f"pid {holders[0].info.backend_pid}" in told.in_the_way
        assert "report" in service.command("show", str(told.id))
        began = time.monotonic()
        made[FREE].migration(
            SECOND,
            "more",
            "alter table public.effects add more text;\n",
            "alter table public.effects drop more;\n",
        )
        assert service.ended(made[FREE].push("More"), FREE).status is Status.SUCCEEDED
        took = time.monotonic() - began
        print(f"while {len(BUSY)} wait: {took:.2f} s")  # noqa: T201 - a figure to be read
        for holder in holders:
            holder.close()
    for name in BUSY:
        ended = service.ended(commits[name], name)
        assert ended.status is Status.SUCCEEDED, ended
        assert service.runs(ended.id)[Stage.APPLY].attempt == 1
        assert made[name].versions() == made[name].recorded() == [FIRST, SECOND]


def test_a_lock_that_is_never_given_back_ends_the_deployment_after_five_tries_and_nothing_is_held(made):
    place = made[BUSY[0]]
    service = place.service
    with ExitStack() as stack:
        hold(stack, place)
        place.migration(
            "20260101000002",
            "late",
            "alter table public.effects add late text;\n",
            "alter table public.effects drop late;\n",
        )
        commit = place.push("Late")
        ended = service.ended(commit, place.name, seconds=90)
    assert ended.status is Status.FAILED
    assert ended.failure.code == "lock-timeout"
    assert ended.failure.nouns["tries"] == 5
    service.command("retry", str(ended.id), "--wait")
    again = service.newest(place.name)
    assert (again.commit, again.status) == (commit, Status.SUCCEEDED)
