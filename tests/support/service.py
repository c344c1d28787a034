"""The whole service in real processes, for one test: web, relay and worker, killable one by one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from orchestrator.adapters.postgres.ledger.schema import upgrade
from orchestrator.domain.deployment import Deployment, DeploymentId, StageRun
from orchestrator.settings import load
from orchestrator.wiring import House
from tests.support.github import signed_push
from tests.support.repository import Repository

SECRET = b"a-secret-of-at-least-32-characters-for-tests"
PARTS = {"web": "serve", "relay": "relay", "worker": "worker"}
ZERO = "0" * 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(check: Callable[[], bool], *, seconds: float = 30, what: str = "it") -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


@dataclass
class Service:
    """Settings, processes and the ledger's reading side."""

    settings: Path
    environment: dict[str, str]
    webhooks: str
    page: str
    house: House
    work: Repository
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    #: all that commands printed
    said: list[str] = field(default_factory=list)

    def start(self, *parts: str, environment: Mapping[str, str] | None = None) -> None:
        """Start these parts, or each once; one more of a kind has a number behind its name."""
        for part in parts or PARTS:
            with (self.logs / f"{part}.log").open("ab") as log:
                self.running[part] = subprocess.Popen(
                    [sys.executable, "-m", "orchestrator", PARTS[part.rstrip("0123456789")]],
                    env={**self.environment, **(environment or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        if "web" in (parts or PARTS):
            eventually(self._serving, what="web")

    def _serving(self) -> bool:
        assert self.running["web"].poll() is None, self.log("web")
        try:
            return httpx.get(f"{self.page}/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def kill(self, *parts: str, number: int = signal.SIGKILL) -> None:
        for part in parts or tuple(self.running):
            process = self.running.pop(part)
            if process.poll() is None:
                os.killpg(process.pid, number)
            process.wait(timeout=20)

    def log(self, part: str) -> str:
        return (self.logs / f"{part}.log").read_text()

    def deliver(self, commit: str, branch: str = "staging") -> httpx.Response:
        """Send what the forge would send."""
        return self.post(*signed_push(SECRET, "example/app", branch, ZERO, commit))

    def post(self, headers: Mapping[str, str], body: bytes, repository: str = "app") -> httpx.Response:
        """Send any delivery."""
        url = f"{self.webhooks}/webhooks/{repository}"
        return httpx.post(url, headers=dict(headers), content=body, timeout=10)

    def post_raw(
        self, headers: Sequence[tuple[str, str]], body: bytes, repository: str = "app"
    ) -> httpx.Response:
        """Send any headers, also twice; as Latin-1, which is all that HTTP has."""
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        return httpx.post(f"{self.webhooks}/webhooks/{repository}", headers=raw, content=body, timeout=10)

    def push(self, branch: str = "staging", *, force: bool = False, deliver: bool = True) -> str:
        """Push the work tree's head, and tell about it."""
        self.work.push("origin", branch, force=force)
        if deliver:
            answer = self.deliver(self.work.head, branch)
            assert answer.status_code == 202, answer.text
        return self.work.head

    def newest(self, target: str = "staging") -> Deployment | None:
        return next(iter(self.house.reading.deployments(target=target, limit=1)), None)

    def ended(self, commit: str, target: str = "staging", *, seconds: float = 60) -> Deployment:
        """Wait until the newest deployment is for this commit and has ended."""

        def done() -> bool:
            newest = self.newest(target)
            return newest is not None and newest.commit == commit and newest.finished is not None

        eventually(done, seconds=seconds, what=f"the end of the deployment of {commit[:7]}")
        newest = self.newest(target)
        assert newest is not None
        return newest

    def runs(self, deployment: DeploymentId) -> dict[str, StageRun]:
        return {run.stage: run for run in self.house.reading.runs(deployment)}

    def run(
        self, *words: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of ours as a person would."""
        done = subprocess.run(
            [sys.executable, "-m", "orchestrator", *words],
            env={**self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        return done

    def command(self, *words: str, code: int | None = 0) -> str:
        """Run a command and return what it printed."""
        done = self.run(*words)
        assert code is None or done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def told(self, *words: str, code: int | None = 0) -> Any:
        """Run a command with --json and return its value."""
        return json.loads(self.command(*words, "--json", code=code))


_SETTINGS = """
[service]
database_url = "env:CONTROL_URL"
broker_url = "env:BROKER_URL"
listen = "127.0.0.1:{public}"
admin_listen = "127.0.0.1:{admin}"
state_directory = "{state}"
public_url = "http://127.0.0.1:{admin}"
compare_heads = "{compare_heads}"

[repositories.app]
url = "{remote}"
allow_local = true
webhook_secret = ["env:WEBHOOK_SECRET"]

{more}
"""

_STAGING = """
[targets.staging]
repository = "app"
branch = "staging"
database_url = "env:STAGING_URL"
rehearse = {rehearse}
"""


@contextmanager
def service(
    folder: Path,
    *,
    control_url: str,
    broker_url: str,
    staging_url: str | None = None,
    environment: Mapping[str, str] | None = None,
    more: str = "",
    compare_heads: str = "1h",
    rehearse: bool = False,
    state: Path | None = None,
) -> Iterator[Service]:
    """Make repository and settings; nothing runs before `start`, nothing is left running afterwards.

    Most stories are about what happens on the target: those that are about rehearsals ask for them.
    """
    work = Repository.create(folder / "work")
    logs = folder / "logs"
    logs.mkdir()
    public, admin = free_port(), free_port()
    settings = folder / "bascule.toml"
    settings.write_text(
        _SETTINGS.format(
            public=public,
            admin=admin,
            state=state or folder / "state",
            remote=work.remote_url,
            more=more if staging_url is None else _STAGING.format(rehearse=str(rehearse).lower()) + more,
            compare_heads=compare_heads,
        )
    )
    variables = {
        "CONTROL_URL": control_url,
        "BROKER_URL": broker_url,
        **({"STAGING_URL": staging_url} if staging_url else {}),
        "WEBHOOK_SECRET": SECRET.decode(),
        **(environment or {}),
    }
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    everything = {**inherited, **variables, "BASCULE_SETTINGS": str(settings), "BASCULE_ACTOR": "ada"}
    house = House(load(settings, everything))
    upgrade(house.control)
    it = Service(
        settings=settings,
        environment=everything,
        webhooks=f"http://127.0.0.1:{public}",
        page=f"http://127.0.0.1:{admin}",
        house=house,
        work=work,
        logs=logs,
    )
    try:
        yield it
    finally:
        it.kill()
        house.close()
