"""Servers and parts go away and come back: what was pushed meanwhile is deployed, and nothing is acknowledged
that was not stored."""

import json
import signal

import httpx
import pytest

from orchestrator.domain.deployment import Cause, Stage, Status
from orchestrator.embedded.servers import Embedded
from tests.support.delay_proxy import delay_proxy
from tests.support.folders import a_folder
from tests.support.http_receiver import receiving
from tests.support.places import EFFECTS, at, table
from tests.support.places import places as some_places
from tests.support.service import eventually

NAMES = (
    "all-down",
    "untold",
    "later",
    "brokerless",
    "ledgerless",
    "target-down",
    "judged-later",
    "middle",
)
FAR = ("target-down", "judged-later")


@pytest.fixture(scope="module")
def own():
    """A PostgreSQL for the ledger and a broker that these tests may stop; the targets live elsewhere."""
    with a_folder("down") as folder, Embedded.start(folder, postgres_options=["fsync=off"]) as servers:
        yield servers


@pytest.fixture(scope="module")
def proxy(postgres):
    with delay_proxy(postgres.url("postgres", "postgres")) as it:
        yield it


@pytest.fixture(scope="module")
def slack():
    """Where Slack's incoming webhook would be."""
    with receiving() as it:
        yield it


@pytest.fixture(scope="module")
def down(tmp_path_factory, own, postgres, proxy, slack):
    folder = tmp_path_factory.mktemp("down")
    far = {name: postgres.url(f"{folder.name}_{name}".replace("-", "_"), "postgres") for name in FAR}
    with some_places(
        folder,
        NAMES,
        postgres=postgres,
        control_url=own.control_url,
        broker_url=own.broker_url,
        compare_heads="1s",
        more='[notify.team]\nslack_webhook_url = "env:SLACK_URL"\n',
        environment={"SLACK_URL": f"{slack.url}/services/team"},
        urls={name: proxy.url(url) for name, url in far.items()},
    ) as made:
        for place in made.values():
            place.begin()
        made["untold"].service.start()
        yield made


@pytest.fixture
def place(request, down):
    """A place with one more migration in its checkout."""
    it = down[request.param]
    it.migration("20260101000000", "one", table("one"), "drop table public.one;\n")
    return it


def assert_deployed(place, commit, *, seconds=20):
    deployment = place.service.ended(commit, place.name, seconds=seconds)
    assert deployment.status is Status.SUCCEEDED, deployment
    assert place.versions() == ["20260101000000"]
    return deployment


@at("untold")
def test_a_push_whose_webhook_never_came_is_found_on_schedule_and_people_are_told_so(place, slack):
    deployment = assert_deployed(place, place.commit())
    assert deployment.cause is Cause.RECONCILIATION
    words = "found by reconciliation"
    assert words in place.service.command("status", place.name)
    assert words in place.service.command("show", str(deployment.id))
    for path in ("/", f"/deployments/{deployment.id}"):
        assert words in httpx.get(f"{place.service.page}{path}", timeout=5).text
    about = f"deployment {deployment.id} · {words}"
    eventually(
        lambda: any(about in str(json.loads(one.body)) for one in slack.received), what="Slack's message"
    )


@at("later")
def test_a_push_whose_webhook_never_came_while_everything_was_down_is_found_at_start(place):
    place.service.kill()
    commit = place.commit()
    place.service.start()
    assert_deployed(place, commit)
    assert len(place.deployments()) == 1


@at("all-down")
def test_a_push_sent_while_worker_relay_and_broker_are_down_is_deployed_when_they_are_back(place, own):
    place.service.kill("worker", "relay")
    own.valkey.stop()
    commit = place.push()
    own.valkey.start()
    place.service.start("relay", "worker")
    assert assert_deployed(place, commit).cause is Cause.PUSH


@at("brokerless")
def test_a_webhook_is_accepted_while_the_broker_is_down_and_deployed_afterwards(place, own):
    own.valkey.stop()
    assert httpx.get(f"{place.service.page}/readyz", timeout=5).status_code == 503
    commit = place.push()
    own.valkey.start()
    assert_deployed(place, commit)
    eventually(lambda: httpx.get(f"{place.service.page}/readyz", timeout=5).is_success, what="readiness")


@at("ledgerless")
def test_nothing_is_acknowledged_while_the_ledger_is_down_and_everything_recovers_by_itself(place, own):
    own.postgres.stop()
    commit = place.commit()
    refused = place.deliver(commit)
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
    assert refused.json()["code"] == "ledger-unavailable"
    own.postgres.start()
    eventually(lambda: place.deliver(commit).status_code == 202, what="the receiver's recovery")
    assert_deployed(place, commit, seconds=30)
    assert [part for part, process in place.service.running.items() if process.poll() is not None] == []


@at("target-down")
def test_a_deployment_waits_for_a_target_that_is_down(place, proxy):
    proxy.closed = True
    proxy.cut()
    commit = place.push()

    def waits():
        newest = place.service.newest(place.name)
        return newest is not None and (newest.stage, newest.status) == ("plan", "running")

    eventually(waits, what="the plan stage")
    eventually(lambda: '"unreachable"' in place.service.log("worker"), what="the attempt to connect")
    assert place.service.newest(place.name).finished is None
    proxy.closed = False
    assert assert_deployed(place, commit).attempts == 1


@at("judged-later")
def test_a_target_that_goes_away_before_its_sql_is_judged_is_looked_at_again(place, proxy):
    place.service.kill("relay", "worker")
    commit = place.commit()
    died = place.service.run(
        "deploy", place.name, "--here", environment={"BASCULE_CRASH_POINT": "plan: recorded"}
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    proxy.closed = True
    proxy.cut()
    told = len(place.service.log("worker"))
    place.service.start("relay", "worker")
    eventually(lambda: '"unreachable"' in place.service.log("worker")[told:], what="the attempt to connect")
    newest = place.service.newest(place.name)
    assert (newest.stage, newest.status) == (Stage.VALIDATE, Status.RUNNING)
    proxy.closed = False
    assert_deployed(place, commit)
    assert len(place.deployments()) == 1


@at("middle")
def test_ledger_and_broker_restart_in_mid_migration_and_nothing_is_applied_twice(place, own):
    place.migration("20260101000001", "effects", EFFECTS)
    slow = "insert into public.effects values ('20260101000002');\nselect pg_sleep(1);\n"
    place.migration("20260101000002", "slow", slow)
    place.migration("20260101000003", "after", "insert into public.effects values ('20260101000003');\n")
    commit = place.push()
    sleeping = "select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
    eventually(lambda: place.rows(sleeping) != [], what="the slow migration")
    own.valkey.stop()
    own.postgres.stop()
    own.postgres.start()
    own.valkey.start()
    assert place.service.ended(commit, place.name, seconds=30).status is Status.SUCCEEDED
    assert place.effects() == ["20260101000002", "20260101000003"]
    assert place.recorded() == place.versions()
    assert "Connection to broker lost" in place.service.log("worker")
    assert "DeprecationWarning" not in place.service.log("worker")
