import os
import shutil
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from orchestrator.adapters.postgres.scratch.copies import dump_target
from orchestrator.adapters.postgres.scratch.dump import DumpLimits, dump_schema
from orchestrator.adapters.postgres.scratch.dump_program import DumpProgram, find_pg_dump
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.rehearsal import CannotCopy
from orchestrator.embedded import programs
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.servers import Embedded
from tests.support.delay_proxy import delay_proxy

WHEEL = programs.client("pg_dump")


@pytest.fixture
def program(postgres) -> DumpProgram:
    return find_pg_dump(int(postgres.programs.postgres_major), wheel=WHEEL, path="")


def password_of(address: TargetAddress) -> str:
    return address.url.split(":")[2].split("@")[0]


def dumps_of(parent: int) -> list[Path]:
    """Return the processes that we started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "status").read_text()
        except OSError:
            continue
        if f"\nPPid:\t{parent}\n" in status and "pg_dump" in status.splitlines()[0]:
            found.append(process)
    return found


def test_no_process_list_shows_how_to_reach_the_target(program, address):
    """While it runs, behind a slow line, so that there is time to look."""
    seen: list[tuple[bytes, bytes]] = []
    with delay_proxy(address.url, delay_seconds=0.01) as proxy:
        slow = replace(address, url=proxy.url(address.url))
        dumping = threading.Thread(target=dump_schema, args=(program, slow))
        dumping.start()
        until = time.monotonic() + 20
        while dumping.is_alive() and time.monotonic() < until:
            for process in dumps_of(os.getpid()):
                try:
                    seen.append(((process / "cmdline").read_bytes(), (process / "environ").read_bytes()))
                except OSError:
                    continue
            if len(seen) > 5:
                break
        dumping.join(20)
    ours = [pair for pair in seen if b"--schema-only" in pair[0]]
    assert ours
    for command, environment in ours:
        for told in (command, environment):
            assert password_of(address).encode() not in told
            assert b"127.0.0.1" not in told
        names = {line.partition(b"=")[0] for line in environment.split(b"\0") if line}
        assert names <= {b"LC_ALL", b"PGSERVICEFILE", b"PGPASSFILE", b"HOME", b"LD_PRELOAD"}


def test_the_files_with_the_password_are_private_and_have_no_name(program, address, monkeypatch):
    """Nobody has to remove them: not even from a process that is killed does a password stay behind."""
    private = []
    real = subprocess.Popen

    def looking(command, **more):
        for name in ("PGPASSFILE", "PGSERVICEFILE"):
            file = Path(more["env"][name])
            private.append(file.read_text())
            assert file.stat().st_mode & 0o777 == 0o600
            assert file.stat().st_nlink == 0
        return real(command, **more)

    monkeypatch.setattr(subprocess, "Popen", looking)
    with pytest.raises(CannotCopy):
        dump_schema(program, replace(address, url=address.url + "_not_there"))
    password, service = private
    assert password_of(address) in password
    assert password_of(address) not in service


@pytest.mark.parametrize(
    "change", [lambda url: url + "_not_there", lambda url: url.replace("postgres:", "postgres:x")]
)
def test_a_failure_is_told_without_the_password(program, address, change):
    broken = replace(address, url=change(address.url))
    with pytest.raises(CannotCopy, match=r"pg_dump \d+ failed on target staging: ") as raised:
        dump_schema(program, broken)
    assert password_of(broken) not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_password_may_hold_anything(program, postgres, target_database):
    odd = "a:b\\c d'e#[x]="
    with psycopg.connect(target_database.superuser_url, autocommit=True) as superuser:
        superuser.execute("create role odd_one login")
        try:
            superuser.execute(sql.SQL("alter role odd_one password {}").format(sql.Literal(odd)))
            login = f"odd_one:{quote(odd, safe='')}"
            url = f"postgresql://{login}@127.0.0.1:{postgres.port}/{target_database.name}"
            address = TargetAddress(name="odd", url=url)
            only = ["auth", "storage", "realtime", "public", "_realtime"]
            assert "PostgreSQL database dump" in dump_schema(program, address, leave_out=only)
        finally:
            superuser.execute("drop role odd_one")


def test_a_dump_that_takes_too_long_is_ended(program, address):
    with delay_proxy(address.url, delay_seconds=0.2) as proxy:
        slow = replace(address, url=proxy.url(address.url))
        with pytest.raises(CannotCopy, match="within 1 s"):
            dump_schema(program, slow, limits=DumpLimits(seconds=1.0))
    assert not dumps_of(os.getpid())


def test_a_dump_that_is_too_large_is_ended(program, address):
    with pytest.raises(CannotCopy, match="more than 1000 bytes"):
        dump_schema(program, address, limits=DumpLimits(most_bytes=1000))


def test_a_locked_table_is_not_waited_for(program, address, db):
    db.execute("create table public.busy (id int)")
    impatient = replace(address, lock_timeout_seconds=0.3)
    with psycopg.connect(address.url) as other:
        other.execute("lock table public.busy in access exclusive mode")
        begun = time.monotonic()
        with pytest.raises(CannotCopy):
            dump_schema(program, impatient)
        assert time.monotonic() - begun < 5


def end_one(superuser_url: str, ended: list[int]) -> None:
    """End the first session that dumps, as a restart or a cut line does."""
    until = time.monotonic() + 20
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        while not ended and time.monotonic() < until:
            found = superuser.execute(
                "select pid, pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'dumping'"
            ).fetchall()
            ended += [pid for pid, _ in found]
            time.sleep(0.005)


def test_a_dump_whose_session_was_ended_is_made_again(address, target_database, facts_of, db):
    db.execute("create table public.effects (id int)")
    ended: list[int] = []
    ending = threading.Thread(target=end_one, args=(target_database.superuser_url, ended))
    with delay_proxy(address.url, delay_seconds=0.01) as proxy:
        slow = replace(address, url=proxy.url(address.url), application_name="dumping")
        ending.start()
        dump = dump_target(slow, facts_of(), wheel=WHEEL)
    ending.join()
    assert ended
    assert '"public"."effects"' in dump


def test_a_dump_that_fails_again_and_again_is_given_up(address, facts_of, db):
    db.execute("create table public.busy (id int)")
    impatient = replace(address, lock_timeout_seconds=0.2)
    with psycopg.connect(address.url) as other:
        other.execute("lock table public.busy in access exclusive mode")
        begun = time.monotonic()
        with pytest.raises(CannotCopy, match="failed on target staging"):
            dump_target(impatient, facts_of(), wheel=WHEEL)
        assert time.monotonic() - begun < 15


def fake(folder: Path, said: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)
    return program


def test_an_old_pg_dump_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("orchestrator.adapters.postgres.scratch.dump_program._PLACES", ())
    fake(tmp_path, "pg_dump (PostgreSQL) 15.18 (Debian 15.18-1)")
    with pytest.raises(CannotCopy) as raised:
        find_pg_dump(18, path=str(tmp_path))
    assert str(raised.value) == (
        "pg_dump 15 cannot read PostgreSQL 18; install postgresql-client-18 on this machine"
    )
    with pytest.raises(CannotCopy, match="there is no pg_dump here; install postgresql-client-18"):
        find_pg_dump(18, path="")


def test_the_path_comes_first_and_the_wheel_last(tmp_path, monkeypatch):
    monkeypatch.setattr("orchestrator.adapters.postgres.scratch.dump_program._PLACES", ())
    old = fake(tmp_path / "old", "pg_dump (PostgreSQL) 14.1")
    new = fake(tmp_path / "new", "pg_dump (PostgreSQL) 17.2")
    path = f"{old.parent}:{new.parent}"
    assert find_pg_dump(16, wheel=WHEEL, path=path) == DumpProgram(path=new, major=17)
    of_wheel = find_pg_dump(18, wheel=WHEEL, path=path)
    assert of_wheel.path == WHEEL
    assert of_wheel.preload is not None


def test_a_program_that_only_picks_another_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr("orchestrator.adapters.postgres.scratch.dump_program._PLACES", ())
    picker = tmp_path / "pg_wrapper"
    picker.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 18.0'\n")
    picker.chmod(0o755)
    (tmp_path / "pg_dump").symlink_to(picker)
    with pytest.raises(CannotCopy):
        find_pg_dump(15, path=str(tmp_path))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority, another one, and a certificate of the first for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("authority")
    for name in ("root", "other"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "1", "-subj", f"/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr")  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "root.pem", "-CAkey", "root.key",
            "-CAcreateserial", "-days", "1", "-extfile", "names", "-out", "server.pem")  # fmt: skip
    return folder


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=30)


@pytest.fixture(scope="module")
def tls_only(authority, tmp_path_factory):
    """Debian's PostgreSQL 15, which knows TLS, as a server that takes no connection without it."""
    state = tmp_path_factory.mktemp("tls")
    for folder in (state, *state.parents[:3]):
        folder.chmod(0o755)
    source = programs.with_valkey(programs.installed(15))
    hba = state / "hba.conf"
    hba.write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    hba.chmod(0o644)
    for name in ("server.key", "server.pem"):
        shutil.copy(authority / name, state / name)
    with Embedded.start(state / "state", source=source, postgres_options=["fsync=off"]) as plain:
        server = plain.postgres
        account = server.state.account
        for name in ("server.key", "server.pem"):
            (state / name).chmod(0o600)
            account.own(state / name)
        with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
            connection.execute("create table public.over_tls (id int)")
            connection.execute(f"alter system set ssl_cert_file = '{state / 'server.pem'}'")
            connection.execute(f"alter system set ssl_key_file = '{state / 'server.key'}'")
            connection.execute("alter system set ssl = on")
            shown = connection.execute("show hba_file").fetchone()[0]
            Path(shown).write_text(hba.read_text())
            connection.execute("select pg_reload_conf()")
        yield server


