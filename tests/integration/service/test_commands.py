"""What commands print and exit with, as scripts rely on it."""

import json
import time

import pytest

from tests.support.places import at, table

PLACES = ("spoken", "here", "unadopted")


@at("spoken")
def test_every_verb_speaks_json_and_exits_with_what_became_of_it(place):
    name, told = place.name, place.service.told
    place.migration("20260101000000", "one", table("one"), "drop table public.one;\n")
    place.commit()
    assert told("config", "check")["faults"] == []
    assert {one["health"] for one in told("doctor")} <= {"well", "note"}
    assert told("adopt", name, "--dry-run")["adopted"] is False
    assert len(told("plan", name)["pending"]) == 1
    first = told("deploy", name)
    assert [run["stage"] for run in first["runs"]] == [
        "checkout", "plan", "validate", "observe", "rehearse", "apply", "smoke",
    ]  # fmt: skip
    number = str(first["deployment"]["id"])
    assert told("deploy", name)["runs"][-1]["outcome"] == "skipped"
    assert [one["version"] for one in told("history", name)] == ["20260101000000"]
    assert told("schema", name)["tables"][0]["name"] == "one"
    assert told("schema", name, "--policies") == []
    assert told("show", number)["deployment"]["status"] == "succeeded"
    assert {one["name"] for one in told("status")["targets"]} == set(PLACES)
    lines = place.service.command("logs", number, "--json").splitlines()
    assert [json.loads(line)["kind"] for line in lines][-1] == "succeeded"
    assert told("rollback", number, code=2)["error"]["remedy"]
    assert told("rollback", number, "-y")["deployment"]["status"] == "rolled_back"
    refused = told("deploy", name, code=1)
    assert refused["runs"][-1]["findings"][0]["rule"] == "held"
    assert told("plan", name, code=1)["verdict"] == "refuse"
    assert told("retry", str(refused["deployment"]["id"] - 1))["deployment"]["status"] == "succeeded"
    place.migration("20260102000000", "bad", "select 1 / 0;\n")
    place.commit()
    assert told("deploy", name, code=3)["deployment"]["status"] == "failed"
    assert told("release", name)["released"] is True
    waiting = told("deploy", name)["deployment"]
    assert (waiting["status"], waiting["waiting_for"]) == ("waiting", "adoption")


@at("here")
def test_a_deployment_can_be_carried_out_without_the_service(place):
    place.migration("20260101000000", "one", table("one"), "drop table public.one;\n")
    older = place.commit()
    place.migration("20260102000000", "two", table("two"), "drop table public.two;\n")
    place.commit()
    done = place.service.run("deploy", place.name, "--commit", older, "--here", "--json")
    assert (done.returncode, json.loads(done.stdout)["deployment"]["status"]) == (0, "succeeded")
    assert place.versions() == ["20260101000000"]
    for wrong, code, words in (("d" * 40, 1, "commit-vanished"), ("d" * 7, 2, "full commit id")):
        done = place.service.run("deploy", place.name, "--commit", wrong, "--here")
        assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done
    text = place.service.command("deploy", place.name, "--here")
    assert "succeeded" in text
    assert place.versions() == ["20260101000000", "20260102000000"]
    place.migration("20260103000000", "bad", "select 1 / 0;\n")
    place.commit()
    failed = place.service.run("deploy", place.name, "--here")
    assert (failed.returncode, "20260103000000_bad.sql:1" in failed.stdout) == (3, True), failed.stdout


WRONG = {
    ("deploy", "nowhere"): (2, "there is no target 'nowhere'"),
    ("adopt", "nowhere"): (2, "there is no target 'nowhere'"),
    ("status", "nowhere"): (2, "there is no target 'nowhere'"),
    ("show", "4711"): (1, "there is no deployment 4711"),
    ("retry", "4711"): (1, "there is no deployment 4711"),
    ("rollback", "4711", "-y"): (1, "there is no deployment 4711"),
    ("logs", "4711"): (1, "there is no deployment 4711"),
    ("show", "x"): (2, "Invalid value"),
    ("fly",): (2, "No such command"),
    ("adopt", "spoken", "--baseline", "9"): (2, "no migration has version 9"),
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_cannot_be_is_said_in_one_line_with_its_exit_code(running_places, words):
    code, message = WRONG[words]
    done = running_places["spoken"].service.run(*words)
    assert (done.returncode, message in done.stderr) == (code, True), (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr


def test_a_deployment_that_waits_for_a_person_is_not_waited_for(running_places):
    place = running_places["unadopted"]
    place.migration("20260101000000", "one", table("one"))
    place.commit()
    began = time.monotonic()
    told = place.service.told("deploy", place.name)["deployment"]
    assert (told["status"], told["waiting_for"]) == ("waiting", "adoption")
    assert time.monotonic() - began < 8
    assert place.service.told("deploy", place.name, "--here")["deployment"]["waiting_for"] == "adoption"
