"""A target with `atomic = true`: all of a deployment or nothing, whenever its worker dies."""

import itertools
import signal

import pytest

from orchestrator.domain.deployment import Outcome, Stage, Status
from tests.integration.service import test_crash_points as one_by_one
from tests.integration.service.test_crash_points import (
    IN_EVERY_STAGE,
    assert_on_record_once,
    carry_out,
    leaves,
)
from tests.support.places import EFFECTS, unseen

PLACES = ("good", "failing", "refused", "meant")
OPENING = 'openings = [{object = "public.shown", roles = ["anon"], because = "the board shows it"}]'
SETTINGS = {
    **one_by_one.SETTINGS,
    "settings": {**dict.fromkeys(PLACES, "atomic = true"), "meant": f"atomic = true\n{OPENING}"},
}

#: the default privileges of a project open a new table to more than anon
OURS_ALONE = (
    "revoke insert, update, delete on public.shown from anon; revoke all on public.shown from authenticated;"
)
_NUMBERS = itertools.count(20260102000000)

IN_APPLY = [f"apply: {point}" for point in IN_EVERY_STAGE]
BEFORE_THE_PROBES = [
    "apply: before all in one transaction",
    "apply: between the migrations of one transaction",
]
UP_TO_THE_PROBES = [*BEFORE_THE_PROBES, "apply: before the probes of one transaction"]
GOOD = [*IN_APPLY, *UP_TO_THE_PROBES, "apply: before the commit of all", "apply: after the commit of all"]


@pytest.fixture(scope="module")
def begun(made_places):
    for place in made_places.values():
        place.migration("20260101000000", "effects", EFFECTS + "create schema app;\n")
        place.commit("Begin")
        place.adopt()
    return made_places


def transactions(place, versions):
    """Say in how many transactions the history got these rows."""
    named = ", ".join(f"'{version}'" for version in versions)
    table = "supabase_migrations.schema_migrations"
    return place.rows(f"select count(distinct xmin::text) from {table} where version in ({named})")[0][0]


@pytest.mark.parametrize("point", GOOD)
def test_all_is_applied_once_and_at_once_although_the_worker_dies(begun, worker_lives, tmp_path, point):
    place = begun["good"]
    new = [str(next(_NUMBERS)) for _ in range(3)]
    for version in new:
        place.migration(version, "leaves", *leaves(version))
    deployment = carry_out(place, worker_lives, place.commit(point), point, tmp_path / "died")
    assert_on_record_once(place, deployment, Status.SUCCEEDED)
    assert place.versions()[-3:] == new
    assert transactions(place, new) == 1
    assert place.versions() == place.recorded()
    assert place.effects() == place.versions()[1:]


def end_untouched(place, worker_lives, point, flag, *, migrations, status):
    """Deploy what does not come to a good end, with a death on the way; return the deployment."""
    if not place.versions():
        assert worker_lives.live(place.ask(place.work.head)) == 0
    facts, versions, effects = place.facts(), place.versions(), place.effects()
    for version, up, down in migrations:
        place.migration(version, "some", up, down)
    commit = place.commit(point)
    try:
        deployment = carry_out(place, worker_lives, commit, point, flag)
        assert_on_record_once(place, deployment, status)
        # neither does the same come to the target a second time
        again = place.ask(commit)
        assert worker_lives.live(again) == 0
        assert place.service.house.reading.deployment(again).status is Status.REFUSED
        assert "held" in {each.rule for each in place.service.runs(again)[Stage.PLAN].findings}
    finally:
        for version, *_ in migrations:
            place.work.remove(f"supabase/migrations/{version}_some.sql")
            place.work.remove(f"supabase/rollbacks/{version}_some.sql")
    assert place.facts() == facts
    assert (place.versions(), place.effects()) == (versions, effects)
    assert place.versions() == place.recorded()
    return deployment


@pytest.mark.parametrize("point", [*IN_APPLY, *BEFORE_THE_PROBES])
def test_a_failure_leaves_nothing_to_roll_back_although_the_worker_dies(begun, worker_lives, tmp_path, point):
    first, second = (str(next(_NUMBERS)) for _ in range(2))
    breaks = (second, "select 1 / count(*) from public.effects where version = 'none';\n", "select 1;\n")
    migrations = [(first, *leaves(first)), breaks]
    place = begun["failing"]
    deployment = end_untouched(
        place, worker_lives, point, tmp_path / "died", migrations=migrations, status=Status.FAILED
    )
    assert place.service.runs(deployment.id)[Stage.ROLLBACK].outcome is Outcome.SKIPPED


@pytest.mark.parametrize("point", [*IN_APPLY, *UP_TO_THE_PROBES])
def test_what_the_probes_refuse_never_was_on_the_target_although_the_worker_dies(
    begun, worker_lives, tmp_path, point
):
    first, second = (str(next(_NUMBERS)) for _ in range(2))
    up = f"create table public.open{second} (id int); grant all on public.open{second} to anon"
    migrations = [(first, *leaves(first)), (second, unseen(up), f"drop table public.open{second};\n")]
    place = begun["refused"]
    deployment = end_untouched(
        place, worker_lives, point, tmp_path / "died", migrations=migrations, status=Status.REFUSED
    )
    runs = place.service.runs(deployment.id)
    assert runs[Stage.APPLY].outcome is Outcome.REFUSED
    assert "rls-disabled" in {each.rule for each in runs[Stage.APPLY].findings}
    assert runs.keys().isdisjoint({Stage.SMOKE, Stage.ROLLBACK})


def test_before_the_one_commit_nothing_is_on_the_target_and_behind_it_everything(begun, worker_lives):
    place = begun["good"]
    new = [str(next(_NUMBERS)) for _ in range(2)]
    for version in new:
        place.migration(version, "leaves", *leaves(version))
    deployment = place.ask(place.commit("Before and after"))
    assert worker_lives.live(deployment, die_at="apply: before the commit of all") == -signal.SIGKILL
    assert set(place.versions()).isdisjoint(new)
    assert worker_lives.live(deployment, die_at="apply: after the commit of all") == -signal.SIGKILL
    assert place.versions()[-2:] == new
    assert worker_lives.live(deployment) == 0
    assert place.service.house.reading.deployment(deployment).status is Status.SUCCEEDED


def test_what_the_settings_declare_as_meant_passes_the_probes_and_the_smoke(begun, worker_lives):
    place = begun["meant"]
    shown = "create table public.shown (id int); grant select on public.shown to anon;"
    place.migration(str(next(_NUMBERS)), "shown", unseen(f"{shown} {OURS_ALONE}"))
    deployment = place.ask(place.commit("Show it"))
    assert worker_lives.live(deployment) == 0
    assert place.service.house.reading.deployment(deployment).status is Status.SUCCEEDED
    rules = {each.rule for each in place.service.runs(deployment)[Stage.SMOKE].findings}
    assert "opening-intended" in rules
    assert "rls-disabled" not in rules
