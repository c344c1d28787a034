"""Starting the embedded servers, on all kinds of machines."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import Embedded
from tests.integration.embedded.running import Running
from tests.support.servers import server_under_test

pytestmark = pytest.mark.servers

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root can run the servers as somebody else")
AN_ORDINARY_USER = 65534
NAMELESS = 61234


def start(state: Path) -> Embedded:
    return Embedded.start(state, source=server_under_test())


def test_a_second_start_finds_data_passwords_and_ports_of_the_first(state: Path) -> None:
    with start(state) as servers:
        first = (servers.control_url, servers.broker_url)
        with psycopg.connect(first[0]) as ledger:
            ledger.execute("create table kept as select 42 as answer")
        with redis.Redis.from_url(first[1]) as broker:
            broker.set("wake-up", "kept")
    with start(state) as servers:
        assert (servers.control_url, servers.broker_url) == first
        with psycopg.connect(first[0]) as ledger:
            assert ledger.execute("select answer from kept").fetchone() == (42,)
        with redis.Redis.from_url(first[1]) as broker:
            assert broker.get("wake-up") == b"kept"


def test_ports_that_others_took_are_replaced(state: Path) -> None:
    with start(state) as servers:
        before = {servers.postgres.port, servers.valkey.port}
    listeners = [socket.create_server(("127.0.0.1", port)) for port in before]
    try:
        with start(state) as servers:
            assert before.isdisjoint({servers.postgres.port, servers.valkey.port})
            with psycopg.connect(servers.control_url):
                pass
    finally:
        for listener in listeners:
            listener.close()


def test_a_port_lost_between_choosing_and_listening_is_replaced(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: int = listener.getsockname()[1]
        choices = iter([taken])
        monkeypatch.setattr("orchestrator.embedded.state.free_port", lambda **_: next(choices, _free()))
        with start(state) as servers:
            assert servers.valkey.port != taken
            with redis.Redis.from_url(servers.broker_url) as broker:
                assert broker.ping()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_state_directory_may_have_a_long_name_with_odd_letters(state: Path) -> None:
    odd = state.parent / ("a long name: with 'quotes' & blanks; " * 3) / ("ü" * 60)
    with start(odd) as servers, psycopg.connect(servers.database("staging").url) as target:
        assert target.execute("select current_user").fetchone() == ("postgres",)


@pytest.fixture
def stranger() -> Iterator[int]:
    """A process of the servers' user that is no server."""
    identity = {"user": 60917, "group": 60917, "extra_groups": []} if ROOT else {}
    process = subprocess.Popen(["/bin/sleep", "60"], **identity)  # type: ignore[call-overload]
    yield process.pid
    process.kill()
    process.wait()


def test_a_pid_file_that_names_a_stranger_does_not_hinder_the_start(state: Path, stranger: int) -> None:
    with start(state) as servers:
        data = servers.postgres.data
        (state / "kept").write_text((data / "postmaster.pid").read_text())
    lines = (state / "kept").read_text().splitlines()
    (data / "postmaster.pid").write_text("\n".join([str(stranger), *lines[1:]]) + "\n")
    owner = data.stat()
    os.chown(data / "postmaster.pid", owner.st_uid, owner.st_gid)
    with start(state) as servers, psycopg.connect(servers.control_url):
        pass


def test_a_crashed_cluster_recovers(state: Path) -> None:
    with start(state) as servers:
        with psycopg.connect(servers.control_url) as ledger:
            ledger.execute("create table kept ()")
        assert servers.postgres.child is not None
        os.kill(servers.postgres.child.pid, signal.SIGKILL)
    with start(state) as servers, psycopg.connect(servers.control_url) as ledger:
        assert ledger.execute("select to_regclass('kept')::text").fetchone() == ("kept",)


def test_everybody_shows_a_password(state: Path) -> None:
    with start(state) as servers:
        without = f"postgresql://supabase_admin@127.0.0.1:{servers.postgres.port}/postgres"
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(without, passfile="/dev/null")
        with socket.create_connection(("127.0.0.1", servers.valkey.port), timeout=5) as broker:
            broker.sendall(b"PING\r\n")
            assert broker.recv(100).startswith(b"-NOAUTH")


def test_the_migration_role_cannot_enter_the_ledger(state: Path) -> None:
    with start(state) as servers:
        target = servers.database("staging").url
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(target.replace("/staging", "/bascule"))
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"{target}?replication=true")  # a copy of the whole cluster
        with psycopg.connect(target, autocommit=True) as migrator:
            for attack in (
                "create database stolen template bascule",
                "alter database bascule owner to postgres",
                "grant connect on database bascule to postgres",
            ):
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.Error)):
                    migrator.execute(attack.encode())
            connect = migrator.execute("select has_database_privilege('bascule', 'connect')").fetchone()
            assert connect == (False,)


def test_the_ledgers_role_is_an_ordinary_one(state: Path) -> None:
    with start(state) as servers, psycopg.connect(servers.control_url) as ledger:
        assert (
            ledger.execute(
                "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles"
                " where rolname = current_user"
            ).fetchone()
            == (False,) * 5
        )


