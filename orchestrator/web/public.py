"""The public listener: webhooks, and whether we are alive. Nothing else."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator.domain.errors import BasculeError
from orchestrator.domain.push import Receipt
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Reception
from orchestrator.web.answers import answer, problem_of, problem_of_http, refused
from orchestrator.web.body import BodyReader
from orchestrator.web.last_resort import LastResort
from orchestrator.web.rate import Rates
from orchestrator.web.reception import Received, Receiver, RepositoryHooks
from orchestrator.web.threads import in_thread

#: no forge sends more
MAX_BODY_BYTES: Final = 25 * 1024 * 1024
#: for the whole answer: forges give up after 10 s
ANSWER_TIMEOUT_SECONDS: Final = 9.0
#: of these, for the body; what is left is the ledger's
READ_TIMEOUT_SECONDS: Final = 6.0

#: so many of the largest, or any number of small ones up to the next limit
_BODIES_IN_FLIGHT: Final = 8
#: below what the listener lets in, so that slow ones make way before anybody is refused
_BODIES_ARRIVING: Final = 200
#: of a body: most deliveries are smaller
_SMALL_BYTES: Final = 64 * 1024

_log = structlog.get_logger(__name__)


def public_app(
    *,
    repositories: Mapping[str, RepositoryHooks],
    targets: Sequence[TargetPolicy],
    reception: Reception,
    deliveries_per_minute: Mapping[str, int] | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
    read_timeout_seconds: float = READ_TIMEOUT_SECONDS,
    answer_timeout_seconds: float = ANSWER_TIMEOUT_SECONDS,
) -> Starlette:
    """Make the receiver of webhooks. Raises ConfigurationError when a repository has no secret.

    A repository that `deliveries_per_minute` does not name may send any number.
    """
    webhooks = _Webhooks(
        receiver=Receiver(repositories=repositories, targets=targets, store=reception),
        bodies=BodyReader(
            max_bytes=max_body_bytes,
            timeout_seconds=read_timeout_seconds,
            max_bytes_in_flight=_BODIES_IN_FLIGHT * max_body_bytes,
            max_arriving=_BODIES_ARRIVING,
        ),
        rates=Rates(per_minute=deliveries_per_minute or {}),
        answer_timeout_seconds=answer_timeout_seconds,
    )
    routes = [
        Route("/webhooks/{repository}", webhooks.receive, methods=["POST"]),
        Route("/healthz", healthy),
    ]
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: _no_such_thing}, middleware=[Middleware(LastResort)]
    )
    app.router.redirect_slashes = False
    return app


async def healthy(_: Request) -> Response:
    """Say that the process answers; it asks nobody."""
    return answer({"status": "ok"})


async def _tell(**words: object) -> None:
    _log.info("webhook", **words)


async def _no_such_thing(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refused(error.status_code, problem_of_http(error), error.headers)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Webhooks:
    receiver: Receiver
    bodies: BodyReader
    rates: Rates
    #: from the end of the head on: reading, verifying and storing together
    answer_timeout_seconds: float

    async def receive(self, request: Request) -> Response:
        """Answer a delivery, and leave one line about it in the log: never its body, never its signature."""
        began = time.monotonic()
        repository: str = request.path_params["repository"]
        words = {"repository": repository if repository in self.receiver.repositories else "unknown"}
        response = await self._answered(request, repository, words)
        took = round(time.monotonic() - began, 4)
        # afterwards: the sender does not wait for our log
        response.background = BackgroundTask(_tell, **words, status=response.status_code, took_seconds=took)
        return response

    async def _answered(self, request: Request, repository: str, words: dict[str, str]) -> Response:
        try:
            received = await self._received(request, repository, words)
        except BasculeError as error:
            status, problem = problem_of(error)
            words["outcome"] = problem.code
            return refused(status, problem)
        except ClientDisconnect:
            words["outcome"] = "sender-left"
            return Response(status_code=400)
        words["outcome"] = received.outcome
        return answer(received, 202 if received.stored_now else 200)

    async def _received(self, request: Request, repository: str, words: dict[str, str]) -> Received:
        deadline = time.monotonic() + self.answer_timeout_seconds
        self.receiver.hooks(repository)
        async with self.bodies.reading(request) as body:
            headers = _folded(request.headers)
            left = deadline - time.monotonic()
            receipt = await self._verified(left, repository, headers, body)
            words |= {"receipt": receipt.id, "told": receipt.event}
            self.rates.take(repository)
            return await in_thread(deadline - time.monotonic(), self.receiver.accept, receipt)

    async def _verified(
        self, seconds: float, repository: str, headers: Mapping[str, str], body: bytes
    ) -> Receipt:
        # what takes microseconds is not worth a thread
        if len(body) <= _SMALL_BYTES:
            return self.receiver.verify(repository, headers, body)
        return await in_thread(seconds, self.receiver.verify, repository, headers, body)


def _folded(headers: Headers) -> dict[str, str]:
    """Return each header once; one that was sent twice reads as a list (RFC 9110), which no signature is."""
    folded: dict[str, str] = {}
    for name, value in headers.items():
        folded[name] = f"{folded[name]}, {value}" if name in folded else value
    return folded
