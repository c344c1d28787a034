"""The admin listener: the page, the API to read, and whether we are ready."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from orchestrator.domain.errors import BasculeError, Unavailable
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import ContentStore, Reading
from orchestrator.web.access import Gate, require_token
from orchestrator.web.answers import answer, problem_of, problem_of_http, refused
from orchestrator.web.api import Api, WrongQuery, wrong_query
from orchestrator.web.last_resort import LastResort
from orchestrator.web.pages import Pages
from orchestrator.web.public import healthy
from orchestrator.web.threads import in_thread

READINESS_TIMEOUT_SECONDS: Final = 5.0

#: what each check is called, and what is wrong with it; empty when it is well
Readiness = Callable[[], Mapping[str, str]]


def _now() -> datetime:
    return datetime.now(UTC)


def admin_app(
    *,
    reading: Reading,
    contents: ContentStore,
    readiness: Readiness,
    listen_host: str,
    token: str | None = None,
    names: Iterable[str] = (),
    targets: Sequence[TargetPolicy] = (),
    clock: Callable[[], datetime] = _now,
) -> Starlette:
    """Make the page and the API.

    `listen_host` is where they will listen: anywhere but on loopback a token is required, or
    ConfigurationError is raised. `names` are further host names under which the page is opened without one.
    """
    require_token(listen_host, token)
    pages = Pages(reading=reading, contents=contents, policies=targets, clock=clock)
    app = Starlette(
        routes=[
            Route("/healthz", healthy),
            Route("/readyz", partial(_ready, readiness)),
            Mount("/api/v1", routes=Api(reading=reading, policies=targets).routes()),
            *pages.routes(),
        ],
        exception_handlers={
            WrongQuery: wrong_query,
            HTTPException: partial(_http_error, pages),
            BasculeError: partial(_our_error, pages),
        },
        middleware=[
            Middleware(LastResort),
            Middleware(Gate, token=token, names=names, open_paths=("/healthz", "/readyz")),
        ],
    )
    app.router.redirect_slashes = False
    return app


async def _ready(readiness: Readiness, _: Request) -> Response:
    """Say whether the ledger and the broker are there, and what is not. Probes need no token for it.

    Why something is missing stays in the log and in `bascule doctor`: it names hosts.
    """
    try:
        checks = await in_thread(READINESS_TIMEOUT_SECONDS, readiness)
    except Unavailable:
        return answer({"status": "not-ready", "missing": ["readiness"]}, 503)
    missing = sorted(name for name, trouble in checks.items() if trouble)
    if missing:
        return answer({"status": "not-ready", "missing": missing}, 503)
    return answer({"status": "ready", "missing": []})


async def _http_error(pages: Pages, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = problem_of_http(error)
    if _is_for_programs(request):
        return refused(error.status_code, problem, error.headers)
    return pages.problem(error.status_code, problem)


async def _our_error(pages: Pages, request: Request, error: Exception) -> Response:
    assert isinstance(error, BasculeError)
    status, problem = problem_of(error)
    return refused(status, problem) if _is_for_programs(request) else pages.problem(status, problem)


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith("/api/")
