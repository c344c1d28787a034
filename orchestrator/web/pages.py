"""The page: made on the server from templates, with one style sheet and no script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from orchestrator.domain.deployment import TERMINAL, Deployment, DeploymentId
from orchestrator.domain.event import Event
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import ContentStore, Reading
from orchestrator.web import words
from orchestrator.web.answers import HARDENED, Problem
from orchestrator.web.api import (
    NO_DEPLOYMENT,
    READ_TIMEOUT_SECONDS,
    TargetView,
    deployment_id,
    targets_of,
    whole,
)
from orchestrator.web.story import Story, drafts_of, story_of
from orchestrator.web.threads import in_thread

_SHOWN: Final = 50
_MOST_EVENTS: Final = 1000
#: while something runs people watch; otherwise the page only stays true
_BUSY_REFRESH_SECONDS: Final = 2
_IDLE_REFRESH_SECONDS: Final = 10

_HEADERS: Final = {
    **HARDENED,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
}
_STATIC: Final = {"page.css": "text/css", "icon.svg": "image/svg+xml"}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("orchestrator.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ago": words.ago,
        "short": words.short,
        "spaced": words.spaced,
        "took": words.took,
        "utc": words.utc,
    }
    return environment


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """The endpoints for people."""

    reading: Reading
    contents: ContentStore
    policies: Sequence[TargetPolicy]
    clock: Callable[[], datetime]
    _templates: Environment = field(default_factory=_environment)

    def routes(self) -> list[Route]:
        """Return where they are found."""
        return [
            Route("/", self.overview),
            Route("/deployments/{id:int}", self.deployment),
            Route("/static/{name}", static),
        ]

    async def overview(self, request: Request) -> Response:
        """Show the targets and the newest deployments."""
        only = request.query_params.get("target") or None
        targets, deployments = await in_thread(READ_TIMEOUT_SECONDS, self._overview, only)
        running = any(deployment.status not in TERMINAL for deployment in deployments)
        refresh = _BUSY_REFRESH_SECONDS if running else _IDLE_REFRESH_SECONDS
        return self._page(
            "overview.html", targets=targets, deployments=deployments, only=only, refresh=refresh
        )

    async def deployment(self, request: Request) -> Response:
        """Show one deployment."""
        story = await in_thread(READ_TIMEOUT_SECONDS, self._story, deployment_id(request))
        if story is None:
            return self.problem(404, NO_DEPLOYMENT)
        refresh = None if story.ended else _BUSY_REFRESH_SECONDS
        return self._page("deployment.html", story=story, deployment=story.deployment, refresh=refresh)

    def problem(self, status: int, problem: Problem) -> Response:
        """Show a trouble; one that passes is looked at again."""
        refresh = _IDLE_REFRESH_SECONDS if status == 503 else None  # noqa: PLR2004 - HTTP's own
        return self._page("problem.html", status, problem=problem, refresh=refresh)

    def _overview(self, only: str | None) -> tuple[tuple[TargetView, ...], tuple[Deployment, ...]]:
        return targets_of(self.policies, self.reading), self.reading.deployments(target=only, limit=_SHOWN)

    def _story(self, deployment: DeploymentId) -> Story | None:
        found = whole(self.reading, deployment)
        if found is None:
            return None
        drafts = self._texts(drafts_of(found.runs))
        return story_of(found.deployment, found.runs, drafts, self._events(deployment))

    def _events(self, deployment: DeploymentId) -> tuple[Event, ...]:
        """Read what happened to a deployment, from its beginning on."""
        return self.reading.events(deployment=deployment, limit=_MOST_EVENTS)

    def _texts(self, sha256s: Sequence[str]) -> dict[str, str]:
        """Read what the ledger keeps; where something is gone, nothing: the page is worth it without."""
        try:
            found = self.contents.content(sha256s) if sha256s else {}
        except KeyError:
            return {}
        return {sha256: content.decode(errors="replace") for sha256, content in found.items()}

    def _page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        html = self._templates.get_template(template).render(now=self.clock(), **values)
        return HTMLResponse(html, status, _HEADERS)


async def static(request: Request) -> Response:
    """Serve the style sheet and the icon: these two files and no other."""
    name: str = request.path_params["name"]
    if name not in _STATIC:
        return Response(status_code=404, headers=_HEADERS)
    content = files("orchestrator.web").joinpath("static", name).read_bytes()
    return Response(content, headers={**_HEADERS, "Cache-Control": "max-age=300"}, media_type=_STATIC[name])
