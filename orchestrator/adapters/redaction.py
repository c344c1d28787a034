"""The last line of defence: what looks like a secret, or is known to be one, is not written to the log."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import structlog

MASK: Final = "***"

#: shorter values occur in ordinary words
_SHORTEST: Final = 4

#: values of these keys are never shown, whatever they are
_SECRET_KEY = re.compile(r"password|passwd|secret|token|authorization|cookie|api_?key", re.IGNORECASE)

#: without any of these nothing below is there
_HINT: Final = re.compile(r"://|passw|hooks\.slack", re.IGNORECASE)
_PATTERNS: Final = (
    # user and password of a URL
    (re.compile(r"(?<=://)[^\s/\"'<>]+@"), f"{MASK}@"),
    # password=… in a connection string, "password": "…" in anything printed
    (
        re.compile(
            r"""((?:password|passwd)\w*["']?\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s&,;)}]+)""", re.IGNORECASE
        ),
        rf"\g<1>{MASK}",
    ),
    # the path of Slack's incoming webhooks is their key
    (re.compile(r"(hooks\.slack[\w.-]*/)[^\s\"'<>)]+", re.IGNORECASE), rf"\g<1>{MASK}"),
)


class Redactor:
    """A processor for structlog that masks secrets in every value, tracebacks included."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
        # the longest first: a secret may be a part of another
        self._known = sorted(known, key=len, reverse=True)

    def __call__(self, _logger: object, _method: str, event: structlog.types.EventDict) -> Mapping[str, Any]:
        """Mask one event."""
        return {key: self._pair(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """Mask one text."""
        # to look for a text is quicker than any pattern, and this is done for every word of the log
        for secret in self._known:
            if secret in text:
                text = text.replace(secret, MASK)
        if _HINT.search(text):
            for pattern, mask in _PATTERNS:
                text = pattern.sub(mask, text)
        return text

    def _pair(self, key: object, value: object) -> object:
        return MASK if isinstance(key, str) and _is_secret(key) and value else self._value(value)

    def _value(self, value: object) -> object:
        match value:
            case str():
                return self.text(value)
            case None | bool() | int() | float() | date():
                return value
            case Mapping():
                return {self.text(str(key)): self._pair(key, item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._value(item) for item in value]
            case _:
                return self.text(str(value))


@lru_cache(maxsize=1000)
def _is_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def _forms(secret: str) -> Iterable[str]:
    """Return how a secret may turn up: whole, by line, and a URL's password, encoded or not."""
    yield secret
    yield from secret.splitlines()
    try:
        password = urlsplit(secret).password
    except ValueError:
        password = None
    if password:
        yield from (password, unquote(password), quote(unquote(password), safe=""))
