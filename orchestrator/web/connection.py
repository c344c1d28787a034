"""A connection with deadlines that uvicorn does not have."""

import asyncio
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class DeadlineProtocol(H11Protocol):
    """HTTP/1.1 that ends a connection whose sender dawdles while no application watches the clock.

    That is so before the head of a request is complete, and after an answer was sent early (a body that is
    too large): the rest of the body is read and thrown away, so that the sender gets to see the answer, but
    not for ever. While an application runs, it has time limits of its own.
    """

    #: for a request's head, and for what is left of a refused body
    deadline_seconds: ClassVar[float] = 10.0

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take in some bytes."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the rest of the body, or for the next request."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        super().connection_lost(exc)
        self._forget()

    def _watch(self) -> None:
        """Keep the deadline while it is the sender's turn; it is not moved by single bytes."""
        if self.transport.is_closing() or not self._is_senders_turn():
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.deadline_seconds, self._over)

    def _is_senders_turn(self) -> bool:
        state: Any = self.conn.their_state
        early = self.conn.our_state is h11.DONE and state is h11.SEND_BODY
        return early or (state is h11.IDLE)

    def _over(self) -> None:
        self._deadline = None
        self.transport.close()

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
