from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.support.leaks import leaks_of
from tests.support.lives import Lives, lives
from tests.support.places import Place
from tests.support.places import places as some_places
from tests.support.service import Service
from tests.support.service import service as a_service


@pytest.fixture
def service(tmp_path: Path, empty_database, target_database, valkey) -> Iterator[Service]:
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=valkey.url,
        staging_url=target_database.url,
    ) as it:
        yield it


@pytest.fixture(scope="module")
def made_places(request, tmp_path_factory, embedded_servers) -> Iterator[dict[str, Place]]:
    """The targets that the module names in PLACES, of one service; see SETTINGS for more of it.

    Whatever the module's tests did, no secret may have come to light.
    """
    module = request.module
    with redis.Redis.from_url(embedded_servers.broker_url) as broker:
        broker.flushall()
    folder = tmp_path_factory.mktemp(module.__name__.rpartition(".")[2])
    with some_places(
        folder,
        module.PLACES,
        postgres=embedded_servers.postgres,
        broker_url=embedded_servers.broker_url,
        **getattr(module, "SETTINGS", {}),
    ) as made:
        yield made
        found = leaks_of(next(iter(made.values())).service)
    assert found == []


@pytest.fixture(scope="module")
def running_places(made_places: dict[str, Place]) -> dict[str, Place]:
    """The same, with the service running."""
    next(iter(made_places.values())).service.start()
    return made_places


@pytest.fixture(scope="module")
def worker_lives(made_places: dict[str, Place]) -> Iterator[Lives]:
    """Worker lives that a crash point may end."""
    with lives(next(iter(made_places.values())).service) as it:
        yield it


@pytest.fixture
def place(request, running_places: dict[str, Place]) -> Place:
    """The place that the test names by `at`, adopted with an empty tree; the service runs."""
    it = running_places[request.param]
    it.begin()
    return it
