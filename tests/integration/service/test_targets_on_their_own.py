"""Targets on a cluster of their own: one that is a standby, and one whose disk is full."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.domain.deployment import Deployment, Stage, Status
from orchestrator.embedded.servers import Embedded
from tests.chaos.machine import fill, small_disk
from tests.support.folders import a_folder
from tests.support.places import Place, a_database, table
from tests.support.places import places as some_places

FIRST, SECOND = "20260101000000", "20260102000000"
DISK_MEGABYTES = 600
#: more than what is left of a disk that is full
MANY_ROWS = """
create table public.many (id bigint primary key, filler text);
alter table public.many enable row level security;
insert into public.many select n, repeat('x', 500) from generate_series(1, 60000) n;
"""


@contextmanager
def place_on(cluster: Embedded, folder: Path, ledger_on, broker_url: str) -> Iterator[Place]:
    """Run a service whose one target is on that cluster, and whose ledger is not."""
    with (
        a_database(ledger_on, f"ledger_{folder.name}".replace("-", "_").lower(), ledger=True) as ledger,
        some_places(
            folder,
            ("alone",),
            postgres=cluster.postgres,
            broker_url=broker_url,
            control_url=ledger.url,
            settings={"alone": 'patience = "2s"'},
        ) as places,
    ):
        place = places["alone"]
        place.service.start()
        place.begin()
        place.migration(FIRST, "notes", table("notes"), "drop table public.notes;\n")
        assert place.deploy().status is Status.SUCCEEDED
        yield place
        place.service.kill(*place.service.running)


@pytest.fixture
def cluster() -> Iterator[Embedded]:
    with a_folder("clusters") as folder, Embedded.start(folder / "state") as servers:
        yield servers


def restarted(cluster: Embedded, *, standby: bool) -> None:
    """Start the cluster again, as a standby that follows nobody or as what it was."""
    cluster.postgres.stop()
    signal = cluster.postgres.data / "standby.signal"
    if standby:
        signal.touch()
        signal.chmod(0o644)
    else:
        signal.unlink()
    cluster.postgres.launch()
    cluster.postgres.await_ready()


@contextmanager
def a_disk() -> Iterator[Path]:
    """Mount a small disk of our own; in CI, which is root, this is never left out."""
    with a_folder("disks") as folder, small_disk(folder, megabytes=DISK_MEGABYTES) as mounted:
        if not mounted and os.geteuid() != 0:
            pytest.skip("only root may mount a small disk")
        assert mounted
        yield folder


def retried(place: Place, failed: Deployment) -> Deployment:
    place.service.command("retry", str(failed.id), "--wait")
    newest = place.service.newest(place.name)
    assert newest is not None
    assert newest.id != failed.id
    return newest


def test_a_standby_takes_nothing_and_says_so_and_once_it_is_promoted_a_retry_goes_through(
    cluster, tmp_path, postgres, embedded_servers
):
    with place_on(cluster, tmp_path, postgres, embedded_servers.broker_url) as place:
        place.migration(SECOND, "books", table("books"), "drop table public.books;\n")
        restarted(cluster, standby=True)
        failed = place.deploy()
        assert (failed.status, failed.failure.code) == (Status.FAILED, "read-only"), failed.failure
        assert "alone" in failed.failure.message
        assert "replica" in failed.failure.remedy
        assert place.versions() == place.recorded() == [FIRST]
        restarted(cluster, standby=False)
        assert retried(place, failed).status is Status.SUCCEEDED
        assert place.versions() == place.recorded() == [FIRST, SECOND]


def test_a_full_disk_undoes_the_migration_and_holds_nothing_and_with_room_a_retry_goes_through(
    tmp_path, postgres, embedded_servers
):
    with (
        a_disk() as folder,
        Embedded.start(folder / "state") as cluster,
        place_on(cluster, tmp_path, postgres, embedded_servers.broker_url) as place,
    ):
        place.migration(SECOND, "many", MANY_ROWS, "drop table public.many;\n")
        filler = fill(folder)
        failed = place.deploy()
        assert failed.status is Status.FAILED, failed
        assert failed.failure.code == "disk-full", failed.failure
        assert "alone" in failed.failure.message
        assert "disk" in failed.failure.remedy
        runs = place.service.runs(failed.id)
        assert Stage.APPLY in runs
        assert place.versions() == place.recorded() == [FIRST]
        filler.unlink()
        assert retried(place, failed).status is Status.SUCCEEDED
        assert place.versions() == place.recorded() == [FIRST, SECOND]
