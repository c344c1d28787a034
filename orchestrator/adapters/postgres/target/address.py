"""Where a target's database is and how to reach it; pure, nothing connects here."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.network import is_loopback

TRANSACTION_POOLER_PORT = "6543"


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetAddress:
    """How to reach one target. `url` holds the password and shows up nowhere."""

    name: str
    url: str = field(repr=False)
    #: libpq's sslmode; None: what the URL says, else verify-full off loopback
    sslmode: str | None = None
    #: path of the authority's certificate; None: what the URL says, else the system's authorities
    sslrootcert: str | None = None
    #: longest single statement; the hosted service stops statements after 120 s
    statement_timeout_seconds: float = 110
    #: longest wait for a lock before the transaction is given up and tried again
    lock_timeout_seconds: float = 4
    #: how often a migration is tried that could not get its locks
    lock_tries: int = 5
    #: pause after the first such try; it doubles, with jitter
    lock_pause_seconds: float = 0.5
    #: longest time for one migration, all tries together; well below a stage's deadline, so that it is told
    migration_timeout_seconds: float = 600
    connect_timeout_seconds: int = 10
    application_name: str = "bascule"


def parameters_of(address: TargetAddress) -> dict[str, str]:
    """Read the URL into libpq's parameters. Raises ConfigurationError; its text never holds the URL."""
    parameters = _parsed(address)
    if TRANSACTION_POOLER_PORT in parameters.get("port", "").split(","):
        raise ConfigurationError(
            f"target {address.name}: port {TRANSACTION_POOLER_PORT} is the transaction pooler; session locks "
            "and settings do not hold there",
            code="transaction-pooler",
            remedy="use the session pooler (the same host, port 5432) or the direct host on port 5432",
            target=address.name,
        )
    return parameters | _tls(address, parameters) | _patience(address)


def _parsed(address: TargetAddress) -> dict[str, str]:
    try:
        parsed = conninfo_to_dict(address.url)
    except ProgrammingError:
        # libpq quotes the URL with its password when it cannot read it
        raise ConfigurationError(
            f"target {address.name}: the database URL cannot be read",
            code="bad-url",
            remedy="write postgresql://USER:PASSWORD@HOST:5432/DATABASE, with @ : / ? # in the password "
            "percent-encoded",
            target=address.name,
        ) from None
    return {key: str(value) for key, value in parsed.items() if value is not None}


def _tls(address: TargetAddress, parameters: dict[str, str]) -> dict[str, str]:
    default = "prefer" if is_local(parameters) else "verify-full"
    mode = address.sslmode or parameters.get("sslmode") or default
    root = address.sslrootcert or parameters.get("sslrootcert")
    if root is None:
        return {"sslmode": mode} | ({"sslrootcert": _authorities()} if mode == "verify-full" else {})
    if root != "system" and not Path(root).is_file():
        raise ConfigurationError(
            f"target {address.name}: the certificate {root} does not exist",
            code="sslrootcert-missing",
            remedy="name the file of the authority's certificate in sslrootcert",
            target=address.name,
            file=root,
        )
    return {"sslmode": mode, "sslrootcert": root}


def _authorities() -> str:
    """Name this machine's trusted authorities; libpq's own idea of them depends on how it was built."""
    return ssl.get_default_verify_paths().cafile or "system"


def _patience(address: TargetAddress) -> dict[str, str]:
    """Notice a dead peer in about 20 s. No limits of the server here: poolers refuse start-up options."""
    return {
        "application_name": address.application_name,
        "connect_timeout": str(address.connect_timeout_seconds),
        "client_encoding": "UTF8",
        "keepalives": "1",
        "keepalives_idle": "5",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
    }


def is_local(parameters: dict[str, str]) -> bool:
    """Tell whether every host is this machine: a socket, localhost, a loopback address."""
    hosts = (parameters.get("hostaddr") or parameters.get("host") or "").split(",")
    return all(host == "" or host.startswith(("/", "@")) or is_loopback(host) for host in hosts)
