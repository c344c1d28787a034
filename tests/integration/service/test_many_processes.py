"""Two of each process at once, several targets with several pushes: every effect comes once."""

import httpx
import pytest

from orchestrator.domain.deployment import Status
from tests.support.places import EFFECTS
from tests.support.service import eventually, free_port
from tests.support.sleeping import start_worker

PLACES = tuple(f"target-{number}" for number in range(6))
PUSHES = 3


@pytest.fixture(scope="module")
def webhooks(made_places):
    """Start the service twice; return where each of the two takes webhooks."""
    service = made_places[PLACES[0]].service
    for place in made_places.values():
        place.begin()
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


def test_two_of_each_process_do_everything_once(made_places, webhooks):
    service = made_places[PLACES[0]].service
    commits = {}
    for number in range(1, PUSHES + 1):
        version = f"2026010100000{number}"
        for name, place in made_places.items():
            if number == 1:
                place.migration("20260101000000", "effects", EFFECTS)
            up = f"insert into public.effects values ('{version}');\n"
            place.migration(
                version, "leaves", up, f"delete from public.effects where version = '{version}';\n"
            )
            commits[name] = place.commit(f"Leave {number}")
            # the same news at both, as a proxy that tries again would bring it
            for service.webhooks in webhooks:
                assert place.deliver(commits[name]).status_code == 202
    versions = [f"2026010100000{number}" for number in range(1, PUSHES + 1)]
    for name, place in made_places.items():
        ended = service.ended(commits[name], name)
        assert ended.status is Status.SUCCEEDED, ended
        assert place.effects() == versions
        assert place.versions() == place.recorded() == ["20260101000000", *versions]
        assert {one.status for one in place.deployments()} <= {Status.SUCCEEDED, Status.SUPERSEDED}
        assert (
            place.ledger(
                """select d.id from bascule.deployment d
                     join bascule.event e on e.deployment = d.id and e.final
                where d.target = %(target)s group by d.id having count(*) > 1"""
            )
            == []
        )
