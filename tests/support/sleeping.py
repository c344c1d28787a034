"""Deployments whose first migration takes a while, so that something can happen to who carries them out."""

from typing import Final

from orchestrator.domain.deployment import Status
from tests.support.places import EFFECTS, Place
from tests.support.service import Service, eventually

#: a schema: while it is there, nobody sleeps
_AWAKE: Final = "awake"


def start_worker(service: Service, name: str = "worker") -> None:
    """Start a worker and wait until it takes messages."""
    told = len(service.log(name)) if (service.logs / f"{name}.log").exists() else 0
    service.start(name)
    eventually(lambda: " ready." in service.log(name)[told:], what="the worker")


def begin(place: Place, *, seconds: float) -> str:
    """Adopt, and ask for a migration that takes so long, and one more."""
    place.migration("20260101000000", "effects", EFFECTS)
    for version, pause in (("20260101000001", seconds), ("20260101000002", 0)):
        sleep = f"select pg_sleep(case when to_regnamespace('{_AWAKE}') is null then {pause} else 0 end)"
        up = f"insert into public.effects values ('{version}');\n{sleep};\n"
        place.migration(version, "leaves", up, f"delete from public.effects where version = '{version}';\n")
    commit = place.commit("Leave effects")
    place.adopt()
    place.ask(commit)
    return commit


def wake_up(place: Place) -> None:
    """Let whoever begins the migration from now on not sleep at all."""
    place.rows(f"create schema {_AWAKE}")


def sleepers(place: Place) -> set[int]:
    """Return the backends that sleep on the target."""
    found = f"""select pid from pg_stat_activity
                 where datname = '{place.database.name}' and wait_event = 'PgSleep'"""
    return {row[0] for row in place.rows(found)}


def slept(place: Place) -> set[int]:
    """Wait until a migration sleeps; return the backends."""
    eventually(lambda: sleepers(place) != set(), what="the migration that sleeps")
    return sleepers(place)


def assert_applied_once(place: Place, commit: str) -> None:
    """Wait for the end, and see that each migration did its work once."""
    deployment = place.service.ended(commit, place.name)
    assert deployment.status is Status.SUCCEEDED, deployment
    assert place.effects() == ["20260101000001", "20260101000002"]
    assert place.versions() == place.recorded() == ["20260101000000", *place.effects()]
