"""A real HTTP server on 127.0.0.1 that records what it is sent and answers as it was told."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request."""

    method: str
    path: str
    #: names in lower case
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What to answer, and how slowly."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    #: seconds before anything is answered; a closing receiver ends the wait
    hang_seconds: float = 0.0
    #: seconds between two bytes of the status line, which then never ends
    drip_seconds: float | None = None


class Receiver:
    """What a test sees of the server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[Received] = []
        #: used up one by one; afterwards `otherwise` is answered
        self.answers: list[Answer] = []
        self.otherwise = Answer()
        self.closing = threading.Event()
        self._changed = threading.Condition()

    @property
    def url(self) -> str:
        """The address of the server, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def take(self, received: Received) -> Answer:
        """Record a request and say what to answer."""
        with self._changed:
            self.received.append(received)
            self._changed.notify_all()
            return self.answers.pop(0) if self.answers else self.otherwise

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Received]:
        """Wait until so many requests came in; fail when they do not."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.received) >= count, timeout=seconds)
        assert came, f"{len(self.received)} of {count} requests came within {seconds} s"
        return self.received


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def _handle(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = receiver.take(Received(method=self.command, path=self.path, headers=headers, body=body))
        receiver.closing.wait(answer.hang_seconds)
        if answer.drip_seconds is not None:
            self._drip(answer.drip_seconds)
        elif not receiver.closing.is_set():
            self._answer(answer)

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _drip(self, seconds: float) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 ")
        while not self.server.receiver.closing.wait(seconds):
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests are about."""


@contextmanager
def receiving(port: int = 0, *, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver for the length of a test; port 0 takes any."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.receiver = Receiver(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.receiver
        finally:
            server.receiver.closing.set()
            server.shutdown()
            thread.join()
