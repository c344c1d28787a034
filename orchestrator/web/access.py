"""Who may read the page and the API.

On loopback without a token everybody on this host may, and only under a name of this host: otherwise any
site that the operator visits could resolve its own name to 127.0.0.1 and read along (DNS rebinding).
Everywhere else a token is required, as a bearer token or, for browsers, as the password of HTTP basic.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.network import is_loopback
from orchestrator.web.answers import Problem, refused

_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]@/\s]+)(?::[0-9]{1,5})?", re.ASCII)

_WRONG_HOST: Final = Problem(
    code="host",
    message="This page is not served under this name.",
    remedy="Open it as http://127.0.0.1 with its port, or add the name to the settings.",
)
_NO_TOKEN: Final = Problem(
    code="token",
    message="A token is needed here.",
    remedy='Send "Authorization: Bearer <token>", or log in with any user name and the token as password.',
)
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Bascule", charset="UTF-8"'}


def require_token(listen_host: str, token: str | None) -> None:
    """Raise ConfigurationError unless there is a token or only this host can reach the listener."""
    if token or (token is None and is_loopback(listen_host)):
        return
    raise ConfigurationError(
        f"The page and the API would listen on {listen_host or 'every address'} without a token.",
        code="admin-token-missing",
        remedy="Set service.admin_token, or let service.admin_listen begin with 127.0.0.1.",
    )


class Gate:
    """Lets a request through to the application, or answers it."""

    def __init__(
        self, app: ASGIApp, *, token: str | None, names: Iterable[str], open_paths: Iterable[str]
    ) -> None:
        """Guard the app; `open_paths` are for probes, which have neither a token nor a name of ours."""
        self._app = app
        self._token = None if token is None else token.encode()
        self._names = frozenset(name.lower() for name in names)
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide by the headers alone."""
        headers = Headers(scope=scope)
        if scope["path"] in self._open_paths or self.allows(headers):
            await self._app(scope, receive, send)
        elif self._token is None:
            await refused(403, _WRONG_HOST)(scope, receive, send)
        else:
            await refused(401, _NO_TOKEN, _CHALLENGE)(scope, receive, send)

    def allows(self, headers: Headers) -> bool:
        """Tell whether these headers open the door."""
        if self._token is None:
            return self._is_our_name(headers.get("host", ""))
        given = offered_token(headers.get("authorization", ""))
        return given is not None and hmac.compare_digest(given, self._token)

    def _is_our_name(self, host: str) -> bool:
        match = _HOST.fullmatch(host.lower())
        return match is not None and (match[1] in self._names or is_loopback(match[1]))


def offered_token(authorization: str) -> bytes | None:
    """Read the token from an Authorization header; None when there is none that can be read."""
    scheme, _, value = authorization.strip().partition(" ")
    raw = value.strip().encode("latin-1", "replace")
    if scheme.lower() == "bearer":
        return raw
    if scheme.lower() != "basic":
        return None
    try:
        _, _, password = base64.b64decode(raw, validate=True).partition(b":")
    except ValueError:
        return None
    return password
