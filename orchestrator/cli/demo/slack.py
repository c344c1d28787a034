"""A stand-in for Slack: takes what would be posted there, and remembers the headlines."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

_LARGEST = 64 * 1024


class SlackStandIn:
    """Listens on loopback. Leaving the `with` block ends it."""

    def __init__(self) -> None:
        self._headlines: SimpleQueue[str] = SimpleQueue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._headlines))
        self._thread = threading.Thread(target=self._server.serve_forever, name="slack", daemon=True)

    @property
    def url(self) -> str:
        """What an incoming webhook's address looks like."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/services/demo"

    def next(self) -> str | None:
        """Return the oldest headline that nobody looked at yet."""
        try:
            return self._headlines.get_nowait()
        except Empty:
            return None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(headlines: "SimpleQueue[str]") -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
            posted: dict[str, Any] = json.loads(self.rfile.read(length))
            headlines.put(_plain(str(posted.get("text", ""))))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            """Say nothing: what was told is shown by the story."""

    return Handler


def _plain(text: str) -> str:
    """Return the text as a reader sees it."""
    for escaped, shown in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, shown)
    return text.strip("*")
