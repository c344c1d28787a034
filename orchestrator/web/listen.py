"""Taking an address to listen on, before anything else starts."""

import errno
import socket

from orchestrator.domain.errors import ConfigurationError


def bind(host: str, port: int, *, setting: str) -> socket.socket:
    """Take the address; port 0 takes any free one. Raises ConfigurationError that names the setting.

    `serve` closes the socket.
    """
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # IPv4 first, so that "localhost" is the address that is printed as such
        family, _, protocol, _, place = min(found, key=lambda each: each[0] is not socket.AF_INET)
        return _bound(family, protocol, place)
    except OSError as error:
        raise _cannot_listen(
            f"[{host}]:{port}" if ":" in host else f"{host}:{port}", setting, error
        ) from error


def url_of(listener: socket.socket) -> str:
    """Return where a bound socket can be reached from this host, for example http://127.0.0.1:8401."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - named, not bound
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _bound(family: int, protocol: int, place: tuple[object, ...]) -> socket.socket:
    # asyncio switches off Nagle's delay (40 ms an answer) only where the protocol is named
    listener = socket.socket(family, socket.SOCK_STREAM, protocol)
    try:
        # a port whose last owner just ended is free; one that somebody listens on is still refused
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        # now, so that a second process is refused now
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener


def _cannot_listen(address: str, setting: str, error: OSError) -> ConfigurationError:
    reason = {
        errno.EADDRINUSE: "another process listens there",
        errno.EACCES: "this user may not listen on that port",
        errno.EADDRNOTAVAIL: "this host does not have that address",
    }.get(error.errno or 0, "the host's name is not known, or the system refused")
    return ConfigurationError(
        f"Cannot listen on {address}: {reason}.",
        code="port-taken" if error.errno == errno.EADDRINUSE else "cannot-listen",
        remedy=f"Set {setting} to another address, or end what listens on {address}.",
        setting=setting,
        address=address,
    )
