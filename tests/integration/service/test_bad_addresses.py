"""Wrong addresses, passwords and rights: one clear error each, from every side, and the target untouched."""

import re
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestrator.domain.deployment import Status
from tests.support.leaks import leaks_of
from tests.support.places import places as some_places
from tests.support.places import table
from tests.support.service import free_port
from tests.support.service import service as a_service

NAMES = ("good", "wrong-password", "no-database", "nobody-there", "no-right")
READER_PASSWORD = "a-password-of-a-reader"


def with_port(url, port):
    return re.sub(r":\d+/", f":{port}/", url)


@pytest.fixture(scope="module")
def reader(postgres):
    """A role that may connect and read, and nothing else."""
    role = "bascule_test_reader"
    with psycopg.connect(postgres.url("postgres", "supabase_admin"), autocommit=True) as connection:
        connection.execute(f"drop role if exists {role}")
        connection.execute(f"create role {role} login password '{READER_PASSWORD}'")
        yield role
    with psycopg.connect(postgres.url("postgres", "supabase_admin"), autocommit=True) as connection:
        connection.execute(f"drop role {role}")


@pytest.fixture(scope="module")
def made(tmp_path_factory, embedded_servers, postgres, reader):
    folder = tmp_path_factory.mktemp("addresses")

    def url(name):
        return postgres.url(f"{folder.name}_{name}".replace("-", "_"), "postgres")

    password = urlsplit(url("good")).password
    with some_places(
        folder,
        NAMES,
        postgres=postgres,
        broker_url=embedded_servers.broker_url,
        urls={
            "wrong-password": url("wrong-password").replace(password, "a-wrong-password-of-a-user"),
            "no-database": postgres.url("there_is_no_such_database", "postgres"),
            "nobody-there": with_port(url("nobody-there"), free_port()),
            "no-right": url("no-right").replace(f"postgres:{password}", f"{reader}:{READER_PASSWORD}"),
        },
    ) as it:
        for place in it.values():
            place.migration("20260101000000", "one", table("one"), "drop table public.one;\n")
            place.commit()
        yield it
        assert leaks_of(it["good"].service) == []


CASES = {
    "wrong-password": (2, "wrong-password", "check user and password"),
    "no-database": (2, "unknown-database", "check the last part of the URL"),
    "nobody-there": (4, "unreachable", "host and port"),
    "no-right": (2, "missing-right", "grant create on database"),
}


@pytest.mark.parametrize("name", CASES)
def test_adoption_says_what_is_wrong_with_an_address_and_what_to_do(made, name):
    code, error, remedy = CASES[name]
    place = made[name]
    failure = place.service.told("adopt", name, code=code)["error"]
    assert failure["code"] == error, failure
    assert name in failure["message"]
    assert remedy in failure["remedy"]
    text = place.service.run("adopt", name).stderr
    assert "Traceback" not in text
    assert text.startswith("error: "), text


def test_the_doctor_names_all_of_them_at_once(made):
    told = made["good"].service.told("doctor", code=2)
    health = {one["about"]: one["health"] for one in told}
    assert health["ledger"] == "well"
    assert {name: health[f"target {name}"] for name in NAMES} == {
        "good": "note",
        **dict.fromkeys(CASES, "ill"),
    }
    assert all(one["remedy"] for one in told if one["health"] == "ill")


@pytest.mark.parametrize("name", CASES)
def test_a_deployment_fails_with_the_same_words_and_nothing_is_touched(made, name):
    """The address may go bad long after the adoption."""
    place, (code, error, _) = made[name], CASES[name]
    place.service.house.care.adopt(name, commit=None, present=(), actor="ada")
    if code == 4:  # it waits; patience ends it one day
        done = place.service.run("deploy", name, "--here", "--timeout", "2")
        assert (done.returncode, place.deployments()[-1].status) == (4, Status.RUNNING)
        return
    told = place.service.told("deploy", name, "--here", code=3)
    assert told["deployment"]["status"] == "failed"
    expected = "not-adopted" if name == "no-right" else error
    assert told["deployment"]["failure"]["code"] in (expected, error), told["deployment"]["failure"]
    assert place.rows("select to_regclass('public.one')") == [(None,)]


def test_the_transaction_pooler_is_refused_with_the_other_faults_of_the_settings(made):
    place = made["good"]
    bad = {
        "URL_GOOD": with_port(place.database.url, 6543),
        "URL_NO_RIGHT": "mysql://somewhere/x",
        "BROKER_URL": "http://somewhere",
    }
    for words in (("config", "check"), ("status",), ("adopt", "good")):
        done = place.service.run(*words, environment=bad)
        assert done.returncode == 2, done.stdout + done.stderr
        for key in ("targets.good.database_url", "targets.no-right.database_url", "service.broker_url"):
            assert key in done.stderr, done.stderr
        assert "6543" in done.stderr


def test_a_ledger_that_refuses_or_is_away_is_said_so_by_every_command(made):
    place = made["good"]
    control = place.service.environment["CONTROL_URL"]
    wrong = control.replace(urlsplit(control).password, "not-the-password-of-this-ledger")
    away = with_port(control, free_port())
    for words in (("status",), ("adopt", "good"), ("deploy", "good"), ("show", "1")):
        refused = place.service.run(*words, environment={"CONTROL_URL": wrong})
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), (words, refused.stderr)
        assert "control database" in refused.stderr
        gone = place.service.run(*words, environment={"CONTROL_URL": away})
        assert (gone.returncode, "Traceback" in gone.stderr) == (4, False), (words, gone.stderr)


def test_a_second_service_on_the_same_target_is_refused_by_the_fence(made, tmp_path, empty_database):
    place = made["good"]
    place.adopt()
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=place.service.environment["BROKER_URL"],
        staging_url=place.database.url,
    ) as second:
        second.work.write("supabase/migrations/20260101000009_other.sql", table("other"))
        second.work.commit("Other")
        second.work.push("origin", "staging")
        refused = second.told("adopt", "staging", code=2)["error"]
        assert refused["code"] == "adopted-by-another"
        assert place.service.house.claims.ledger_id in refused["message"]
        # even a ledger that believes in its own adoption is stopped by the target
        second.house.care.adopt("staging", commit=None, present=(), actor="ada")
        failed = second.told("deploy", "staging", "--here", code=3)["deployment"]
        assert (failed["status"], failed["failure"]["code"]) == ("failed", "adopted-by-another")
        assert second.run("release", "staging").returncode == 2
    assert place.rows("select to_regclass('public.other')") == [(None,)]
    place.service.command("deploy", "good", "--here")
    assert place.versions() == ["20260101000000"]
