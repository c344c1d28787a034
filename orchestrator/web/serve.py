"""Both listeners in one process, until a signal says that it is over."""

import asyncio
import contextlib
import gc
import signal
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from typing import Final

import uvloop
from starlette.types import ASGIApp
from uvicorn import Config, Server

from orchestrator.web.connection import DeadlineProtocol

#: with what comes after it, the process ends within 5 s
GRACE_SECONDS: Final = 4
_KEEP_ALIVE_SECONDS: Final = 5
#: more at once are told to come back (503)
_CONNECTIONS: Final = 400
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class _Listener(Server):
    """A server whose signals are somebody else's: two in one process must both hear them."""

    def __init__(self, config: Config, up: Callable[[], None]) -> None:
        super().__init__(config)
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self._up()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


def serve(
    public: ASGIApp,
    admin: ASGIApp,
    *,
    listen: socket.socket,
    admin_listen: socket.socket,
    started: Callable[[], None] = lambda: None,
    grace_seconds: int = GRACE_SECONDS,
) -> None:
    """Serve until SIGTERM or SIGINT; then answer what has begun, for `grace_seconds` at most, and return.

    The sockets come from `listen.bind` and are closed here. `started` is called once both answer. A second
    signal ends at once. Not in the main thread no signal is heard: that is for whoever runs the process.
    """
    gc.collect()
    gc.freeze()  # what is here now stays: no use in looking through it while pushes come in
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(((public, listen), (admin, admin_listen)), started, grace_seconds))
    finally:
        listen.close()
        admin_listen.close()


async def _serve(
    pairs: Sequence[tuple[ASGIApp, socket.socket]], started: Callable[[], None], grace_seconds: int
) -> None:
    missing = len(pairs)

    def up() -> None:
        nonlocal missing
        missing -= 1
        if missing == 0:
            started()

    listeners = [(_Listener(_config(app, grace_seconds), up), place) for app, place in pairs]
    with _hearing_signals([listener for listener, _ in listeners]):
        await asyncio.gather(*(listener.serve(sockets=[place]) for listener, place in listeners))


def _config(app: ASGIApp, grace_seconds: int) -> Config:
    return Config(
        app,
        http=DeadlineProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # what happens is told by our own log
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here depends on who the client is
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=grace_seconds,
    )


@contextlib.contextmanager
def _hearing_signals(servers: list[_Listener]) -> Generator[None, None, None]:
    def end() -> None:
        for server in servers:
            server.force_exit = server.should_exit
            server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
