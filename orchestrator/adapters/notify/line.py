"""The way to a receiver: only to addresses that may be reached, and only for so long.

The address that was checked is the address that is connected to. The name is never looked up a second time,
so a name server that changes its answer gains nothing; TLS still verifies the receiver's name.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Final

import httpcore

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

CONNECT_SECONDS: Final = 10.0
TOTAL_SECONDS: Final = 15.0

#: more addresses of one receiver are not tried
_MOST_ADDRESSES = 4

#: IPv6 that carries IPv4 through a translator (RFC 6052)
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class NotPublic(Exception):
    """Every address of the receiver is private, loopback, link-local or otherwise not public."""


class Deadline:
    """A moment after which nothing is waited for any more."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, at_most: float | None) -> float:
        """Return the seconds that one operation may take. Raises httpcore.ReadTimeout when none are left."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if at_most is None else min(left, at_most)


class Line(httpcore.NetworkBackend):
    """Connects for one request."""

    def __init__(self, deadline: Deadline, *, public_only: bool) -> None:
        self._deadline = deadline
        self._public_only = public_only
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers. Raises NotPublic and httpcore's errors."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses(host, port):
            seconds = self._deadline.left(timeout)
            try:
                stream = self._sockets.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure or httpcore.ConnectError("the name has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name cannot be looked up") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [address for address in addresses if not self._public_only or is_public(address)]
        if addresses and not allowed:
            raise NotPublic
        return allowed[:_MOST_ADDRESSES]


class _Stream(httpcore.NetworkStream):
    """A connection whose every operation ends at the deadline: a receiver that drips gains no time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._deadline.left(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the open internet, also where IPv6 only wraps an IPv4 address."""
    ip: IpAddress = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = _wrapped(ip) or ip
    return ip.is_global and not ip.is_multicast


def _wrapped(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _TRANSLATED:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour
