"""The scratch server: shared, worth nothing, and far from everything that is worth something."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.playing import OWNER
from orchestrator.adapters.postgres.scratch.server import Server
from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import Embedded, extensions, programs, scratch
from orchestrator.embedded.databases import create_supabase_database
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from orchestrator.embedded.scratch import ScratchServer
from orchestrator.embedded.scratch.named import COPIES_OWNER
from tests.integration.embedded.running import ROOT, eventually, everybody
from tests.support.servers import TestDatabase, postgres_under_test, server_under_test

pytestmark = pytest.mark.servers

MAJOR = programs.major_of(postgres_under_test())
AS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not AS_ROOT, reason="only root can run the server as somebody else")
AN_ORDINARY_USER = 65534
PROGRAM = Path(__file__).with_name("run_scratch.py")


@pytest.fixture(autouse=True)
def nothing_is_left(state: Path) -> Iterator[None]:
    """End what the test started; no server of its state directory may live on."""
    yield
    scratch.release_all()
    eventually(lambda: not servers_of(state))


@pytest.fixture
def other(state: Path) -> Iterator[Callable[..., "Other"]]:
    """Start other processes that use the server; they end with the test."""
    started: list[Other] = []

    def start(user: int | None = None) -> Other:
        started.append(Other(state, user))
        return started[-1]

    yield start
    for process in started:
        process.end()


class Other:
    """Another process that uses the scratch server."""

    def __init__(self, state: Path, user: int | None) -> None:
        argv = [sys.executable, PROGRAM, state, str(MAJOR), *([str(user)] if user else [])]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SECRET_OF_THE_SERVICE": "do-not-hand-on"},
        )

    def url(self) -> str:
        assert self.process.stdout is not None
        word, _, url = self.process.stdout.readline().strip().partition(" ")
        assert word == "ready"
        return url

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def servers_of(state: Path) -> set[int]:
    """Return the running server processes of a state directory: all of them stand in the cluster's folder."""
    found = set()
    for pid, (_, _, condition) in everybody().items():
        with contextlib.suppress(OSError):
            stands = Path(f"/proc/{pid}/cwd").readlink()
            if condition != "Z" and stands.is_relative_to(state / "scratch"):
                found.add(pid)
    return found


def users_of(state: Path) -> set[int]:
    """Return whose processes they are; one that has ended meanwhile is nobody's."""
    found = set()
    for pid in servers_of(state):
        with contextlib.suppress(FileNotFoundError):
            found.add(Path(f"/proc/{pid}").stat().st_uid)
    return found


def acquire(state: Path) -> ScratchServer:
    return scratch.acquire(state, major=MAJOR)


