"""Failures of more than thirty kinds, each with secrets of its own, none of which comes to light anywhere.

Looked through are the logs of every process, all of the ledger, the state directory, what commands printed,
what the page and the API answered, what receivers of notifications got, and the command lines of all
processes.
"""

import re
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from orchestrator.domain.deployment import Status
from orchestrator.embedded import scratch
from tests.support.canaries import Canaries, CommandLines
from tests.support.folders import a_folder
from tests.support.github import signed_push
from tests.support.http_receiver import Answer, receiving
from tests.support.leaks import leaks_among, leaks_of, words_of
from tests.support.places import places as some_places
from tests.support.places import table, unseen
from tests.support.service import SECRET, ZERO, eventually, free_port
from tests.support.sleeping import start_worker
from tests.support.wrong_settings import wrong_settings

NAMES = ("rows", "password", "tls", "nowhere", "dump", "locked", "fault", "gone")
SAID = "said+by/the author é"
FIRST, SECOND = "20260101000000", "20260102000000"


@pytest.fixture(scope="module")
def canaries():
    return Canaries()


@pytest.fixture(scope="module")
def forge(tmp_path_factory):
    """A forge that speaks TLS and takes nobody's token; return its URL and its certificate."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
        ],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with receiving(tls=tls) as server:
        server.otherwise = Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="git"'})
        yield f"https://localhost:{server.port}", folder / "cert.pem"


@pytest.fixture(scope="module")
def receiver(canaries):
    """Where notifications go; half of the answers fail and repeat what they were sent to."""
    with receiving() as server:
        server.otherwise = Answer(status=500, body=f"no_service {canaries['slack']}".encode())
        yield server


MORE = """
[repositories.private]
url = "{forge}/app.git"
token = "env:FORGE_TOKEN"
webhook_secret = ["env:PRIVATE_SECRET"]

[targets.private]
repository = "private"
branch = "main"
database_url = "env:URL_PRIVATE"

[notify.slack]
slack_webhook_url = "env:SLACK_URL"

[notify.hook]
url = "{receiver}/hook"
secret = "env:HOOK_SECRET"
allow_private = true

[notify.nobody]
slack_webhook_url = "env:NOBODY_URL"
"""


@pytest.fixture(scope="module")
def state():
    """A state directory that the scratch server's user can reach."""
    with a_folder("secrets") as folder:
        yield folder
        scratch.release_all()


@pytest.fixture(scope="module")
def made(tmp_path_factory, embedded_servers, canaries, forge, receiver, state):  # noqa: PLR0917 - fixtures
    folder, postgres = tmp_path_factory.mktemp("secrets"), embedded_servers.postgres

    def url(name, role="postgres"):
        return postgres.url(f"{folder.name}_{name}".replace("-", "_"), role)

    def with_password(url, name):
        return url.replace(f":{urlsplit(url).password}@", f":{canaries.in_url(name)}@")

    with some_places(
        folder,
        NAMES,
        postgres=postgres,
        broker_url=embedded_servers.broker_url,
        urls={
            "password": with_password(url("password"), "target password"),
            "tls": with_password(url("tls"), "tls password"),
            "nowhere": f"postgresql://me:{canaries.in_url('nowhere password')}@nowhere.invalid/x",
            "gone": with_password(re.sub(r":\d+/", f":{free_port()}/", url("gone")), "gone password"),
        },
        settings={
            "tls": 'sslmode = "require"',
            "locked": 'lock_timeout = "100ms"',
            "nowhere": 'sslmode = "disable"',
        },
        more=MORE.format(forge=forge[0], receiver=receiver.url),
        environment={
            "URL_PRIVATE": with_password(url("rows"), "private password").replace("_rows", "_private"),
            "FORGE_TOKEN": canaries["forge token"],
            "PRIVATE_SECRET": canaries["private webhook secret"],
            "SLACK_URL": f"{receiver.url}/services/{canaries.plain('slack path')}",
            "NOBODY_URL": f"http://127.0.0.1:{free_port()}/services/{canaries.plain('nobody path')}",
            "HOOK_SECRET": f"whsec_{canaries.plain('hook secret')}AA",
            "GIT_SSL_CAINFO": str(forge[1]),
            "ADMIN_TOKEN": canaries.plain("admin token"),
            "BASCULE__SERVICE__ADMIN_TOKEN": "env:ADMIN_TOKEN",
            "BASCULE__TARGETS__DUMP__REHEARSE": "true",
            "BASCULE__SERVICE__STATE_DIRECTORY": str(state),
            "BASCULE_LOG_LEVEL": "debug",
        },
    ) as it:
        yield it


@pytest.fixture(scope="module")
def command_lines():
    with CommandLines().watched() as it:
        yield it


@pytest.fixture(scope="module")
def answers():
    """What people were answered over HTTP, by what was asked."""
    return {}


