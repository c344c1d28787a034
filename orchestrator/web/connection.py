"""A connection with deadlines that uvicorn does not have."""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class DeadlineProtocol(HttpToolsProtocol):
    """HTTP/1.1 that ends a connection whose sender dawdles while no application watches the clock.

    That is so before the head of a request is complete, and after an answer was sent early (a body that is
    too large): the rest of the body is read and thrown away, so that the sender gets to see the answer, but
    not for ever. While an application runs, it has time limits of its own.

    When too many wait at once, the one that has waited for longest is ended early: whoever opens connections
    and says nothing takes them from others of that kind.
    """

    #: for a request's head, and for what is left of a refused body
    deadline_seconds: ClassVar[float] = 10.0

    #: of all listeners of the process; well below the number of connections that are let in
    most_waiting: ClassVar[int] = 150

    #: the oldest first
    _waiting: ClassVar[dict["DeadlineProtocol", None]] = {}
    #: of a request's head; the parser itself would take any length
    most_head_bytes: ClassVar[int] = 64 * 1024

    _deadline: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take in some bytes; a head that does not end is refused."""
        self._head_bytes = self._head_bytes + len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._head_bytes > self.most_head_bytes:
            self.send_400_response("The head of the request is too long.")
        self._watch()

    def on_message_begin(self) -> None:
        """Begin to take in a head."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Hand the request over."""
        self._in_head = False
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Begin to wait for the rest of the body, or for the next request."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        super().connection_lost(exc)
        self._forget()

    def end(self) -> None:
        """Hang up."""
        self._forget()
        self.transport.close()

    def _watch(self) -> None:
        """Keep the deadline while it is the sender's turn; it is not moved by single bytes."""
        if self.transport.is_closing() or not self._is_senders_turn():
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.deadline_seconds, self.end)
            self._waiting[self] = None
            if len(self._waiting) > self.most_waiting:
                next(iter(self._waiting)).end()

    def _is_senders_turn(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _forget(self) -> None:
        self._waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
