"""A person undoes a deployment or a part of it, or opens a target that is closed."""

from orchestrator.domain.deployment import Status, WaitingFor
from orchestrator.domain.event import EventKind
from tests.support.places import EFFECTS, at, table
from tests.support.service import eventually

PLACES = ("part", "rows", "left", "unlocked", "unpaired")

GOOD = ("20260101000001", "good", table("good"), "drop table public.good;\n")
MORE = ("20260101000002", "more", table("more"), "drop table public.more;\n")
ONE, TWO = GOOD[0], MORE[0]


def begin(place):
    place.migration("20260101000000", "effects", EFFECTS, "drop table public.effects;\n")
    place.deploy()


@at("part")
def test_a_part_of_a_deployment_is_undone_and_only_that_is_held(place):
    begin(place)
    place.migration(*GOOD)
    place.deploy()
    place.rows("alter table public.effects add column by_hand int")
    before = place.facts()
    place.migration(*MORE)
    place.migration(
        "20260101000003", "most", "alter table public.good add x int;\n", "alter table public.good drop x;\n"
    )
    deployment = place.deploy()
    number = str(deployment.id)
    for wrong, code in (("1", "version-unknown"), ("20260101000003", "nothing-to-undo")):
        assert place.service.told("rollback", number, "--to", wrong, "-y", code=1)["error"]["code"] == code
    seen = place.service.told("rollback", number, "--to", TWO, "--dry-run")
    assert [(one["version"], one["source"]) for one in seen["steps"]] == [("20260101000003", "file")]
    assert len(place.versions()) == 4
    told = place.service.told("rollback", number, "--to", TWO, "-y")["deployment"]
    assert told["status"] == "rolled_back"
    assert place.versions() == place.recorded() == ["20260101000000", ONE, TWO]
    (hold,) = place.service.house.kept.holds(place.name)
    assert ([version for version, _ in hold.members], hold.undone) == (["20260101000003"], True)
    assert held(place) == [["20260101000003"]]
    # what was changed by hand is still drift, what the undo changed is none
    drift = place.service.told("drift", place.name, code=1)["changes"]
    assert [one["identity"] for one in drift] == ["public.effects.by_hand"]
    assert place.service.told("rollback", number, "-y")["deployment"]["status"] == "rolled_back"
    assert place.versions() == ["20260101000000", ONE]
    assert place.facts() == before


@at("left")
def test_what_left_the_branch_is_no_longer_told_as_held_and_is_held_when_it_comes_back(place):
    begin(place)
    place.migration(*GOOD)
    number = str(place.deploy().id)
    place.service.told("rollback", number, "-y")
    assert held(place) == [[ONE]]
    file = place.work.work / f"supabase/migrations/{ONE}_{GOOD[1]}.sql"
    text = file.read_text()
    file.unlink()
    (place.work.work / f"supabase/rollbacks/{ONE}_{GOOD[1]}.sql").unlink()
    assert place.deploy().status is Status.SUCCEEDED
    assert (held(place), "holds" in place.service.command("status", place.name)) == ([], False)
    place.migration(ONE, GOOD[1], text)
    again = place.deploy()
    assert (again.status, held(place)) == (Status.REFUSED, [[ONE]])
    (found,) = [
        each
        for run in place.service.house.reading.runs(again.id)
        for each in run.findings
        if each.rule == "held"
    ]
    assert "somebody asked for it" in found.effect


def held(place):
    (target,) = place.service.told("status", place.name)["targets"]
    return [[version for version, _ in hold["members"]] for hold in target["holds"]]


@at("rows")
def test_the_losses_are_shown_and_rows_are_dropped_only_when_that_is_said(place):
    begin(place)
    place.migration(*GOOD)
    number = str(place.deploy().id)
    place.rows("insert into public.good values (1), (2)")
    shown = place.service.run("rollback", number, "--dry-run")
    assert (shown.returncode, "public.good: 2 rows" in shown.stdout) == (1, True)
    assert "--drop-rows" in shown.stderr
    place.service.command("rollback", number, "--dry-run", "--drop-rows")
    assert place.service.told("rollback", number, "--dry-run", code=1)["at_stake"][0]["rows"] == 2
    asks = place.service.run("rollback", number, "--drop-rows")
    assert (asks.returncode, "--yes" in asks.stderr) == (2, True), asks
    refused = place.service.run("rollback", number, "--yes")
    assert (refused.returncode, "--drop-rows" in refused.stderr) == (1, True), refused
    assert place.rows("select count(*) from public.good") == [(2,)]
    done = place.service.told("rollback", number, "--yes", "--drop-rows")
    assert (done["deployment"]["status"], done["deployment"]["drop_rows"]) == ("rolled_back", True)
    assert done["runs"][-1]["gave"]["at_stake"][0]["rows"] == 2
    assert place.versions() == ["20260101000000"]


@at("unlocked")
def test_a_closed_target_is_opened_with_a_reason_and_nothing_is_tried_again(place):
    begin(place)
    place.migration(*GOOD[:3], down="-- nothing\n")
    place.migration("20260101000002", "bad", "select 1 / 0;\n")
    stuck = place.deploy()
    assert (stuck.status, stuck.failure.code) == (Status.STUCK, "rollback-empty")
    assert "20260101000001_good.sql" in stuck.failure.message
    assert place.versions() == ["20260101000000", ONE]
    place.migration("20260101000002", "bad", table("better"), "drop table public.better;\n")
    place.push()
    eventually(lambda: place.service.newest(place.name).waiting_for is WaitingFor.LOCK, what="the wait")
    silent = place.service.run("unlock", place.name)
    assert (silent.returncode, f'bascule unlock {place.name} --because "' in silent.stderr) == (2, True)
    assert (
        place.service.told("unlock", place.name, "--because", " ", code=2)["error"]["code"]
        == "reason-missing"
    )
    assert place.versions() == ["20260101000000", ONE]
    told = place.service.told("unlock", place.name, "--because", "it may stay")
    assert told == {"target": place.name, "unlocked": True, "closed_by": stuck.id}
    eventually(
        lambda: place.service.newest(place.name).status is Status.SUCCEEDED, what="the next deployment"
    )
    assert place.versions() == ["20260101000000", ONE, TWO]
    unlocked = [
        event.detail
        for event in place.service.house.reading.events(deployment=stuck.id)
        if event.kind is EventKind.TARGET_UNLOCKED
    ]
    assert unlocked == [{"because": "it may stay"}]
    assert (
        place.service.told("unlock", place.name, "--because", "again", code=1)["error"]["code"]
        == "target-open"
    )


@at("unpaired")
def test_a_rollback_that_could_belong_to_two_migrations_is_one_clear_error_and_nothing_is_touched(place):
    begin(place)
    before = place.facts(), place.versions()
    place.migration(*GOOD)
    place.work.write(f"supabase/rollbacks/{ONE}_other.sql", "drop table public.good;\n")
    refused = place.deploy()
    assert refused.status is Status.REFUSED
    runs = place.service.house.reading.runs(refused.id)
    errors = [one.rule for run in runs for one in run.findings if one.severity == "error"]
    assert errors == ["rollback-ambiguous"]
    assert (place.facts(), place.versions()) == before