@pytest.fixture(scope="module")
def running(made, command_lines):
    for place in made.values():
        place.work.write("README.md", place.name)
        place.migration(FIRST, "people", table("people", "id int primary key, mail text"), None)
        place.commit("Begin")
        if place.name != "fault":
            place.service.house.care.adopt(place.name, commit=place.work.head, present=(), actor="ada")
    service = made["rows"].service
    service.start("web", "relay")
    start_worker(service)
    return service


@pytest.fixture(scope="module")
def kinds():
    """The failures that came about."""
    return set()


def test_settings_that_are_wrong_show_no_secret(made, canaries, kinds, tmp_path, command_lines):
    service = made["rows"].service
    cases = wrong_settings(service.environment, canaries, tmp_path)
    # a shortened one is looked for as it was given
    for name in ("short admin", "short hook"):
        canaries.sung[name] = canaries.sung[name][:14]
    with ThreadPoolExecutor(3) as pool:
        ended = pool.map(lambda case: service.run(*case[0], environment=case[1]), cases.values())
    for name, done in zip(cases, ended, strict=True):
        assert done.returncode in (2, 4), (name, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, name
        kinds.add(name)


def test_deliveries_and_readers_that_are_refused_leave_no_secret(running, canaries, kinds, answers):
    commit = "d" * 40
    headers, body = signed_push(SECRET, "example/app", "nobody", ZERO, commit)
    refused = {
        "webhook secret": signed_push(canaries["other secret"].encode(), "example/app", "rows", ZERO, commit),
        "GitLab's token": (
            {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": canaries.plain("GitLab token")},
            body,
        ),
        "unsigned body": ({"X-GitHub-Event": "push"}, canaries["body"].encode()),
        "an authorization": ({"Authorization": f"Basic {canaries.plain('authorization')}"}, body),
    }
    for name, (given, content) in refused.items():
        answer = running.post(given, content)
        assert 400 <= answer.status_code < 500, (name, answer.text)
        answers[name] = answer.text
        kinds.add(name)
    extra = {**headers, "X-Token": canaries.plain("header"), "Cookie": f"a={canaries.plain('cookie')}"}
    answer = running.post(extra, body, f"app?token={canaries.plain('query')}")
    answers["accepted with more"] = answer.text
    assert answer.status_code in (200, 202), answer.text
    for name, given in {
        "bearer": {"headers": {"Authorization": f"Bearer {canaries.plain('bearer')}"}},
        "page cookie": {"headers": {"Cookie": f"token={canaries.plain('page cookie')}"}},
        "page query": {"params": {"token": canaries.plain("page query")}},
    }.items():
        answer = httpx.get(f"{running.page}/api/v1/deployments", timeout=5, **given)
        assert answer.status_code in (401, 403), (name, answer.text)
        answers[name] = answer.text + str(answer.headers)
        kinds.add(name)


def test_processes_without_their_servers_show_no_secret(running, canaries, kinds):
    broker = urlsplit(running.environment["BROKER_URL"]).netloc.rpartition("@")[2]
    control = running.environment["CONTROL_URL"]
    password = urlsplit(control).password
    redis = {"BROKER_URL": f"redis://:{canaries.in_url('worker password')}@{broker}/0"}
    away = {"BROKER_URL": f"amqp://u:{canaries.in_url('rabbit password')}@127.0.0.1:{free_port()}//"}
    ledger = {"CONTROL_URL": control.replace(f":{password}@", f":{canaries.in_url('relay password')}@")}
    running.start("worker2", environment=redis)
    running.start("worker3", environment=away)
    running.start("relay3", "web2", environment=ledger)
    for part, words in {
        "worker2": "Cannot connect",
        "worker3": "Cannot connect",
        "relay3": "",
        "web2": "",
    }.items():
        eventually(lambda part=part, words=words: heard(running, part, words), what=f"{part}'s trouble")
        kinds.add(part)
    running.kill("worker2", "worker3", "relay3", "web2")


def heard(service, part, words):
    """Tell whether a part told of its trouble, or ended over it."""
    log = service.log(part)
    return (words and words in log) or service.running[part].poll() not in (None, 0)


#: SQL of which the server's own error names values of rows, in its message or in what it adds to that
QUOTING = {
    "unique index": "create unique index mails on public.people (mail)",
    "cast": "alter table public.people alter column mail type int using mail::int",
    "not null": "insert into public.people select null, mail from public.people where id = 1",
    "key": "insert into public.people select id, mail from public.people where id = 1",
    "enum": "create type public.mood as enum ('ok'); select mail::public.mood from public.people",
    "regular expression": "select 'x' ~ ('(' || mail) from public.people",
    "JSON": "select mail::json from public.people",
    "date": "select mail::timestamptz from public.people",
}


def test_errors_that_name_values_of_rows_are_told_without_them(made, running, canaries, kinds):
    place = made["rows"]
    place.adopt()
    assert place.deploy().status is Status.SUCCEEDED
    place.rows(
        f"insert into public.people values (1, '{canaries['a row']}'), (2, '{canaries['a row']}');"
        "create foreign data wrapper plain; create server pay foreign data wrapper plain"
        f" options (api_key '{canaries['a server option']}', host 'pay.example');"
        "create user mapping for postgres server pay"
        f" options (password '{canaries['a user mapping']}');"
        f"alter database \"{place.database.name}\" set app.jwt to '{canaries['a setting']}'"
    )
    for name, sql in QUOTING.items():
        place.migration(SECOND, "fails", unseen(sql), None)
        deployment = place.deploy(name)
        assert deployment.status is Status.FAILED, (name, deployment)
        kinds.add(f"SQL: {name}")
    # what an author raises is meant to be read, so it shows that the search finds what is told
    place.migration(SECOND, "fails", f"do $$ begin raise exception '{SAID}'; end $$;\n", None)
    assert place.deploy("raise").status is Status.FAILED


def test_targets_that_cannot_be_worked_on_are_told_without_secrets(made, running, canaries, kinds):
    expected = {
        "password": "wrong-password",
        "tls": "tls-not-offered",
        "nowhere": "unknown-host",
        "gone": None,
        "private": None,
    }
    asked = {name: made[name].push() for name in expected if name in made}
    headers, body = signed_push(
        canaries["private webhook secret"].encode(), "example/app", "main", ZERO, "e" * 40
    )
    running.house.care.adopt("private", commit=None, present=(), actor="ada")
    assert running.post(headers, body, "private").status_code == 202
    for name, code in expected.items():
        if code is None:
            eventually(lambda name=name: in_doubt(running, name), what=f"the first look at {name}")
        else:
            ended = running.ended(asked[name], name)
            assert (ended.status, ended.failure.code) == (Status.FAILED, code)
        kinds.add(f"target {name}")
    done = running.run("deploy", "private", "--here", "--timeout", "1")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "Authentication" in running.log("worker") or "repository-unavailable" in running.log("worker")
    kinds.add("forge token")


def in_doubt(service, target):
    with service.house.control.connection() as connection:
        rows = connection.execute(
            "select 1 from bascule.deployment where target = %s and in_doubt", (target,)
        ).fetchall()
    return rows != []


def test_work_that_breaks_off_is_told_without_secrets(made, running, canaries, kinds):
    lock, dump, fault = made["locked"], made["dump"], made["fault"]
    for place in (lock, dump):
        place.adopt()
        assert place.deploy().status is Status.SUCCEEDED
    with psycopg.connect(lock.database.superuser_url) as blocker:
        blocker.execute(f"select '{canaries['what a blocker says']}' from public.people for update")
        blocker.execute("lock table public.people in access share mode")
        lock.migration(SECOND, "waits", "alter table public.people add column x int;\n", None)
        waiting = lock.push()
        # what cannot be read cannot be dumped
        dump.rows("create table public.hidden (x text); revoke all on public.hidden from public, postgres")
        dump.migration(SECOND, "more", table("more"), "drop table public.more;\n")
        dumped = dump.push()
        fault_in_a_stage(fault, canaries)
        assert running.ended(dumped, dump.name).finished
        assert running.ended(waiting, lock.name).status is Status.FAILED
    kinds.update({"lock timeout", "pg_dump", "traceback"})


def fault_in_a_stage(place, canaries):
    """Let a worker find a row that no version of ours wrote: what it raises quotes a secret."""
    deployment = place.ask(place.commit())
    spoil = "update bascule.deployment set failure = {} where id = {}"
    place.ledger(spoil.format(f"to_jsonb('{canaries['forge token']}'::text)", deployment))
    place.service.house.care.adopt(place.name, commit=None, present=(), actor="ada")
    eventually(lambda: "Traceback" in place.service.log("worker"), what="the fault")
    place.ledger(spoil.format("null", deployment))


def test_no_secret_came_to_light(  # noqa: PLR0917 - fixtures
    running, canaries, kinds, answers, receiver, command_lines
):
    asked = [
        ("status",),
        ("doctor", "--json"),
        ("webhook", "list", "app", "--json"),
        ("drift", "rows", "--json"),
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda words: running.run(*words), asked))
    for deployment in running.house.reading.deployments(limit=100):
        answers[f"page {deployment.id}"] = httpx.get(
            f"{running.page}/deployments/{deployment.id}",
            headers={"Authorization": f"Bearer {running.environment['ADMIN_TOKEN']}"},
            timeout=5,
        ).text
    eventually(lambda: any(SAID in one.body.decode() for one in receiver.received), what="what was said")
    told = [(f"sent to {one.path[:6]}", one.body.decode()) for one in receiver.received]
    lines = [("command line", line) for line in command_lines.seen]
    assert len(kinds) >= 45, sorted(kinds)
    assert any("pg_dump" in line for _, line in lines)
    everywhere = [*words_of(running), *answers.items(), *told, *lines]
    heard_at = {place.split()[0] for place in leaks_among({"said": SAID}, everywhere)}
    assert {"page", "ledger", "sent"} <= heard_at, heard_at
    found = leaks_among(canaries.sung, everywhere)
    assert found == [], "\n".join(found)
    assert leaks_of(running) == []
