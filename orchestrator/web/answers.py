"""What both listeners answer with: JSON, and for every trouble a code, a message and a remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from orchestrator.adapters.json_form import to_json
from orchestrator.domain.errors import BasculeError, PushRejected, Unavailable

RETRY_AFTER_SECONDS: Final = 10

#: the status of each refusal that has one of its own; every other PushRejected is a 400
_STATUS: Final = {
    "signature": 401,
    "repository-unknown": 404,
    "body-too-slow": 408,
    "body-too-large": 413,
    "delivery-stale": 401,
    "too-many-deliveries": 429,
}
#: the statuses that say when to come back
_LATER: Final = frozenset({429, 503})
#: what ends the connection as well: who was too slow once keeps it no longer
_HUNG_UP: Final = frozenset({408, 503})

HARDENED: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A trouble as people read it."""

    code: str
    message: str
    remedy: str = ""


_HTTP: Final = {
    404: Problem(code="not-found", message="There is nothing at this address."),
    405: Problem(
        code="method-not-allowed",
        message="This address does not take this method.",
        remedy="Use a method that the Allow header names.",
    ),
}


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer with one of our values as JSON."""
    return JSONResponse(to_json(value), status, {**HARDENED, **(headers or {})})


def problem_of(error: BasculeError) -> tuple[int, Problem]:
    """Return the HTTP status and the words for one of our errors."""
    problem = Problem(code=error.code, message=error.message, remedy=error.remedy)
    if isinstance(error, PushRejected):
        return _STATUS.get(error.code, 400), problem
    return (503 if isinstance(error, Unavailable) else 500), problem


def refused(status: int, problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Answer with a trouble; where there is too much of something, say when to come back."""
    later = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in _LATER else {}
    ends = {"Connection": "close"} if status in _HUNG_UP else {}
    return answer(problem, status, {**later, **ends, **(headers or {})})


def problem_of_http(error: HTTPException) -> Problem:
    """Return the words for what the router found: no such address, no such method."""
    return _HTTP.get(error.status_code, Problem(code="http", message=str(error.detail)))
