"""Reading a request's body from strangers: capped in size, in time, and in memory over all requests.

Who sends slowly pays for it, and nobody else: when too many bodies are on their way, the one that has been so
for longest makes way for the newest. A forge's is here within milliseconds.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import Request

from orchestrator.domain.errors import PushRejected, Unavailable


@dataclass(eq=False, kw_only=True, slots=True)
class _Arriving:
    """A body on its way."""

    body: bytearray
    #: running out ends the reading
    patience: asyncio.Timeout
    made_way: bool = False


@dataclass(kw_only=True, slots=True)
class _InFlight:
    """What all requests together hold."""

    bytes: int = 0
    #: the oldest first
    arriving: dict[_Arriving, None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyReader:
    """Reads bodies one piece at a time."""

    max_bytes: int
    #: for the whole body
    timeout_seconds: float
    #: of all bodies that are being read or worked on; they come from senders who are not known yet
    max_bytes_in_flight: int
    #: how many may be on their way at once
    max_arriving: int
    _in_flight: _InFlight = field(default_factory=_InFlight)

    @asynccontextmanager
    async def reading(self, request: Request) -> AsyncIterator[bytes]:
        """Yield the body. Raises PushRejected: too large or too slow; Unavailable: too many at once."""
        self._check_announced(request.headers.get("content-length", ""))
        body = bytearray()
        try:
            await self._fill(body, request)
            yield bytes(body)
        finally:
            self._in_flight.bytes -= len(body)

    def _check_announced(self, length: str) -> None:
        digits = length.isascii() and length.isdigit()
        if digits and (len(length.lstrip("0")) > len(str(self.max_bytes)) or int(length) > self.max_bytes):
            raise self._too_large()

    async def _fill(self, body: bytearray, request: Request) -> None:
        arriving: _Arriving | None = None
        try:
            async with asyncio.timeout(self.timeout_seconds) as patience:
                arriving = _Arriving(body=body, patience=patience)
                self._let_in(arriving)
                async for chunk in request.stream():
                    self._take(arriving, chunk)
        except TimeoutError as error:
            if arriving is not None and arriving.made_way:
                raise _too_busy() from error
            raise PushRejected(
                f"The body did not arrive within {self.timeout_seconds:g} s.",
                code="body-too-slow",
                remedy="Send it again over a faster line.",
            ) from error
        finally:
            if arriving is not None:
                self._in_flight.arriving.pop(arriving, None)

    def _let_in(self, arriving: _Arriving) -> None:
        if len(self._in_flight.arriving) >= self.max_arriving:
            self._make_way(next(iter(self._in_flight.arriving)))
        self._in_flight.arriving[arriving] = None

    def _take(self, arriving: _Arriving, chunk: bytes) -> None:
        if arriving.made_way:
            # it was told to end, and this came in between
            raise _too_busy()
        if len(arriving.body) + len(chunk) > self.max_bytes:
            raise self._too_large()
        while self._in_flight.bytes + len(chunk) > self.max_bytes_in_flight:
            oldest = next(iter(self._in_flight.arriving))
            if oldest is arriving:
                raise _too_busy()
            self._make_way(oldest)
        arriving.body.extend(chunk)
        self._in_flight.bytes += len(chunk)

    def _make_way(self, oldest: _Arriving) -> None:
        """End a reading; what it holds is free at once."""
        del self._in_flight.arriving[oldest]
        self._in_flight.bytes -= len(oldest.body)
        oldest.body.clear()
        oldest.made_way = True
        if not oldest.patience.expired():
            oldest.patience.reschedule(0)

    def _too_large(self) -> PushRejected:
        return PushRejected(
            f"The body is larger than {self.max_bytes} bytes.",
            code="body-too-large",
            remedy="Forges send nothing larger than 25 MB; look at what stands between the forge and here.",
        )


def _too_busy() -> Unavailable:
    return Unavailable(
        "Too many deliveries arrive at once.",
        code="too-busy",
        remedy="Send it again a little later.",
    )
