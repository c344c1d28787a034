"""A worker is killed at every named point, once each: the right end, and nothing is applied twice."""

import itertools
import signal

import pytest

from orchestrator.domain.deployment import Stage, Status
from tests.support.places import EFFECTS, unseen

PLACES = ("good", "breaking", "refused")
SETTINGS = {
    "more": """
[notify.team]
url = "http://127.0.0.1:9/hook"
secret = "env:TEAM_SECRET"
allow_private = true
""",
    "environment": {"TEAM_SECRET": "whsec_" + "c2VjcmV0LW9mLXRoZS10ZWFtLWZvci1jcmFzaGVz"},
}

_NUMBERS = itertools.count(20260102000000)

IN_EVERY_STAGE = ("claimed", "before record", "in record", "recorded")
FORWARD = [stage for stage in Stage if stage is not Stage.ROLLBACK]
GOOD = [
    *(f"{stage}: {point}" for stage in FORWARD for point in IN_EVERY_STAGE),
    "apply: before a migration",
    "apply: after a migration committed",
]
BREAKING = [
    *(f"{stage}: {point}" for stage in (Stage.APPLY, Stage.ROLLBACK) for point in IN_EVERY_STAGE),
    "apply: before a migration",
    "apply: after a migration committed",
    "rollback: after a revert committed",
]
ALONE = ["alone: intent recorded", "alone: statement done", "alone: before the record"]
REFUSED = ["smoke: in record", "smoke: recorded", "rollback: in record", "rollback: after a revert committed"]


@pytest.fixture(scope="module")
def begun(made_places):
    for place in made_places.values():
        place.migration("20260101000000", "effects", EFFECTS + "create schema app;\n")
        place.commit("Begin")
        place.adopt()
    return made_places


def leaves(version):
    """A migration that leaves a table and a row, and takes both back."""
    up = f"create table app.t{version} (id int);\ninsert into public.effects values ('{version}');\n"
    return up, f"delete from public.effects where version = '{version}';\ndrop table app.t{version};\n"


def carry_out(place, worker_lives, commit, point, flag):
    """Let one worker die at the point, and another end what it began."""
    deployment = place.ask(commit)
    assert worker_lives.live(deployment, die_at=point, flag=flag) == -signal.SIGKILL
    assert flag.exists()
    assert worker_lives.live(deployment, die_at=point, flag=flag) == 0
    return place.service.house.reading.deployment(deployment)


def assert_on_record_once(place, deployment, status):
    """One final event, one notification of it, a row for each stage, and nobody waits for anything."""
    assert (deployment.status, deployment.attempts <= 2) == (status, True), deployment
    mine = f"deployment = {deployment.id}"
    assert place.ledger(f"select kind from bascule.event where final and {mine}") == [(status,)]
    told = (
        f"select channel from bascule.notification where event in (select id from bascule.event where {mine})"
    )
    assert place.ledger(told) == [("team",)]
    stages = place.ledger(f"select stage from bascule.stage_run where {mine} order by id")
    assert len(stages) == len(set(stages)), stages
    assert (
        place.ledger("select id from bascule.deployment where target = %(target)s and finished is null") == []
    )


@pytest.mark.parametrize("point", GOOD)
def test_a_good_deployment_survives_the_death_of_its_worker(begun, worker_lives, tmp_path, point):
    place = begun["good"]
    new = [str(next(_NUMBERS)) for _ in range(2)]
    for version in new:
        place.migration(version, "leaves", *leaves(version))
    deployment = carry_out(place, worker_lives, place.commit(point), point, tmp_path / "died")
    assert_on_record_once(place, deployment, Status.SUCCEEDED)
    assert place.versions()[-2:] == new
    assert place.versions() == place.recorded()
    assert place.effects() == place.versions()[1:]


def end_as_begun(place, worker_lives, point, flag, migrations):
    """Deploy what fails, with a death on the way; the target must be as it was."""
    if not place.versions():
        assert worker_lives.live(place.ask(place.work.head)) == 0
    facts, versions, effects = place.facts(), place.versions(), place.effects()
    for version, up, down in migrations:
        place.migration(version, "fails", up, down)
    try:
        deployment = carry_out(place, worker_lives, place.commit(point), point, flag)
    finally:
        for version, *_ in migrations:
            place.work.remove(f"supabase/migrations/{version}_fails.sql")
            place.work.remove(f"supabase/rollbacks/{version}_fails.sql")
    assert_on_record_once(place, deployment, Status.ROLLED_BACK)
    assert place.facts() == facts
    assert (place.versions(), place.effects()) == (versions, effects)
    assert place.versions() == place.recorded()


@pytest.mark.parametrize("point", BREAKING)
def test_a_migration_that_fails_is_rolled_back_although_the_worker_dies(begun, worker_lives, tmp_path, point):
    first, second = (str(next(_NUMBERS)) for _ in range(2))
    breaks = (second, "select 1 / count(*) from public.effects where version = 'none';\n", "select 1;\n")
    end_as_begun(begun["breaking"], worker_lives, point, tmp_path / "died", [(first, *leaves(first)), breaks])


@pytest.mark.parametrize("point", REFUSED)
def test_what_smoke_refuses_is_rolled_back_although_the_worker_dies(begun, worker_lives, tmp_path, point):
    first, second = (str(next(_NUMBERS)) for _ in range(2))
    up = f"create table public.open{second} (id int); grant all on public.open{second} to anon"
    opens = (second, unseen(up), f"drop table public.open{second};\n")
    end_as_begun(begun["refused"], worker_lives, point, tmp_path / "died", [(first, *leaves(first)), opens])


def index_of(place, version):
    """Tell of the index that a migration made: how often it is there, and whether it is valid."""
    made = f"select indisvalid from pg_index where indexrelid::regclass::text like '%i{version}'"
    return [valid for (valid,) in place.rows(made)]


@pytest.mark.parametrize("point", ALONE)
def test_what_runs_outside_a_transaction_is_done_once_although_the_worker_dies(
    begun, worker_lives, tmp_path, point
):
    place = begun["good"]
    version = str(next(_NUMBERS))
    up = (
        "-- bascule: transaction=false because the index is built while people write\n"
        f"insert into public.effects values ('{version}');\n"
        f"create index concurrently i{version} on public.effects (version);\n"
    )
    place.migration(version, "index", up, f"drop index concurrently public.i{version};\n")
    deployment = carry_out(place, worker_lives, place.commit(point), point, tmp_path / "died")
    assert_on_record_once(place, deployment, Status.SUCCEEDED)
    assert place.versions()[-1] == version
    assert place.versions() == place.recorded()
    assert place.effects() == place.versions()[1:]
    assert index_of(place, version) == [True]
    assert place.rows("select * from supabase_migrations.bascule_intent") == []


@pytest.mark.parametrize("point", ALONE)
def test_a_rollback_outside_a_transaction_is_done_once_although_the_worker_dies(
    begun, worker_lives, tmp_path, point
):
    place = begun["breaking"]
    first, second = (str(next(_NUMBERS)) for _ in range(2))
    index = (
        first,
        f"create index i{first} on public.effects (version);\n",
        f"drop index concurrently public.i{first};\n",
    )
    breaks = (second, "select 1 / count(*) from public.effects where version = 'none';\n", "select 1;\n")
    end_as_begun(place, worker_lives, point, tmp_path / "died", [index, breaks])
    assert index_of(place, first) == []
    assert place.rows("select * from supabase_migrations.bascule_intent") == []
