"""Reading a request's body from strangers: capped in size, in time, and in memory over all requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import Request

from orchestrator.domain.errors import PushRejected, Unavailable


@dataclass(slots=True)
class _InFlight:
    bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyReader:
    """Reads bodies one piece at a time."""

    max_bytes: int
    #: for the whole body
    timeout_seconds: float
    #: of all bodies that are being read or worked on; they come from senders who are not known yet
    max_bytes_in_flight: int
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
        try:
            async with asyncio.timeout(self.timeout_seconds):
                async for chunk in request.stream():
                    self._take(body, chunk)
        except TimeoutError as error:
            raise PushRejected(
                f"The body did not arrive within {self.timeout_seconds:g} s.",
                code="body-too-slow",
                remedy="Send it again over a faster line.",
            ) from error

    def _take(self, body: bytearray, chunk: bytes) -> None:
        if len(body) + len(chunk) > self.max_bytes:
            raise self._too_large()
        if self._in_flight.bytes + len(chunk) > self.max_bytes_in_flight:
            raise Unavailable(
                "Too many large deliveries arrive at once.",
                code="too-busy",
                remedy="Send it again a little later.",
            )
        body += chunk
        self._in_flight.bytes += len(chunk)

    def _too_large(self) -> PushRejected:
        return PushRejected(
            f"The body is larger than {self.max_bytes} bytes.",
            code="body-too-large",
            remedy="Forges send nothing larger than 25 MB; look at what stands between the forge and here.",
        )