def test_the_wheels_pg_dump_verifies_the_server_as_our_own_connections_do(tls_only, authority):
    program = find_pg_dump(16, wheel=WHEEL, path="")
    assert program.path == WHEEL
    url = tls_only.url("postgres", SUPERUSER)
    address = TargetAddress(
        name="far", url=url, sslmode="verify-full", sslrootcert=str(authority / "root.pem")
    )
    assert '"over_tls"' in dump_schema(program, address)
    for wrong in (
        replace(address, sslrootcert=str(authority / "other.pem")),
        replace(address, url=url.replace("127.0.0.1", "localhost")),
        replace(address, sslmode="disable"),
    ):
        with pytest.raises(CannotCopy):
            dump_schema(program, wrong)


def test_without_tls_nothing_is_sent_where_the_address_demands_it(tls_only, authority):
    program = replace(find_pg_dump(16, wheel=WHEEL, path=""), preload=None)
    address = TargetAddress(
        name="far",
        url=tls_only.url("postgres", SUPERUSER),
        sslmode="verify-full",
        sslrootcert=str(authority / "root.pem"),
    )
    with pytest.raises(CannotCopy):
        dump_schema(program, address)


def test_a_certificate_that_is_not_there_is_the_operators_business(program, address):
    with pytest.raises(ConfigurationError):
        dump_schema(program, replace(address, sslmode="verify-full", sslrootcert="/not/there.pem"))
