"""httpx over a line of ours: one request, one connection, one deadline for all of it, a short answer."""

import urllib.request
from typing import Final

import httpcore
import httpx

from orchestrator.adapters.notify.line import CONNECT_SECONDS, TOTAL_SECONDS, Deadline, Line
from orchestrator.domain.network import is_loopback

#: more of an answer is not read
_LONGEST_ANSWER = 4096

#: the headers of an answer that anybody here looks at
_KEPT: Final = frozenset({"retry-after", "content-type"})


class Transport(httpx.BaseTransport):
    """Carries one request at a time, from any thread; keeps no connection."""

    def __init__(self, *, public_only: bool, total_seconds: float = TOTAL_SECONDS) -> None:
        """With `public_only` a proxy is not used: it would look the name up where we cannot check it."""
        self._public_only = public_only
        self._total_seconds = total_seconds
        self._tls = httpx.create_ssl_context()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send and read the beginning of the answer. Raises httpcore's errors and NotPublic."""
        line = Line(Deadline(self._total_seconds), public_only=self._public_only)
        with (
            self._pool(request.url, line) as pool,
            pool.stream(
                request.method,
                _url(request.url),
                headers=request.headers.raw,
                content=request.read(),
                extensions={"timeout": {"connect": CONNECT_SECONDS}},
            ) as answer,
        ):
            body = b""
            for chunk in answer.iter_stream():
                body += chunk
                if len(body) > _LONGEST_ANSWER:
                    break
        headers = [(name, value) for name, value in answer.headers if name.decode("latin-1").lower() in _KEPT]
        return httpx.Response(answer.status, headers=headers, content=body[:_LONGEST_ANSWER])

    def _pool(self, url: httpx.URL, line: Line) -> httpcore.ConnectionPool:
        proxy = None if self._public_only else _proxy_of(url)
        if proxy is None:
            return httpcore.ConnectionPool(ssl_context=self._tls, network_backend=line)
        parts = httpx.URL(proxy)
        return httpcore.HTTPProxy(
            proxy_url=_url(parts),
            proxy_auth=(parts.username, parts.password) if parts.username else None,
            ssl_context=self._tls,
            network_backend=line,
        )


def _url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _proxy_of(url: httpx.URL) -> str | None:
    """Return the proxy that the environment names for this URL."""
    if is_loopback(url.host) or urllib.request.proxy_bypass(url.host):
        return None
    return urllib.request.getproxies().get(url.scheme)
