"""Two of each process at once, twenty targets with several pushes, and targets that answer nobody.

Every effect comes once, every target ends at its newest push, and none that answers waits for one that does
not.
"""

import re
import socket
import time

import httpx
import pytest

from orchestrator.domain.deployment import Status
from tests.support.places import EFFECTS
from tests.support.places import places as some_places
from tests.support.service import eventually, free_port
from tests.support.sleeping import start_worker

GOOD = tuple(f"target-{number}" for number in range(20))
#: those whose pushes are told when the last one is there
LATE = GOOD[::2]
SILENT = ("hole", "pit", "well")
PUSHES = 3
FIRST = "20260101000000"

#: a silent target keeps a slot for its connect timeout of ten seconds, again and again
SOON_SECONDS = 8


@pytest.fixture(scope="module")
def silence():
    """A port that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def made(tmp_path_factory, embedded_servers, postgres, silence):
    folder = tmp_path_factory.mktemp("processes")

    def silent_url(name):
        url = postgres.url(f"{folder.name}_{name}".replace("-", "_"), "postgres")
        return re.sub(r":\d+/", f":{silence}/", url)

    with some_places(
        folder,
        (*GOOD, *SILENT),
        postgres=embedded_servers.postgres,
        broker_url=embedded_servers.broker_url,
        urls={name: silent_url(name) for name in SILENT},
    ) as places:
        for name in GOOD:
            places[name].migration(FIRST, "effects", EFFECTS, "drop table public.effects;\n")
            places[name].commit()
            places[name].adopt()
        for name in SILENT:
            commit = places[name].commit()
            places[name].service.house.care.adopt(name, commit=commit, present=(), actor="ada")
        yield places


@pytest.fixture(scope="module")
def webhooks(made):
    """Start the service twice; return where each of the two takes webhooks."""
    service = made[GOOD[0]].service
    ports = free_port(), free_port()
    service.start("web", "relay", "relay2")
    service.start(
        "web2",
        environment={
            "BASCULE__SERVICE__LISTEN": f"127.0.0.1:{ports[0]}",
            "BASCULE__SERVICE__ADMIN_LISTEN": f"127.0.0.1:{ports[1]}",
        },
    )
    start_worker(service)
    start_worker(service, "worker2")
    second = f"http://127.0.0.1:{ports[0]}"
    eventually(lambda: _serves(second), what="the second web")
    return service.webhooks, second


def _serves(url):
    try:
        return httpx.get(f"{url}/healthz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def version(number):
    return f"2026010100000{number}"


def change(place, number):
    """Commit a migration that leaves a row each time it runs, and move the branch there; tell nobody."""
    up = f"insert into public.effects values ('{version(number)}');\n"
    down = f"delete from public.effects where version = '{version(number)}';\n"
    place.migration(version(number), "leaves", up, down)
    return place.commit(f"Leave {number}")


def tell(place, commits, webhooks):
    """Tell of commits in their order, each at both, as a proxy that tries again would bring it."""
    for commit in commits:
        for place.service.webhooks in webhooks:
            assert place.deliver(commit).status_code == 202


def test_two_of_each_process_do_everything_once_and_each_target_ends_at_its_newest_push(made, webhooks):
    commits = {name: [] for name in GOOD}
    for number in range(1, PUSHES + 1):
        for name in GOOD:
            commits[name].append(change(made[name], number))
            if name not in LATE:
                tell(made[name], commits[name][-1:], webhooks)
    for name in LATE:
        tell(made[name], commits[name], webhooks)
    versions = [version(number) for number in range(1, PUSHES + 1)]
    for name in GOOD:
        place = made[name]
        ended = place.service.ended(commits[name][-1], name)
        assert ended.status is Status.SUCCEEDED, ended
        told = place.deployments()
        assert {one.status for one in told} <= {Status.SUCCEEDED, Status.SUPERSEDED}
        if name in LATE:
            overtaken = {one.status for one in told if one.commit != commits[name][-1]}
            assert overtaken == {Status.SUPERSEDED}
        assert place.effects() == versions
        assert place.versions() == place.recorded() == [FIRST, *versions]
        finals = "select count(*) from bascule.event where final and target = %(target)s group by deployment"
        assert place.ledger(finals) == [(1,)] * len(told)


def known_as_silent(place):
    """Leave a deployment as it stands after the first time that it kept a slot for the whole time limit."""
    place.service.house.care.release(place.name, actor="ada")
    place.ask(place.commit())
    place.ledger("update bascule.deployment set stage = 'plan', in_doubt = true where target = %(target)s")
    place.service.house.care.adopt(place.name, commit=None, present=(), actor="ada")


def test_more_targets_that_answer_nobody_than_a_worker_has_slots_delay_none_that_does(made, webhooks):
    service = made[GOOD[0]].service
    service.kill("worker2")
    for name in SILENT:
        known_as_silent(made[name])
    looks = f"select count(*) from bascule.deployment where stage_began is not null and target in {SILENT}"
    eventually(lambda: made[SILENT[0]].ledger(looks) != [(0,)], what="the one that looks again")
    for name in GOOD[:3]:
        commit = change(made[name], PUSHES + 1)
        began = time.monotonic()
        assert made[name].deliver(commit).status_code == 202
        assert service.ended(commit, name, seconds=SOON_SECONDS).status is Status.SUCCEEDED
        print(f"{name}: {time.monotonic() - began:.2f} s")  # noqa: T201 - a figure to be read
    assert [made[name].deployments()[-1].finished for name in SILENT] == [None] * len(SILENT)
