"""Where a repository is fetched from, and how much of it is taken."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.network import is_loopback

MEBIBYTE = 1024 * 1024

#: user@host:path, the short form of ssh://; the host never begins with a dash
_SHORT_SSH = re.compile(r"(?:[\w.-]+@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?![/\\]{2})[^\s:][^\s]*")
#: a name or an address; one of IPv6 comes without its brackets
_HOST = re.compile(r"[A-Za-z0-9:][A-Za-z0-9.:_-]*")
_UNFIT = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, kw_only=True, slots=True)
class GitLimits:
    """How long git may take and how much it may bring."""

    #: for one fetch in all, waiting for other fetches of the same mirror included
    fetch_seconds: float = 120
    #: for asking a remote for a branch's head
    ask_seconds: float = 20
    #: for reading a commit out of the mirror
    read_seconds: float = 60
    #: a transfer slower than 1,000 bytes a second is given up after this long
    silence_seconds: int = 20
    file_bytes: int = 16 * MEBIBYTE
    commit_bytes: int = 256 * MEBIBYTE
    files: int = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositorySource:
    """One repository, from the settings and never from a payload.

    Raises ConfigurationError when the address is of a kind that is never fetched from.
    """

    #: https://…, ssh://… or user@host:path; with `allow_local` also file://, a path, or http:// on loopback
    url: str
    #: sent to this address only, as basic authentication; never written to disk
    token: str | None = field(default=None, repr=False)
    #: the name beside the token; forges that look at the token alone take any
    username: str = "x-access-token"
    allow_local: bool = False
    #: of the mirror on disk; one that would get larger is made anew with nothing but the branch
    mirror_bytes: int = 4096 * MEBIBYTE
    #: the branches that are followed: a mirror lets go of all others. None: of none
    branches: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Look at the address once, so that nobody has to look again."""
        protocol = self.protocol
        if self.token and protocol not in {"https", "http"}:
            raise _refused("a token is only sent over https", "remove the token, or give the https address")

    @property
    def protocol(self) -> str:
        """The one protocol that git may speak for this repository."""
        return _protocol_of(self.url, allow_local=self.allow_local)

    @property
    def host(self) -> str:
        """The host, for people to read; "this machine" for a local path."""
        short = _SHORT_SSH.fullmatch(self.url)
        if short and "://" not in self.url:
            return short["host"]
        return urlsplit(self.url).hostname or "this machine"


def _protocol_of(url: str, *, allow_local: bool) -> str:
    if not url or _UNFIT.search(url):
        raise _refused("it is empty or holds white space", "write it as the forge shows it for cloning")
    if "://" not in url:
        return _protocol_without_scheme(url, allow_local=allow_local)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("it cannot be read", "write it as the forge shows it for cloning") from None
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise _refused("it holds a user or a password", "put the password into the setting `token`")
    if (parts.username or "").startswith("-") or (parts.scheme != "file" and not _HOST.fullmatch(host)):
        raise _refused("its host cannot be read", "write it as the forge shows it for cloning")
    if parts.scheme in {"https", "ssh"}:
        return parts.scheme
    if parts.scheme == "file" and not host:
        return _local("file", allow_local=allow_local)
    if parts.scheme == "http" and is_loopback(host):
        return _local("http", allow_local=allow_local)
    raise _refused("its kind is never fetched from", "use an https:// or ssh:// address")


def _protocol_without_scheme(url: str, *, allow_local: bool) -> str:
    if url.startswith("/"):
        return _local("file", allow_local=allow_local)
    if _SHORT_SSH.fullmatch(url):
        return "ssh"
    raise _refused("its kind is never fetched from", "use an https:// or ssh:// address, or an absolute path")


def _local(protocol: str, *, allow_local: bool) -> str:
    if allow_local:
        return protocol
    raise _refused(
        "it lies on this machine", "use an https:// or ssh:// address, or allow local repositories"
    )


def _refused(why: str, remedy: str) -> ConfigurationError:
    # the address itself stays out: it may hold a password
    return ConfigurationError(
        f"the address of a repository is refused: {why}", code="repository-address", remedy=remedy
    )
