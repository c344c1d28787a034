"""Find out why a server refused us: libpq keeps only the words of a refusal, and words prove nothing.

The first messages of the protocol are spoken once more, by hand, until the server answers with an error: its
SQLSTATE is what counts. Only used after a connection failed. The password is only ever sent as a proof.
"""

import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_PROTOCOL_3 = 196608
_LONGEST_MESSAGE = 65536
_MOST_MESSAGES = 100
_OK, _MD5, _SASL, _SASL_CONTINUE, _SASL_FINAL = 0, 5, 10, 11, 12


class Halt(Enum):
    """Where the way to a server ended."""

    #: the resolver does not know the host
    NAME = auto()
    #: nobody answers there
    NETWORK = auto()
    #: the server does not offer TLS
    NO_TLS = auto()
    #: its certificate is not trusted, or not for this host
    TLS = auto()
    #: it answered with an error
    SERVER = auto()
    #: it let us in, or asked for something that is not spoken here
    NONE = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a connection failed."""

    halt: Halt
    sqlstate: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Error(Exception):
    sqlstate: str | None


def find_refusal(parameters: Mapping[str, str], *, timeout_seconds: float) -> Refusal:
    """Try the first host of the parameters once more and say what stands in the way. Never raises."""
    try:
        return _ask(parameters, timeout_seconds)
    except _Error as error:
        return Refusal(halt=Halt.SERVER, sqlstate=error.sqlstate)
    except socket.gaierror as error:
        later = error.errno == socket.EAI_AGAIN
        return Refusal(halt=Halt.NETWORK if later else Halt.NAME)
    except ssl.SSLError:
        return Refusal(halt=Halt.TLS)
    except OSError:
        return Refusal(halt=Halt.NETWORK)
    except (ValueError, LookupError, struct.error):
        return Refusal(halt=Halt.NONE)


def _ask(parameters: Mapping[str, str], timeout_seconds: float) -> Refusal:
    host = (parameters.get("hostaddr") or parameters.get("host") or "").split(",")[0]
    if not host or host.startswith(("/", "@")):
        return Refusal(halt=Halt.NETWORK)
    port = int((parameters.get("port") or "5432").split(",")[0])
    with socket.create_connection((host, port), timeout=timeout_seconds) as plain:
        channel = _secured(plain, host, parameters)
        if channel is None:
            return Refusal(halt=Halt.NO_TLS)
        with channel:
            _enter(channel, parameters)
    return Refusal(halt=Halt.NONE)


def _secured(plain: socket.socket, host: str, parameters: Mapping[str, str]) -> socket.socket | None:
    """Begin TLS the way the parameters ask for; None where it is required and not offered."""
    mode = parameters.get("sslmode", "prefer")
    if mode in ("disable", "allow"):
        return plain
    plain.sendall(_SSL_REQUEST)
    if plain.recv(1) != b"S":
        return plain if mode == "prefer" else None
    return _context(mode, parameters.get("sslrootcert")).wrap_socket(plain, server_hostname=host)


def _context(mode: str, root: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if root in (None, "system") else root)
    context.check_hostname = mode == "verify-full"
    if mode not in ("verify-ca", "verify-full"):
        context.verify_mode = ssl.CERT_NONE
    return context


def _enter(channel: socket.socket, parameters: Mapping[str, str]) -> None:
    user = parameters.get("user", "")
    database = parameters.get("dbname") or user
    words = ("user", user, "database", database, "")
    body = struct.pack("!I", _PROTOCOL_3) + b"\0".join(word.encode() for word in words) + b"\0"
    channel.sendall(struct.pack("!I", len(body) + 4) + body)
    _authenticate(channel, user, parameters.get("password", ""))
    for _ in range(_MOST_MESSAGES):
        if _receive(channel)[0] == b"Z":  # ready for queries: nothing stands in the way now
            return


def _authenticate(channel: socket.socket, user: str, password: str) -> None:
    kind, body = _authentication(channel)
    if kind == _MD5:
        inner = hashlib.md5((password + user).encode()).hexdigest()  # noqa: S324  # the protocol's own
        _send(channel, b"md5" + hashlib.md5(inner.encode() + body).hexdigest().encode() + b"\0")  # noqa: S324
        kind, _ = _authentication(channel)
    elif kind == _SASL:
        kind = _prove(channel, password)
    if kind != _OK:
        raise ValueError(kind)


def _prove(channel: socket.socket, password: str) -> int:
    """SCRAM-SHA-256, see RFC 5802."""
    ours = "n=,r=" + base64.b64encode(os.urandom(18)).decode()
    first = ("n,," + ours).encode()
    _send(channel, b"SCRAM-SHA-256\0" + struct.pack("!I", len(first)) + first)
    _, body = _authentication(channel)
    theirs = body.decode()
    given = dict(part.split("=", 1) for part in theirs.split(","))
    final = f"c=biws,r={given['r']}"
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(given["s"]), int(given["i"]))
    key = hmac.digest(salted, b"Client Key", "sha256")
    signed = f"{ours},{theirs},{final}".encode()
    signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
    proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
    _send(channel, f"{final},p={base64.b64encode(proof).decode()}".encode())
    kind, _ = _authentication(channel)
    return _authentication(channel)[0] if kind == _SASL_FINAL else kind


def _authentication(channel: socket.socket) -> tuple[int, bytes]:
    kind, body = _receive(channel)
    if kind != b"R":
        raise ValueError(kind)
    return struct.unpack("!I", body[:4])[0], body[4:]


def _send(channel: socket.socket, body: bytes) -> None:
    channel.sendall(b"p" + struct.pack("!I", len(body) + 4) + body)


def _receive(channel: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(channel, 5)
    length = struct.unpack("!I", head[1:])[0] - 4
    if not 0 <= length <= _LONGEST_MESSAGE:
        raise ValueError(length)
    body = _exactly(channel, length)
    if head[:1] == b"E":
        fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
        raise _Error(sqlstate=fields.get(b"C"))
    return head[:1], body


def _exactly(channel: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        more = channel.recv(length - len(received))
        if not more:
            raise ConnectionError
        received += more
    return received
