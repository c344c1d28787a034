"""Which URLs settings accept. A reader raises ValueError with what to write instead, never with a secret."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from orchestrator.domain.network import is_loopback

_BROKERS: Final = frozenset({"redis", "rediss", "amqp", "amqps"})
#: git@host:path
_SSH_SHORT: Final = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:(?!/)\S+")


def broker(url: str) -> str:
    """Accept redis:// and rediss:// for Redis and Valkey, amqp:// and amqps:// for RabbitMQ."""
    parts = _split(url)
    if parts.scheme not in _BROKERS or not parts.hostname:
        raise ValueError(
            "must be a URL of the form redis://:password@host:6379/0 or "
            "amqp://user:password@host:5672/vhost; with TLS rediss:// or amqps://"
        )
    if is_rabbitmq(url) and (parts.query or parts.fragment):
        raise ValueError("takes nothing behind the virtual host; write amqp://user:password@host:5672/vhost")
    return url


def is_rabbitmq(url: str) -> bool:
    """Tell whether a broker's URL leads to a RabbitMQ."""
    return _split(url).scheme.startswith("amqp")


def slack(url: str) -> str:
    """Accept https, and plain http on loopback: it leaves the machine for nobody to read."""
    parts = _split(url)
    if not (parts.scheme == "https" and parts.hostname) and not _plain_on_loopback(parts):
        raise ValueError("must be a URL that begins with https://")
    return url


def http(url: str) -> str:
    """Accept http and https without a user or a password."""
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a URL that begins with https://")
    return _without_secret(url, parts)


def git(url: str) -> str:
    """Accept what git may be given at all; whether it may be local is another question."""
    if not url or url.startswith("-") or re.search(r"[\x00-\x20\x7f]|::", url):
        raise ValueError('is no repository; write "https://github.com/example/app.git"')
    return url if _SSH_SHORT.fullmatch(url) else _without_secret(url, _split(url))


def is_remote(url: str) -> bool:
    """Tell whether a repository is reached by https or ssh."""
    return bool(_SSH_SHORT.fullmatch(url)) or _split(url).scheme in {"https", "ssh"}


def is_local(url: str) -> bool:
    """Tell whether a repository is a path, a file:// URL or plain http on loopback."""
    parts = _split(url)
    path = not parts.scheme and url.startswith("/")
    return path or parts.scheme == "file" or _plain_on_loopback(parts)


def takes_token(url: str) -> bool:
    """Tell whether a token can go with the URL."""
    return not _SSH_SHORT.fullmatch(url) and _split(url).scheme in {"https", "http"}


def is_plain(url: str) -> bool:
    """Tell whether anybody on the way could read along."""
    return _split(url).scheme == "http"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("is no URL") from None
    return parts


def _without_secret(url: str, parts: SplitResult) -> str:
    # git@host is how ssh is written; it is no secret
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise ValueError("holds a user or a password; take it out, secrets have keys of their own")
    return url


def _plain_on_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and is_loopback(parts.hostname or "")
