"""Where an exception ends that nobody expected: a 500 for the sender, its place for the log."""

import traceback
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.web.answers import Problem, refused

_FRAMES: Final = 6

_PROBLEM: Final = Problem(
    code="internal",
    message="Something went wrong here that should not have.",
    remedy="Look for internal-error in the service's log; sending the request again is harmless.",
)

_log = structlog.get_logger(__name__)


class LastResort:
    """Wraps an application so that nothing is answered with success, or not at all, by accident."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; when the answer began already, the connection is all that can be ended."""
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            # only the type and the place: a text or a frame's variables may hold a body or a secret
            _log.error("internal-error", error=type(error).__qualname__, at=_places(error))
            if began:
                raise
            await refused(500, _PROBLEM)(scope, receive, send)


def _places(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
