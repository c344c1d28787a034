"""Both listeners as a real process with real connections."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.github import signed_push
from tests.support.serving import DEADLINE_SECONDS, GRACE_SECONDS, SECRET

ROOT = Path(__file__).parents[3]
OLD, NEW = "a" * 40, "b" * 40
LARGEST_BODY = 300_000
READ_TIMEOUT_SECONDS = 0.5


@dataclass
class Served:
    process: subprocess.Popen[str]
    public: str
    admin: str


@contextmanager
def served(directory: Path, read_timeout_seconds: float = READ_TIMEOUT_SECONDS) -> Iterator[Served]:
    command = [sys.executable, "-m", "tests.support.serving", str(read_timeout_seconds), str(LARGEST_BODY)]
    with (
        (directory / "log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            urls = json.loads(process.stdout.readline())
            yield Served(process=process, **urls)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("serving")) as running:
        yield running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        yield running


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return socket.create_connection((parts.hostname, parts.port), timeout=20)


def until_closed(line: socket.socket) -> bytes:
    received = b""
    while chunk := line.recv(65536):
        received += chunk
    return received


def head(url: str, *fields: str) -> bytes:
    lines = ["POST /webhooks/telecom HTTP/1.1", f"Host: {urlsplit(url).netloc}", *fields, "", ""]
    return "\r\n".join(lines).encode()


def test_a_push_is_acknowledged_and_the_server_does_not_name_itself(service: Served) -> None:
    headers, body = signed_push(SECRET, "telecom", "staging", OLD, NEW)
    answer = httpx.post(f"{service.public}/webhooks/telecom", headers=headers, content=body, timeout=20)
    assert answer.status_code == 202
    assert "server" not in answer.headers


def test_several_pushes_share_one_connection(service: Served) -> None:
    with httpx.Client(base_url=service.public, timeout=20) as client:
        statuses = []
        for _ in range(3):
            headers, body = signed_push(SECRET, "telecom", "staging", OLD, NEW)
            answer = client.post("/webhooks/telecom", headers=headers, content=body)
            statuses.append(answer.status_code)
            connection = answer.extensions["network_stream"].get_extra_info("client_addr")
            statuses.append(connection)
    assert [status for status in statuses if isinstance(status, int)] == [202] * 3
    assert len({status for status in statuses if not isinstance(status, int)}) == 1


def test_page_and_webhooks_are_on_different_addresses(service: Served) -> None:
    assert httpx.get(f"{service.admin}/", timeout=20).status_code == 200
    assert httpx.get(f"{service.public}/", timeout=20).status_code == 404
    assert httpx.post(f"{service.admin}/webhooks/telecom", timeout=20).status_code == 404


def test_a_body_that_stops_half_way_is_answered_in_time(service: Served) -> None:
    with closing(connected(service.public)) as line:
        began = time.monotonic()
        line.sendall(head(service.public, "Content-Length: 1000", "Connection: close") + b"{")
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408 ")
    # the clock of the server's event loop is not read at the same moment
    assert READ_TIMEOUT_SECONDS - 0.1 <= time.monotonic() - began < 10


def test_an_oversized_body_is_refused_by_its_announcement(service: Served) -> None:
    with closing(connected(service.public)) as line:
        line.sendall(head(service.public, f"Content-Length: {LARGEST_BODY + 1}"))
        assert line.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_an_oversized_body_in_chunks_is_refused_while_it_is_sent(service: Served) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(2 * LARGEST_BODY // 1000):
            yield b"x" * 1000

    answer = httpx.post(f"{service.public}/webhooks/telecom", content=chunks(), timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_the_sender_of_an_oversized_body_gets_to_see_the_answer(service: Served) -> None:
    answer = httpx.post(f"{service.public}/webhooks/telecom", content=b"x" * 20_000_000, timeout=20)
    assert answer.status_code == 413


def test_what_is_no_http_is_answered_and_hung_up_on(service: Served) -> None:
    with closing(connected(service.public)) as line:
        line.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        assert until_closed(line).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("beginning", [b"", b"POST /webhooks/telecom HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_head_that_never_ends_is_hung_up_on(service: Served, beginning: bytes) -> None:
    with closing(connected(service.public)) as line:
        began = time.monotonic()
        line.sendall(beginning)
        if beginning:
            time.sleep(DEADLINE_SECONDS / 2)
            line.sendall(b"x")  # a byte now and then does not move the deadline
        assert until_closed(line) == b""
    assert DEADLINE_SECONDS - 0.1 < time.monotonic() - began < DEADLINE_SECONDS + 3


def test_a_head_that_is_too_long_is_refused_before_it_ends(service: Served) -> None:
    with closing(connected(service.public)) as line, suppress(ConnectionError):
        began = time.monotonic()
        line.sendall(b"POST /webhooks/telecom HTTP/1.1\r\nHost: a\r\nX-Long: ")
        for _ in range(1000):
            line.sendall(b"x" * 1000)
        assert until_closed(line).startswith(b"HTTP/1.1 400 ")
    assert time.monotonic() - began < DEADLINE_SECONDS


def test_the_rest_of_a_refused_body_is_not_listened_to_for_ever(service: Served) -> None:
    with closing(connected(service.public)) as line:
        began = time.monotonic()
        line.sendall(head(service.public, "Content-Length: 900000000") + b"x")
        assert line.recv(65536).startswith(b"HTTP/1.1 413 ")
        with suppress(ConnectionError):
            while time.monotonic() - began < DEADLINE_SECONDS + 3:
                line.sendall(b"x" * 100)
                time.sleep(0.1)
    assert DEADLINE_SECONDS - 0.1 < time.monotonic() - began < DEADLINE_SECONDS + 2


def test_hundreds_who_dawdle_keep_nobody_else_out(tmp_path: Path) -> None:
    """Half of them send the beginning of a body, half not even a head; more than the listener lets in."""
    headers, body = signed_push(SECRET, "telecom", "staging", OLD, NEW)
    with served(tmp_path, read_timeout_seconds=60) as running, ExitStack() as lines:
        for number in range(600):
            line = lines.enter_context(closing(connected(running.public)))
            with suppress(ConnectionError):
                line.sendall(head(running.public, "Content-Length: 1000") + b"{" if number % 2 else b"POST ")
            if number % 50 == 0:
                began = time.monotonic()
                url = f"{running.public}/webhooks/telecom"
                assert httpx.post(url, headers=headers, content=body, timeout=20).status_code < 300
                assert time.monotonic() - began < 5


def test_a_signature_of_megabytes_is_hung_up_on_and_nothing_is_made_of_it(service: Served) -> None:
    answer = b"HTTP/1.1 400"
    with closing(connected(service.public)) as line, suppress(ConnectionError):
        line.sendall(head(service.public, f"X-Hub-Signature-256: {'a' * 5_000_000}"))
        answer = until_closed(line)
    assert answer.startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{service.public}/healthz", timeout=20).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_both_listeners_with_status_zero(own: Served, number: signal.Signals) -> None:
    with httpx.Client(base_url=own.public, timeout=20) as idle:
        idle.get("/healthz")
        began = time.monotonic()
        own.process.send_signal(number)
        assert own.process.wait(timeout=20) == 0
    assert time.monotonic() - began < 3
    for url in (own.public, own.admin):
        with pytest.raises(ConnectionRefusedError):
            connected(url)


def test_a_request_that_has_begun_is_still_answered_after_the_signal(own: Served) -> None:
    headers, body = signed_push(SECRET, "telecom", "staging", OLD, NEW)
    fields = [f"{name}: {value}" for name, value in headers.items()]
    with closing(connected(own.public)) as line:
        line.sendall(head(own.public, *fields, f"Content-Length: {len(body)}") + body[:10])
        time.sleep(0.1)
        own.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        line.sendall(body[10:])
        assert until_closed(line).startswith(b"HTTP/1.1 202 ")
    assert own.process.wait(timeout=20) == 0


@pytest.mark.parametrize(("signals", "least_seconds"), [(1, GRACE_SECONDS), (2, 0)])
def test_a_request_that_hangs_holds_the_end_up_for_seconds_and_a_second_signal_not_at_all(
    tmp_path: Path, signals: int, least_seconds: float
) -> None:
    with served(tmp_path, read_timeout_seconds=60) as running, closing(connected(running.public)) as line:
        line.sendall(head(running.public, "Content-Length: 100") + b"x")
        time.sleep(0.2)
        began = time.monotonic()
        for _ in range(signals):
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
        assert running.process.wait(timeout=20) == 0
    assert least_seconds <= time.monotonic() - began < least_seconds + 2
    assert (tmp_path / "log").read_text() == ""
