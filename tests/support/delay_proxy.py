"""A TCP proxy between a client and a server that delays every byte, counts turns, and can cut the line."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit


@dataclass
class DelayProxy:
    """One listener on 127.0.0.1; all of it runs in a thread of its own."""

    upstream_host: str
    upstream_port: int
    #: one way, so that a round trip costs twice as much
    delay_seconds: float = 0.0
    port: int = 0
    #: how often the server began to speak after the client had: the round trips, so far
    turns: int = 0
    #: what the server says is thrown away
    deaf: bool = False
    #: new connections are dropped at once
    closed: bool = False
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def url(self, url: str) -> str:
        """Point a URL of the server at the proxy instead."""
        parts = urlsplit(url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.port}"))

    def cut(self) -> None:
        """Cut every line that is open now; with `closed` set, no new one comes through."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.transport.abort()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection(self.upstream_host, self.upstream_port)
        except OSError:  # it is down: say so to the client, too
            writer.transport.abort()
            return
        self._writers |= {writer, up_writer}
        speaking = ["client"]
        with suppress(asyncio.CancelledError):  # the streams' own callback would report it as a fault
            await asyncio.gather(
                self._carry(reader, up_writer, "client", speaking),
                self._carry(up_reader, writer, "server", speaking),
            )

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, who: str, speaking: list[str]
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if who == "server" and speaking[0] == "client":
                    self.turns += 1
                speaking[0] = who
                if self.deaf and who == "server":
                    continue
                # equal delays end in the order in which they began, so the bytes keep theirs
                self._loop.call_later(self.delay_seconds, self._write, sink, data)
        self._loop.call_later(self.delay_seconds, self._close, sink)

    def _write(self, sink: asyncio.StreamWriter, data: bytes) -> None:
        if not sink.is_closing():
            sink.write(data)

    def _close(self, sink: asyncio.StreamWriter) -> None:
        self._writers.discard(sink)
        sink.close()

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server


@contextmanager
def delay_proxy(url: str, *, delay_seconds: float = 0.0) -> Iterator[DelayProxy]:
    """Run a proxy in front of the server that a URL names."""
    parts = urlsplit(url)
    proxy = DelayProxy(parts.hostname or "127.0.0.1", parts.port or 5432, delay_seconds)
    thread = threading.Thread(target=proxy._loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(proxy._listen(), proxy._loop).result(5)
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(_stop(proxy, server), proxy._loop).result(5)
        proxy._loop.call_soon_threadsafe(proxy._loop.stop)
        thread.join(5)
        proxy._loop.close()


async def _stop(proxy: DelayProxy, server: asyncio.Server) -> None:
    server.close()
    proxy._cut()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
