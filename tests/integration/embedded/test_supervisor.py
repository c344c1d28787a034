"""The supervisor: who lives, who is started again, and that nobody is left behind."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.integration.embedded.running import Running, eventually, everybody, survivors
from tests.support.folders import a_folder

pytestmark = pytest.mark.servers

Start = Callable[..., Running]

#: a process with a child of its own, as a worker has
WORKER_SCRIPT = "sleep 600 & trap 'kill $!; exit' TERM; wait"
WORKER: dict[str, object] = {
    "name": "worker",
    "argv": ["/bin/sh", "-c", WORKER_SCRIPT],
    "orphan_signal": int(signal.SIGTERM),
}
WEB: dict[str, object] = {"name": "web", "argv": ["/bin/sleep", "600"]}
#: it says so when it no longer hears TERM
STUBBORN = "trap '' TERM; touch \"$DEAF\"; while :; do sleep 0.1; done"


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """One directory for all tests here: each leaves it at rest, and later starts are quick."""
    with a_folder("state") as folder:
        yield folder / "state"


@pytest.fixture(autouse=True)
def clean(state: Path) -> None:
    """Forget the files that the processes of an earlier test wrote."""
    for name in ("deaf", "lives", "out"):
        (state / name).unlink(missing_ok=True)


def stubborn(state: Path, stop_seconds: float) -> dict[str, object]:
    argv = ["/bin/sh", "-c", STUBBORN]
    env = {"DEAF": str(state / "deaf")}
    return {"name": "stubborn", "argv": argv, "env": env, "stop_seconds": stop_seconds}


def pid_of(running: Running, *argv: str) -> int:
    """Find a descendant by its command line."""
    found: list[int] = []

    def there() -> bool:
        wanted = "\0".join(argv).encode()
        found[:] = [pid for pid in running.family() if wanted in _command(pid)]
        return bool(found)

    eventually(there)
    return min(found)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything_in_good_order(state: Path, supervisor: Start, signum: int) -> None:
    running = supervisor(state, WEB, WORKER)
    running.wait_for("worker", "started")
    family = running.family()
    assert running.end(signum) == 0
    assert not survivors(family)
    assert not (state / "postgres/postmaster.pid").exists()


def test_kill_9_of_the_supervisor_leaves_nothing(state: Path, supervisor: Start) -> None:
    running = supervisor(state, WEB, WORKER)
    running.wait_for("worker", "started")
    sleeper = pid_of(running, "sleep", "600")
    family = running.family()
    assert sleeper in family
    assert len(family) > 6
    running.end(signal.SIGKILL)
    eventually(lambda: not survivors(family))
    again = supervisor(state, WEB)
    again.wait_for("web", "started")
    assert again.end(signal.SIGTERM) == 0


def test_a_process_that_dies_is_started_again_and_its_children_die_with_it(
    state: Path, supervisor: Start
) -> None:
    running = supervisor(state, WORKER)
    running.wait_for("worker", "started")
    pid_of(running, "sleep", "600")
    shell = pid_of(running, "/bin/sh", "-c", WORKER_SCRIPT)
    before = {pid: began for pid, began in running.family().items() if everybody()[pid][0] == shell}
    os.kill(shell, signal.SIGKILL)
    assert running.wait_for("worker", "ended") == "ended with SIGKILL"
    assert before
    eventually(lambda: not survivors(before))
    running.wait_for("worker", "started again")
    assert pid_of(running, "/bin/sh", "-c", WORKER_SCRIPT) != shell
    assert running.end(signal.SIGTERM) == 0


def test_servers_that_die_come_back_on_the_same_ports(state: Path, supervisor: Start) -> None:
    running = supervisor(state, WEB)
    target = running.wait_for("url", "postgresql://")
    broker = running.wait_for("url", "redis://")
    running.wait_for("web", "started")
    os.kill(pid_of(running, "-D", str(state / "postgres")), signal.SIGKILL)
    running.wait_for("postgres", "started again")
    with psycopg.connect(target) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    os.kill(pid_of(running, "valkey-server 127.0.0.1"), signal.SIGKILL)
    running.wait_for("valkey", "started again")
    with redis.Redis.from_url(broker) as client:
        assert client.ping()
    assert running.end(signal.SIGTERM) == 0


def test_one_that_keeps_dying_is_started_again_ever_more_slowly(state: Path, supervisor: Start) -> None:
    running = supervisor(state, {"name": "relay", "argv": ["/bin/sh", "-c", "date +%s.%N >> $LIVES; exit 3"],
                                 "env": {"LIVES": str(state / "lives")}})  # fmt: skip
    for _ in range(3):
        running.wait_for("relay", "ended with code 3")
    assert running.end(signal.SIGTERM) == 0
    first, second, third = map(float, (state / "lives").read_text().split()[:3])
    assert second - first >= 0.5
    assert third - second >= 1.0


def test_wrong_settings_end_the_supervisor_instead_of_a_loop(state: Path, supervisor: Start) -> None:
    running = supervisor(state, WEB, {"name": "relay", "argv": ["/bin/sh", "-c", "exit 2"]})
    running.wait_for("relay", "ended with code 2")
    family = running.family()
    assert running.process.wait(20) == 2
    assert not survivors(family)


def test_a_program_that_is_not_there_is_named(state: Path, supervisor: Start) -> None:
    running = supervisor(state, WEB, {"name": "relay", "argv": ["/nonexistent/relay"]})
    assert "/nonexistent/relay" in running.wait_for("process-did-not-start", "relay")
    assert running.process.wait(20) == 2


def test_one_that_does_not_listen_is_killed_when_its_time_is_over(state: Path, supervisor: Start) -> None:
    running = supervisor(state, stubborn(state, 0.5))
    running.wait_for("stubborn", "started")
    eventually((state / "deaf").exists)
    family = running.family()
    assert running.end(signal.SIGTERM, seconds=15) == 0
    assert not survivors(family)


def test_a_second_signal_does_not_wait(state: Path, supervisor: Start) -> None:
    running = supervisor(state, stubborn(state, 600))
    running.wait_for("stubborn", "started")
    eventually((state / "deaf").exists)
    running.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        running.process.wait(0.7)
    assert running.end(signal.SIGINT, seconds=15) == 0


def test_secrets_reach_a_process_by_its_environment(state: Path, supervisor: Start) -> None:
    spec = {"name": "web", "argv": ["/bin/sh", "-c", "printenv SECRET > $OUT; sleep 600"],
            "env": {"SECRET": "by environment", "OUT": str(state / "out")}}  # fmt: skip
    running = supervisor(state, spec)
    running.wait_for("web", "started")
    eventually(lambda: (state / "out").exists() and (state / "out").read_text() == "by environment\n")
    assert running.end(signal.SIGTERM) == 0
