"""Sends requests over HTTP/1.1 on many connections at once, with as little work of its own as can be."""

import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What came of a round."""

    per_second: float
    milliseconds: Sequence[float]


@dataclass(kw_only=True, slots=True)
class _Line:
    """One connection: it sends the next request when it has the answer to the last."""

    socket: socket.socket
    requests: Iterator[bytes]
    began: float = 0.0
    received: bytes = b""
    took: list[float] = field(default_factory=list)

    def send(self) -> bool:
        """Send the next one; False when there is none."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.received = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> bool:
        """Take in what came; True when the answer is complete."""
        chunk = self.socket.recv(65536)
        assert chunk, "the connection was closed"
        self.received += chunk
        if not _is_complete(self.received):
            return False
        self.took.append((time.perf_counter() - self.began) * 1000)
        assert self.received.startswith(b"HTTP/1.1 202 "), self.received
        return True


def post(url: str, headers: dict[str, str], body: bytes) -> bytes:
    """Write a request down."""
    parts = urlsplit(url)
    fields = {"Host": parts.netloc, **headers, "Content-Length": str(len(body))}
    lines = [f"POST {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def send_all(url: str, requests: Sequence[bytes], *, connections: int) -> Sent:
    """Send them all, each on whichever connection is free; every answer has to be a 202."""
    parts = urlsplit(url)
    waiting = iter(requests)
    with ExitStack() as stack, selectors.DefaultSelector() as ready:
        lines = []
        for _ in range(connections):
            connected = stack.enter_context(
                closing(socket.create_connection((parts.hostname, parts.port or 80)))
            )
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lines.append(_Line(socket=connected, requests=waiting))
            ready.register(connected, selectors.EVENT_READ, lines[-1])
        began = time.perf_counter()
        busy = sum(line.send() for line in lines)
        while busy:
            assert time.perf_counter() - began < _LIMIT_SECONDS, "the answers take too long"
            for key, _ in ready.select(timeout=1):
                line: _Line = key.data
                if line.receive() and not line.send():
                    busy -= 1
        seconds = time.perf_counter() - began
    return Sent(
        per_second=len(requests) / seconds, milliseconds=[each for line in lines for each in line.took]
    )


def send_slowly(url: str, requests: Iterable[bytes], *, pause_seconds: float) -> list[float]:
    """Send one after the other with a pause in between; return how long each took, in milliseconds."""
    took: list[float] = []
    for request in requests:
        took += send_all(url, [request], connections=1).milliseconds
        time.sleep(pause_seconds)
    return took


def _is_complete(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return len(body) >= int(lengths[0])
