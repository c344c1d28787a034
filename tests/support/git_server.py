"""Git over real HTTP with a password: `git http-backend` behind a small server on 127.0.0.1."""

import base64
import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer


@dataclass(slots=True)
class GitServer:
    """A server whose repositories lie in one folder; `seen` are the requests as they came."""

    root: Path
    #: "user:password"; empty lets everybody in
    credential: str = ""
    #: requests are sent on to this address instead of being answered
    redirect: str = ""
    #: a request whose body holds this is answered with 500; empty answers all
    failing: bytes = b""
    url: str = ""
    seen: list[tuple[str, str | None]] = field(default_factory=list)

    def allows(self, authorization: str | None) -> bool:
        """Tell whether the header carries the credential."""
        expected = f"Basic {base64.b64encode(self.credential.encode()).decode()}"
        return not self.credential or authorization == expected


@contextlib.contextmanager
def serving(root: Path, *, credential: str = "", redirect: str = "") -> Iterator[GitServer]:
    """Serve the bare repositories of a folder until the block ends."""
    server = GitServer(root=root, credential=credential, redirect=redirect)

    class Handler(_Handler):
        served = server

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=BaseServer.serve_forever, args=(http, 0.02), daemon=True)
        thread.start()
        yield server
        http.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: GitServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
        """Say nothing on the terminal."""

    def _answer(self) -> None:
        authorization = self.headers.get("Authorization")
        self.served.seen.append((self.path, authorization))
        if self.served.redirect:
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", self.served.redirect + self.path)
            self.end_headers()
        elif not self.served.allows(authorization):
            self.send_response(HTTPStatus.UNAUTHORIZED)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
        else:
            self._from_git(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _from_git(self, asked: bytes) -> None:
        """Hand the request to git as CGI, and its answer back."""
        if self.served.failing and self.served.failing in asked:
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        answer = subprocess.run(
            ["git", "http-backend"],
            input=asked,
            env=self._cgi(),
            capture_output=True,
            check=True,
        ).stdout
        head, _, body = answer.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cgi(self) -> dict[str, str]:
        path, _, query = self.path.partition("?")
        return {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_PROJECT_ROOT": str(self.served.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
        }
