import contextlib
import fcntl
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from orchestrator.adapters.git import Repositories, RepositorySource
from orchestrator.domain.errors import Unavailable
from tests.integration.adapters.git.conftest import Opened
from tests.support.git_server import serving
from tests.support.processes import git_processes_about
from tests.support.repository import Repository


def eventually(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/silent.git"


def test_a_silent_server_is_given_up_in_time_and_leaves_no_process(opened: Opened, silent_url: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable) as raised:
        opened(url=silent_url, ask_seconds=0.5).fetch("app", "main")
    assert time.monotonic() - began < 10
    assert raised.value.code == "repository-unavailable"
    assert "did not answer in time" in raised.value.message
    assert eventually(lambda: not git_processes_about(silent_url))


def test_git_itself_gives_up_a_silent_server(opened: Opened, silent_url: str) -> None:
    with pytest.raises(Unavailable) as raised:
        opened(url=silent_url, silence_seconds=1).head("app", "main")
    assert "cannot be read" in raised.value.message


def test_a_server_that_falls_silent_in_the_middle_is_given_up_in_time(
    opened: Opened, repository: Repository
) -> None:
    with serving(repository.remote.parent) as server, _Stalling(server.url) as stalling:
        git = opened(url=f"{stalling.url}/remote.git", fetch_seconds=1.5)
        began = time.monotonic()
        with pytest.raises(Unavailable, match="could not be fetched in time"):
            git.fetch("app", "main")
        assert time.monotonic() - began < 10
        assert eventually(lambda: not git_processes_about(stalling.url))
    assert not git.knows("app", repository.head)


class _Stalling:
    """A proxy that passes the first connections on and answers nothing to any POST of a fetch."""

    def __init__(self, to: str) -> None:
        host, _, port = to.removeprefix("http://").partition(":")
        self._to = (host, int(port))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(connection,), daemon=True).start()

    def _pass_on(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, socket.create_connection(self._to) as server:
            while request := connection.recv(65536):
                if b"command=fetch" in request or (b"POST" in request and b"ls-refs" not in request):
                    time.sleep(30)
                    return
                server.sendall(request)
                server.settimeout(0.3)
                try:
                    while answer := server.recv(65536):
                        connection.sendall(answer)
                except TimeoutError:
                    pass


def fetch(url: str, cache: Path) -> None:
    Repositories({"app": RepositorySource(url=url, allow_local=True)}, cache=cache).fetch("app", "main")


def is_locked(lock: Path) -> bool:
    if not lock.exists():
        return False
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_git_that_outlives_its_killed_worker_keeps_the_lock(repository: Repository, cache: Path) -> None:
    with serving(repository.remote.parent) as server, _Stalling(server.url) as stalling:
        url = f"{stalling.url}/remote.git"
        worker = multiprocessing.get_context("spawn").Process(target=fetch, args=(url, cache))
        worker.start()
        assert eventually(lambda: any("fetch" in line for line in git_processes_about(url).values()))
        worker.kill()
        worker.join()
        (lock,) = cache.glob("*.lock")
        assert is_locked(lock)
        for process in git_processes_about(url):
            os.kill(process, signal.SIGKILL)
        assert eventually(lambda: not is_locked(lock))
