"""What is wrong with a host's name, asked of the resolver; `doctor` shows it before anything connects."""

import re
import socket
from dataclasses import dataclass

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

_DIRECT_HOST = re.compile(r"db\.([a-z0-9]+)\.supabase\.(?:co|com|red)")


@dataclass(frozen=True, kw_only=True, slots=True)
class HostDiagnosis:
    """What the resolver says about a host, and what to do about it."""

    host: str
    #: addresses by family
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    #: what is wrong; empty when nothing is
    problem: str = ""
    remedy: str = ""


def diagnose_host(url: str) -> HostDiagnosis:
    """Look the URL's host up. A Supabase project's direct host has IPv6 only; the pooler has IPv4 too.

    Asks the resolver and nobody else; no part of the password can be in the answer.
    """
    host = _host_of(url)
    if not host or host.startswith(("/", "@")):
        return HostDiagnosis(host=host)
    ipv4, ipv6 = _addresses(host, socket.AF_INET), _addresses(host, socket.AF_INET6)
    project = _DIRECT_HOST.fullmatch(host)
    if not ipv4 and not ipv6:
        problem = f"{host} is not known to the resolver"
        remedy = session_pooler(project[1]) if project else "check the host's name in the database URL"
    elif not ipv4:
        problem = f"{host} has an IPv6 address only"
        remedy = session_pooler(project[1]) if project else "make sure that this machine reaches IPv6 hosts"
    else:
        problem = remedy = ""
    return HostDiagnosis(host=host, ipv4=ipv4, ipv6=ipv6, problem=problem, remedy=remedy)


def session_pooler(project: str) -> str:
    """Say how to reach a Supabase project over IPv4."""
    return (
        "use the session pooler, which has IPv4 addresses too: "
        f"postgresql://postgres.{project}:PASSWORD@aws-0-REGION.pooler.supabase.com:5432/postgres "
        "(the project's page shows its exact host under Connect, Session pooler)"
    )


def _host_of(url: str) -> str:
    try:
        return str(conninfo_to_dict(url).get("host") or "").split(",")[0]
    except ProgrammingError:
        return ""


def _addresses(host: str, family: socket.AddressFamily) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, None, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(sorted({str(entry[4][0]) for entry in found}))