def ask(server: ScratchServer, question: str, *, role: str = SUPERUSER, database: str = "postgres") -> object:
    with psycopg.connect(server.url(database, role), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def keep_a_copy(server: ScratchServer) -> None:
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute("create database kept")


def has_the_copy(server: ScratchServer) -> bool:
    return bool(ask(server, "select exists (select from pg_database where datname = 'kept')"))


def data_of(state: Path) -> Path:
    return state / "scratch" / str(MAJOR) / "cluster"


def _as_the_adapter_sees_it(server: Server) -> Server:
    return server


def test_it_fits_what_copies_are_made_with(state: Path) -> None:
    server = _as_the_adapter_sees_it(acquire(state))
    template = server.template()
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
        for name, origin in (("like_supabase", template), ("plain", server.plain_template())):
            connection.execute(f"create database {name} owner postgres template {origin}".encode())
    with psycopg.connect(server.url("like_supabase", "postgres")) as connection:
        assert connection.execute("select auth.uid(), current_user").fetchone() == (None, "postgres")
    server.login("some one's role")
    with psycopg.connect(server.url("plain", "some one's role")) as connection:
        found = connection.execute(
            "select current_user, to_regnamespace('auth')::text, rolsuper from pg_roles"
            " where rolname = current_user"
        ).fetchone()
    assert found == ("some one's role", None, False)


def test_what_was_kept_is_there_after_a_restart(state: Path) -> None:
    first = acquire(state)
    keep_a_copy(first)
    digest = first.digest
    scratch.release_all()
    eventually(lambda: not servers_of(state))
    again = acquire(state)
    assert has_the_copy(again)
    assert again.digest == digest


def test_a_superuser_is_nobody_to_rehearse_as(state: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        acquire(state).login(SUPERUSER)
    assert refused.value.code == "scratch-role"


def test_processes_share_one_server(state: Path, other: Callable[..., Other]) -> None:
    processes = [other() for _ in range(3)]
    urls = {process.url() for process in processes}
    assert urls == {acquire(state).url("postgres", SUPERUSER)}
    postmasters = [pid for pid in servers_of(state) if everybody()[pid][0] not in servers_of(state)]
    assert len(postmasters) == 1 < len(servers_of(state))


def test_a_killed_owner_takes_the_server_along_and_the_next_one_starts_it(
    state: Path, other: Callable[..., Other]
) -> None:
    owner = other()
    url = owner.url()
    keep_a_copy(acquire(state))
    busy = threading.Thread(target=sleep_at, args=(url,))
    busy.start()
    eventually(
        lambda: ask(acquire(state), "select count(*) from pg_stat_activity where query ~ '^select pg_sl'")
    )
    owner.process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    eventually(lambda: not servers_of(state), seconds=2)
    assert time.monotonic() - killed < 2
    busy.join()
    server = acquire(state)
    assert has_the_copy(server)
    server.template()


def test_a_server_that_does_not_end_with_its_owner_is_ended(state: Path, other: Callable[..., Other]) -> None:
    owner = other()
    with psycopg.connect(owner.url()) as connection:
        os.kill(connection.info.backend_pid, signal.SIGSTOP)  # it hears nobody who asks it to go
        owner.end()
        assert ask(acquire(state), "select 1") == 1


def sleep_at(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(psycopg.OperationalError):
        connection.execute("select pg_sleep(60)")


def test_an_owner_that_ends_between_two_questions_is_replaced(
    state: Path, other: Callable[..., Other]
) -> None:
    owner = other()
    owner.url()
    server = acquire(state)
    owner.end()
    assert server.template().startswith("supabase_")


def test_it_is_found_anew_after_a_fork(state: Path) -> None:
    server = acquire(state)
    url = server.url("postgres", SUPERUSER)
    child = os.fork()
    if child == 0:  # it must leave by os._exit alone: everything else here is its parent's
        same = acquire(state).url("postgres", SUPERUSER) == url
        scratch.release_all()
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ask(server, "select 1") == 1


def test_after_another_start_of_the_machine_it_is_made_anew(state: Path) -> None:
    keep_a_copy(acquire(state))
    scratch.release_all()
    file = data_of(state).parent / "cluster.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "boot": "another"}))
    assert not has_the_copy(acquire(state))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: (data / "global/pg_control").unlink(),
        lambda data: (data / "PG_VERSION").write_text("9\n"),
        lambda data: [file.unlink() for file in (data / "base/1").iterdir()],
        lambda data: (data.parent / "cluster.json").write_text("{"),
        lambda data: next((data.parent / "programs").glob("*/**/bin/postgres")).write_text("no program"),
    ],
    ids=["no control file", "old version", "no database", "no record", "no program"],
)
def test_damage_is_answered_by_making_it_anew(state: Path, damage: Callable[[Path], object]) -> None:
    acquire(state).template()
    scratch.release_all()
    eventually(lambda: not servers_of(state))
    damage(data_of(state))
    server = acquire(state)
    assert server.template().startswith("supabase_")
    assert ask(server, "select 1") == 1


def test_a_template_that_cannot_be_made_makes_the_cluster_anew(state: Path) -> None:
    server = acquire(state)
    keep_a_copy(server)
    template0 = ask(server, "select oid::text from pg_database where datname = 'template0'")
    for file in (data_of(state) / f"base/{template0}").iterdir():
        file.unlink()
    assert server.template().startswith("supabase_")
    assert not has_the_copy(server)


def test_what_cannot_be_mended_is_told_with_the_way_out(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "orchestrator.embedded.scratch.cluster.ScratchPostgres.configuration", ("pg_hba.conf",)
    )
    with pytest.raises(ConfigurationError) as refused:
        acquire(state)
    assert refused.value.code == "server-did-not-start"
    assert str(data_of(state).parent / "logs") in refused.value.remedy


def test_whoever_discards_it_gets_another_even_when_it_is_not_the_owner(
    state: Path, other: Callable[..., Other]
) -> None:
    owner = other()
    owner.url()
    server = acquire(state)
    keep_a_copy(server)
    scratch.discard(state, MAJOR)
    assert not has_the_copy(acquire(state))
    assert servers_of(state)
    owner.end()
    assert ask(acquire(state), "select 1") == 1


def test_a_version_that_is_not_here_is_named(state: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        scratch.acquire(state, major=14)
    assert refused.value.code == "scratch-major"
    assert MAJOR in scratch.available_majors()
    assert 14 not in scratch.available_majors()


def test_before_version_16_nobody_but_the_superuser_makes_roles(state: Path) -> None:
    server = acquire(state)
    server.template()
    server.login("deployer")
    makers = ask(server, "select count(*) from pg_roles where rolcreaterole and not rolsuper")
    postgres = ask(server, "select rolcreaterole from pg_roles where rolname = 'postgres'")
    assert (makers == 0) is (MAJOR < 16)
    assert postgres is (MAJOR >= 16)
    assert ask(server, "select rolsuper from pg_roles where rolname = 'postgres'") is False


def test_no_secret_of_the_service_is_in_sight(state: Path, other: Callable[..., Other]) -> None:
    password = urlsplit(other().url()).password
    assert password is not None
    server = acquire(state)
    server.template()
    processes = servers_of(state)
    assert processes
    for pid in processes:
        seen = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
        assert b"do-not-hand-on" not in seen
        assert password.encode() not in seen
    place = data_of(state).parent
    for name in ("cluster.json", "server.json"):
        assert stat.S_IMODE((place / name).stat().st_mode) == 0o600
    log = b"".join(file.read_bytes() for file in (place / "logs").iterdir())
    assert password.encode() not in log
    assert server.password("postgres").encode() not in log


def test_stand_ins_are_named_and_what_is_real_is_not(state: Path) -> None:
    server = acquire(state)
    acted = {acted.name for acted in extensions.stand_ins()}
    assert "pg_cron" in server.stand_ins <= acted
    assert ("pgcrypto" in server.stand_ins) is (MAJOR == 18)  # the wheel has none, Debian's server has


def test_no_sql_reaches_another_host_from_there(state: Path) -> None:
    server = acquire(state)
    template = server.template()
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute(f"create database far owner postgres template {template}".encode())
    server.login("postgres")
    with psycopg.connect(server.url("far", "postgres"), autocommit=True) as connection:
        connection.execute("create extension dblink schema extensions")
        connection.execute("create extension postgres_fdw schema extensions")
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute("select extensions.dblink_connect('x', 'host=127.0.0.1 dbname=y')")
        connection.execute("create server far foreign data wrapper postgres_fdw options (host '127.0.0.1')")
        connection.execute("create user mapping for current_user server far options (password 'p')")
        connection.execute("create foreign table public.there (id int) server far")
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute("select * from public.there")


@as_root
def test_as_root_it_runs_as_somebody_who_cannot_read_the_ledgers_files(state: Path) -> None:
    with Embedded.start(state, source=server_under_test()) as servers:
        server = acquire(state)
        assert servers.postgres.child is not None
        ledgers = Path(f"/proc/{servers.postgres.child.pid}").stat().st_uid
        users = {Path(f"/proc/{pid}").stat().st_uid for pid in servers_of(state)}
        assert users.isdisjoint({0, ledgers})
        for precious in (servers.postgres.data / "PG_VERSION", state / "secrets.json", state / "ports.json"):
            assert precious.exists()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ask(server, f"select pg_read_file('{precious}')")
            assert ask(server, "select pg_read_file('PG_VERSION')") == f"{MAJOR}\n"


@as_root
def test_an_ordinary_user_has_one_too(state: Path, other: Callable[..., Other]) -> None:
    state.mkdir()
    os.chown(state, AN_ORDINARY_USER, AN_ORDINARY_USER)
    owner = other(user=AN_ORDINARY_USER)
    with psycopg.connect(owner.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert users_of(state) == {AN_ORDINARY_USER}


def test_the_ledgers_servers_start_beside_it_and_in_its_directory(state: Path) -> None:
    server = acquire(state)
    with Embedded.start(state, source=server_under_test()) as servers, psycopg.connect(servers.control_url):
        assert ask(server, "select 1") == 1


def test_starting_is_quick(state: Path) -> None:
    began = time.monotonic()
    acquire(state).template()
    cold = time.monotonic() - began
    scratch.release_all()
    began = time.monotonic()
    acquire(state).template()
    existing = time.monotonic() - began
    # measured: 0.75 and 0.06 s; the machine that runs the tests may be busy
    assert cold < 6
    assert existing < cold


def test_a_server_that_the_operator_names_does_the_same(state: Path) -> None:
    own = acquire(state)
    server = scratch.configured(own.url("postgres", SUPERUSER))
    template = server.template()
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute(f"create database copy owner postgres template {template}".encode())
    with psycopg.connect(server.url("copy", "postgres")) as connection:
        assert connection.execute("select auth.uid(), current_user").fetchone() == (None, "postgres")
    server.login("deployer")
    assert ask(server, "select current_user::text", role="deployer") == "deployer"
    assert server.major == MAJOR
    assert server.stand_ins == own.stand_ins
    assert scratch.configured(own.url("postgres", SUPERUSER)).digest == server.digest
    assert ask(server, "select rolcreaterole from pg_roles where rolname = 'postgres'") is (MAJOR >= 16)
    with pytest.raises(ConfigurationError) as told:
        server.discard()
    assert told.value.code == "scratch-spoilt"


def test_a_server_that_holds_a_ledger_is_not_thrown_away(
    postgres: Postgres, empty_database: TestDatabase
) -> None:
    with psycopg.connect(empty_database.url) as connection:
        connection.execute("create schema bascule")
        connection.execute("create table bascule.identity as select gen_random_uuid() as id")
    with pytest.raises(ConfigurationError) as refused:
        scratch.configured(postgres.url("postgres", SUPERUSER) + "?application_name=ledger")
    assert refused.value.code == "scratch-not-worthless"
    assert refused.value.nouns["database"] == empty_database.name


@pytest.mark.parametrize("owner", ["some ledger", COPIES_OWNER])
def test_a_target_under_care_is_not_thrown_away_but_a_copy_is(state: Path, owner: str) -> None:
    own = acquire(state)
    url = own.url("postgres", SUPERUSER)
    own.template()
    create_supabase_database(own, "target")
    with psycopg.connect(own.url("target", SUPERUSER)) as connection:
        connection.execute("create schema supabase_migrations")
        connection.execute("create table supabase_migrations.bascule_fence (owner text, epoch bigint)")
        connection.execute("insert into supabase_migrations.bascule_fence values (%s, 1)", [owner])
    if owner == COPIES_OWNER:
        assert scratch.configured(url).major == MAJOR
        return
    with pytest.raises(ConfigurationError) as refused:
        scratch.configured(url)
    assert refused.value.nouns["database"] == "target"


def test_copies_say_that_they_are_copies() -> None:
    assert COPIES_OWNER == OWNER


def test_only_the_superuser_of_its_name_may_be_named(state: Path) -> None:
    server = acquire(state)
    server.template()
    with pytest.raises(ConfigurationError) as refused:
        scratch.configured(server.url("postgres", "postgres"))
    assert refused.value.code == "scratch-superuser"
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute("alter role postgres superuser")
    with pytest.raises(ConfigurationError) as refused:
        scratch.configured(server.url("postgres", SUPERUSER))
    assert refused.value.code == "scratch-superuser"
