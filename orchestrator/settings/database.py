"""Where a database URL leads, as far as settings have to know it."""

from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from orchestrator.domain.network import is_loopback
from orchestrator.settings.model import DatabaseAddress

#: Supabase's pooler in transaction mode: a session's lock or setting would stay with somebody else
TRANSACTION_POOLER_PORT: Final = 6543

_ENCODE = "its special characters must be percent-encoded (@ is %40, # is %23, / is %2F)"


def address_of(url: str) -> DatabaseAddress:
    """Read a PostgreSQL URL. Raises ValueError with what to write instead, never with the URL."""
    if "[YOUR-PASSWORD]" in url.upper():
        raise ValueError("still holds the placeholder [YOUR-PASSWORD]; put the password there")
    parts, port = _split(url)
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = given.get("host") or unquote(parts.hostname or "")
    user = given.get("user") or unquote(parts.username or "") or "postgres"
    if not host:
        raise ValueError("names no host; write postgresql://user:password@host:5432/database")
    if "," in host:
        raise ValueError("names several hosts; a target is one database, so name one")
    address = DatabaseAddress(
        host=host if host.startswith("/") else host.lower(),
        port=port or _number(given.get("port", "5432")),
        database=given.get("dbname") or unquote(parts.path.removeprefix("/")) or user,
        user=user,
    )
    if address.port == TRANSACTION_POOLER_PORT:
        raise ValueError("port 6543 is the pooler's transaction mode, which loses locks; write 5432")
    return address


def parameter(url: str, name: str) -> str | None:
    """Return what the URL itself says about `sslmode` and the like."""
    values = parse_qs(urlsplit(url).query).get(name)
    return values[-1] if values else None


def identity(address: DatabaseAddress) -> tuple[str, ...]:
    """Return what is equal for two addresses of one database.

    A Supabase project is known by its reference: direct it stands in the host, at the pooler in the user.
    """
    _, _, tenant = address.user.partition(".")
    labels = address.host.split(".")
    if address.host.endswith(".pooler.supabase.com") and tenant:
        return ("supabase", tenant, address.database)
    if address.host.endswith(".supabase.co") and labels[0] == "db":
        return ("supabase", labels[1], address.database)
    host = "loopback" if is_loopback(address.host) else address.host
    return (host, str(address.port), tenant, address.database)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"is no URL; if it holds a password, {_ENCODE}") from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("must begin with postgresql://")
    if parts.fragment:
        raise ValueError(f"has a # in it; if that belongs to the password, {_ENCODE}")
    return parts, port


def _number(port: str) -> int:
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):  # noqa: PLR2004 - TCP's own bound
        raise ValueError("has a port that is no port; write 5432")
    return int(port)