def test_no_secret_is_in_sight(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVICE", "do-not-hand-on")
    with start(state) as servers:
        for server in (servers.postgres, servers.valkey):
            assert server.child is not None
            process = Path(f"/proc/{server.child.pid}")
            seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            assert b"do-not-hand-on" not in seen
            assert all(secret.encode() not in seen for secret in servers.state.secrets.values())
        assert stat.S_IMODE((state / "secrets.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(state.stat().st_mode) & 0o007 == 0
        assert not list(state.glob("*.password"))
        logs = b"".join(log.read_bytes() for log in servers.state.logs.iterdir())
        assert all(secret.encode() not in logs for secret in servers.state.secrets.values())


@as_root
def test_as_root_no_server_runs_as_root(state: Path) -> None:
    with start(state) as servers:
        for server in (servers.postgres, servers.valkey):
            assert server.child is not None
            status = Path(f"/proc/{server.child.pid}/status").read_text()
            ids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
            groups = next(line for line in status.splitlines() if line.startswith("Groups:")).split()[1:]
            assert "0" not in ids
            assert groups == []


@as_root
def test_as_root_a_closed_folder_above_is_named_and_left_as_it_is(state: Path) -> None:
    state.parent.chmod(0o700)
    with pytest.raises(ConfigurationError) as refused:
        start(state)
    assert refused.value.code == "state-not-reachable"
    assert refused.value.nouns["path"] == str(state.parent)
    assert stat.S_IMODE(state.parent.stat().st_mode) == 0o700


@as_root
def test_an_ordinary_user_may_keep_state_below_a_closed_folder(
    state: Path, supervisor: Callable[..., Running]
) -> None:
    closed = state.parent / "closed"
    closed.mkdir(mode=0o700)
    os.chown(closed, AN_ORDINARY_USER, AN_ORDINARY_USER)
    web = {"name": "web", "argv": ["/bin/sleep", "600"]}
    running = supervisor(closed / "state", web, user=AN_ORDINARY_USER)
    url = running.wait_for("url", "postgresql://")
    running.wait_for("web", "started")
    with psycopg.connect(url) as target:
        assert target.execute("select current_user").fetchone() == ("postgres",)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert running.end(signal.SIGTERM) == 0


@as_root
def test_a_user_without_a_name_is_told_so(state: Path, supervisor: Callable[..., Running]) -> None:
    state.mkdir()
    os.chown(state, NAMELESS, NAMELESS)
    running = supervisor(state, user=NAMELESS)
    assert "61234" in running.wait_for("user-without-name", "")
    assert running.process.wait(10) == 2


@as_root
def test_a_directory_that_may_not_be_written_is_named(
    state: Path, supervisor: Callable[..., Running]
) -> None:
    state.mkdir(mode=0o755)
    running = supervisor(state, user=AN_ORDINARY_USER)
    told = running.wait_for("state-not-writable", "")
    assert str(state) in told
    assert "BASCULE_STATE" in told
    assert running.process.wait(10) == 2


@pytest.mark.parametrize("letter", ['"', "$", "`", "\\", "\n"])
def test_a_name_that_initdb_would_misread_is_refused(state: Path, letter: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        start(state.parent / f"odd{letter}name")
    assert refused.value.code == "state-name"


def test_a_second_supervisor_is_refused_and_told_the_first_ones_pid(
    state: Path, supervisor: Callable[..., Running]
) -> None:
    first = supervisor(state, {"name": "web", "argv": ["/bin/sleep", "600"]})
    first.wait_for("web", "started")
    with pytest.raises(ConfigurationError) as refused:
        start(state)
    assert refused.value.code == "state-in-use"
    assert refused.value.nouns["pid"] == first.pid
    assert first.end(signal.SIGTERM) == 0
    with start(state):
        pass


def test_a_full_disk_is_named_before_anything_is_damaged(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start(state):
        pass
    full = shutil.disk_usage(state)._replace(free=10 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(ConfigurationError) as refused:
        start(state)
    assert refused.value.code == "disk-full"
    assert str(state) in refused.value.message
    monkeypatch.undo()
    with start(state):
        pass


def test_another_versions_cluster_is_refused(state: Path) -> None:
    with start(state):
        pass
    (state / "postgres/PG_VERSION").write_text("12\n")
    with pytest.raises(ConfigurationError) as refused:
        start(state)
    assert refused.value.code == "cluster-version"


def test_lost_passwords_are_reported_not_replaced(state: Path) -> None:
    with start(state):
        pass
    (state / "secrets.json").unlink()
    with pytest.raises(ConfigurationError) as refused:
        start(state)
    assert refused.value.code == "secrets-missing"


def test_a_server_that_does_not_start_points_to_its_log(state: Path) -> None:
    with start(state):
        pass
    (state / "postgres/postgresql.auto.conf").write_text("max_connections = many\n")
    with pytest.raises(ConfigurationError) as refused:
        start(state)
    assert refused.value.code == "server-did-not-start"
    assert str(state / "logs/postgres.log") in refused.value.remedy
    assert "max_connections" in (state / "logs/postgres.log").read_text()


def test_an_interrupted_first_start_leaves_a_directory_that_can_be_started(
    state: Path, supervisor: Callable[..., Running]
) -> None:
    first = supervisor(state)
    first.wait_for("PostgreSQL", "is made")
    first.end(signal.SIGKILL)
    with start(state) as servers, psycopg.connect(servers.control_url):
        pass


def test_starting_is_quick(state: Path) -> None:
    """The budget is 1.3 s cold and 0.6 s warm on two idle cores; the limits here allow for busy ones."""
    took = []
    for _ in range(2):
        began = time.monotonic()
        with start(state):
            took.append(time.monotonic() - began)
    cold, warm = took
    assert cold < 6
    assert warm < 3
