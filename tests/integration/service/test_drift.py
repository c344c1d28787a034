"""A target that somebody changes by hand: told by the schedule, by a command, by a deployment."""

import json

from tests.support.places import at, table
from tests.support.service import eventually

PLACES = ("told", "accepted", "warned", "refusing", "undone", "restored", "older", "ignored", "unadopted")
SETTINGS = {
    "settings": {"refusing": 'when_drifted = "refuse"', "ignored": 'when_drifted = "ignore"'},
    "environment": {"BASCULE__SERVICE__COMPARE_FACTS": "1s"},
}
EVENTS = """
select kind, actor, detail from bascule.event where target = %(target)s and kind like 'drift%%' order by id
"""


def events(place):
    return [kind for kind, *_ in place.ledger(EVENTS)]


def drifted(place, *, code=1):
    """Ask for the drift; return its headlines."""
    return [each["headline"] for each in place.service.told("drift", place.name, code=code)["changes"]]


def unwrapped(text):
    return " ".join(text.split())


def looked_again(place):
    """Wait until the schedule has sent for two more looks at this target, and a worker has had the first."""
    sql = "select looked from bascule.target where name = %(target)s"
    for _ in range(3):
        before = place.ledger(sql)
        eventually(lambda before=before: place.ledger(sql) != before, what="a look")


def deploy(place, version, up, down="select 1;\n"):
    place.migration(version, "change", up, down)
    return place.deploy()


def findings(place, deployment, stage="observe"):
    return [each.message for each in place.service.runs(deployment.id)[stage].findings]


@at("told")
def test_the_schedule_tells_of_a_drift_once_and_of_its_end(place):
    assert drifted(place, code=0) == []
    place.rows("create table public.by_hand (id int primary key, note text default 'swordfish')")
    eventually(lambda: events(place) == ["drifted"], what="the event")
    looked_again(place)
    ((_, actor, detail),) = place.ledger(EVENTS)
    assert actor == "bascule"
    assert detail == {"changes": 1, "headlines": ["table public.by_hand was added"]}
    assert "drifted" in place.service.command("status", place.name)
    place.rows("drop table public.by_hand")
    eventually(lambda: events(place) == ["drifted", "drift_ended"], what="the end")
    assert "drifted" not in place.service.command("status", place.name)


@at("accepted")
def test_a_person_sees_what_changed_and_accepts_it(place):
    assert deploy(place, "20260101000000", table("orders", "id int, owner text")).status == "succeeded"
    place.rows("create policy own on public.orders using (owner = 'ada')")
    text = place.service.command("drift", place.name, code=1)
    added = "policy own on public.orders was added: permissive, for all, to public, using (owner ="
    assert added in unwrapped(text)
    assert max(map(len, text.splitlines())) <= 80
    value = json.loads(place.service.command("drift", place.name, "--json", code=1))
    assert (value["drifted"], value["accepted"], value["unknown"]) == (True, False, None)
    assert "accepted" in place.service.command("drift", place.name, "--accept")
    assert drifted(place, code=0) == []
    kind, actor, detail = place.ledger(EVENTS)[-1]
    assert (kind, actor, detail["headlines"]) == (
        "drift_accepted",
        "ada",
        ["policy own on public.orders was added"],
    )
    place.rows("alter policy own on public.orders using (owner = 'bob')")
    text = place.service.command("drift", place.name, code=1)
    assert "using changed from (owner = 'ada'::text) to" in unwrapped(text)
    assert place.service.command("drift", place.name, "--accept")
    assert place.service.command("drift", place.name, "--accept").strip().endswith("ago")


@at("warned")
def test_a_deployment_warns_and_approves_only_of_its_own_changes(place):
    assert deploy(place, "20260101000000", table("orders")).status == "succeeded"
    place.rows(table("by_hand"))  # in one statement: a look between two would tell of the table twice
    done = deploy(place, "20260102000000", "alter table public.orders add column total int;\n")
    assert done.status == "succeeded"
    (warning,) = findings(place, done)
    assert "1 thing changed: table public.by_hand was added" in warning
    headlines = drifted(place)
    assert "table public.by_hand was added" in headlines
    assert not [each for each in headlines if "orders" in each]
    looked_again(place)
    assert events(place).count("drifted") == 1
    done = deploy(place, "20260103000000", "drop table public.by_hand;\n", "select 1;\n")
    assert done.status == "succeeded", findings(place, done)
    assert drifted(place, code=0) == []
    assert events(place)[-1] == "drift_ended"


@at("refusing")
def test_a_deployment_refuses_until_it_is_undone(place):
    place.rows("create table public.by_hand (id int)")
    refused = deploy(place, "20260101000000", table("orders"))
    assert refused.status == "refused"
    assert place.versions() == []
    place.rows("drop table public.by_hand")
    retried = place.service.told("retry", str(refused.id))["deployment"]
    assert retried["status"] == "succeeded"


@at("undone")
def test_an_undo_is_no_drift_and_leaves_what_is_one(place):
    done = deploy(place, "20260101000000", table("orders"), "drop table public.orders;\n")
    place.rows("create view public.by_hand as select 1 as one")
    assert place.service.told("rollback", str(done.id), "-y")["deployment"]["status"] == "rolled_back"
    assert drifted(place)[-1] == "view public.by_hand was added"
    place.rows("drop view public.by_hand")
    assert drifted(place, code=0) == []


@at("restored")
def test_a_rollback_by_itself_restores_a_target_that_had_drifted(place):
    place.rows("create view public.by_hand as select 1 as one")
    place.migration("20260101000000", "fine", table("fine"), "drop table public.fine;\n")
    place.migration("20260102000000", "bad", "select 1 / 0;\n")
    done = place.deploy()
    assert done.status == "rolled_back"
    assert drifted(place)[-1] == "view public.by_hand was added"
    place.rows("drop view public.by_hand")
    assert drifted(place, code=0) == []


@at("older")
def test_a_target_without_recorded_facts_says_so_and_gets_them(place):
    place.ledger("update bascule.target set facts = null, facts_at = null where name = %(target)s")
    value = place.service.told("drift", place.name, code=1)
    assert (value["drifted"], value["unknown"]) == (None, "its facts were never recorded")
    assert f"bascule drift {place.name} --accept" in place.service.command("drift", place.name, code=1)
    assert deploy(place, "20260101000000", table("orders")).status == "succeeded"
    assert drifted(place, code=0) == []
    place.ledger("update bascule.target set facts = null, facts_at = null where name = %(target)s")
    place.service.command("drift", place.name, "--accept")
    assert drifted(place, code=0) == []


@at("ignored")
def test_where_nobody_wants_to_know_nobody_is_told_but_who_asks(place):
    place.rows("create table public.by_hand (id int)")
    done = deploy(place, "20260101000000", table("orders"))
    assert (done.status, findings(place, done)) == ("succeeded", [])
    assert place.ledger("select looked from bascule.target where name = %(target)s") == [(None,)]
    assert "table public.by_hand was added" in drifted(place)


def test_a_target_that_nobody_adopted_is_not_compared(running_places):
    place = running_places["unadopted"]
    done = place.service.run("drift", place.name)
    assert (done.returncode, "nobody has adopted unadopted" in done.stderr) == (2, True), done.stderr
