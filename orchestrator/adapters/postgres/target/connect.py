"""Open a connection to a target, or say in our words why there is none."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg

from orchestrator.adapters.postgres.target.address import TargetAddress, parameters_of
from orchestrator.adapters.postgres.target.host import HostDiagnosis, diagnose_host
from orchestrator.adapters.postgres.target.patient import PatientConnection
from orchestrator.adapters.postgres.target.refusal import Halt, Refusal, find_refusal
from orchestrator.domain.errors import BasculeError, ConfigurationError, Unavailable

#: what the server is given on top of its own time limit before it counts as dead
GRACE_SECONDS = 15.0
#: how long a transaction of ours may do nothing before the server ends it
IDLE_IN_TRANSACTION = "60s"
#: how often the server looks in mid-statement whether we are still there
CHECK_CONNECTION = "1s"

#: who said nothing for the whole time limit is not asked for as long again why
_AFTER_SILENCE_SECONDS = 1.0

#: SQLSTATE of a refusal: code, what happened, remedy. The operator has to act
_OPERATOR = {
    "28P01": ("wrong-password", "the password or the user is wrong", "check user and password in the URL"),
    "28000": (
        "not-admitted",
        "the server does not admit this user from here",
        "check the user in the URL, and the server's network restrictions",
    ),
    "3D000": ("unknown-database", "there is no such database", "check the last part of the URL"),
    "42501": (
        "no-right-to-connect",
        "the user has no right to connect to this database",
        "grant connect on the database to the user",
    ),
}
#: the code of the refusal by a server that lacks the database of the URL
UNKNOWN_DATABASE = _OPERATOR["3D000"][0]
#: the same; it will be tried again
_LATER = {
    "53300": (
        "too-many-connections",
        "the server has no connection left",
        "end sessions that nobody needs, or allow more: a deployment takes two",
    ),
    "57P03": (
        "server-starting",
        "the server is starting, stopping or recovering",
        "nothing to do while that takes its usual time; else see the server's log",
    ),
}
_UNREACHABLE = "check that the server runs and that host and port in the URL are right"


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One connection and the server process behind it, which poolers do not tell."""

    connection: PatientConnection
    backend_pid: int
    #: the server can notice in mid-statement that we died; not every platform's can
    notices_our_death: bool


def open_session(address: TargetAddress) -> Session:
    """Connect in autocommit, with our time limits set.

    Raises ConfigurationError where the operator has to act, Unavailable where it is worth trying again.
    """
    parameters = parameters_of(address)
    try:
        connection = PatientConnection.connect(**parameters, autocommit=True)  # type: ignore[arg-type]
    except psycopg.Error as error:
        # libpq's words are left out on purpose: they are no ground for a decision and come in any language
        was_silent = isinstance(error, psycopg.errors.ConnectionTimeout)
        patience = _AFTER_SILENCE_SECONDS if was_silent else address.connect_timeout_seconds
        refusal = find_refusal(parameters, timeout_seconds=patience)
        raise _error(address, refusal) from None
    connection.longest_wait_seconds = address.statement_timeout_seconds + GRACE_SECONDS
    try:
        with losing_is_unavailable(address.name):
            notices = _set_limits(connection, address)
            pid = _backend(connection, address)
            return Session(connection=connection, backend_pid=pid, notices_our_death=notices)
    except BaseException:
        connection.close()
        raise


@contextmanager
def losing_is_unavailable(target: str) -> Iterator[None]:
    """Turn a connection that breaks into Unavailable; other errors stay what they are."""
    try:
        yield
    except psycopg.Error as error:
        if is_loss(error):
            raise connection_lost(target) from error
        raise


def is_loss(error: psycopg.Error) -> bool:
    """Tell whether the connection is gone: the server said so, or nobody said anything.

    SQL can raise any SQLSTATE, but only ever as an ERROR, after which the session goes on.
    """
    state = error.sqlstate
    if state is None:
        return True
    return (state.startswith("08") or state in _GONE) and error.diag.severity_nonlocalized != "ERROR"


def connection_lost(target: str) -> Unavailable:
    """Say that the connection to a target broke."""
    return Unavailable(f"target {target}: the connection was lost", code="connection-lost", target=target)


def milliseconds(seconds: float) -> str:
    """Write a time limit as PostgreSQL reads it."""
    return f"{max(1, round(seconds * 1000))}ms"


def _set_limits(connection: psycopg.Connection, address: TargetAddress) -> bool:
    if connection.info.server_version < _OLDEST_SERVER:
        raise _configuration(
            address.name, "server-too-old", "PostgreSQL 14 or newer is needed", "upgrade the server"
        )
    limits = {
        "statement_timeout": milliseconds(address.statement_timeout_seconds),
        "lock_timeout": milliseconds(address.lock_timeout_seconds),
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
        "idle_session_timeout": "0",
    }
    connection.execute("; ".join(f"set {name} = '{value}'" for name, value in limits.items()))
    with suppress(psycopg.errors.InvalidParameterValue):
        connection.execute(f"set client_connection_check_interval = '{CHECK_CONNECTION}'")
        return True
    return False


def _backend(connection: psycopg.Connection, address: TargetAddress) -> int:
    """Return the process behind the connection, having seen that two transactions reach the same one."""
    first, second = (_pid(connection) for _ in range(2))
    if first != second:
        raise _configuration(
            address.name,
            "transaction-pooler",
            "consecutive transactions reach different backends",
            "use a session pooler or the direct host: locks and settings need one session",
        )
    return first


def _pid(connection: psycopg.Connection) -> int:
    row = connection.execute("select pg_catalog.pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def _error(address: TargetAddress, refusal: Refusal) -> BasculeError:
    state = refusal.sqlstate or ""
    if state in _OPERATOR:
        return _configuration(address.name, *_OPERATOR[state], sqlstate=state)
    host = diagnose_host(address.url)
    problem = _in_the_way(refusal.halt, host)
    if problem is not None:
        return _configuration(address.name, *problem)
    unreachable = ("unreachable", f"cannot connect to {_where(host.host, address)}", _UNREACHABLE)
    code, what, remedy = _LATER.get(state, unreachable)
    return Unavailable(
        f"target {address.name}: {what}",
        code=code,
        remedy=remedy,
        target=address.name,
        sqlstate=refusal.sqlstate,
    )


def _where(host: str, address: TargetAddress) -> str:
    """Name host and port as they were tried; a socket's folder as it is."""
    if not host or host.startswith(("/", "@")):
        return host or "the server"
    port = parameters_of(address).get("port") or _USUAL_PORT
    return f"{host}, port {port.split(',')[0]}"


def _in_the_way(halt: Halt, host: HostDiagnosis) -> tuple[str, str, str] | None:
    """Name what the operator can remove: code, what happened, remedy."""
    match halt:
        case Halt.NAME:
            return "unknown-host", host.problem or "the host is not known", host.remedy
        case Halt.NETWORK if host.ipv6 and not host.ipv4:
            return "ipv6-only", f"{host.problem} and cannot be reached", host.remedy
        case Halt.NO_TLS:
            return "tls-not-offered", "the server does not offer TLS", _SSLMODE
        case Halt.TLS:
            return "tls-untrusted", "the server's certificate is not trusted", _ROOT
    return None


_USUAL_PORT = "5432"
#: terminated, crashed, cannot connect now, idle session
_GONE = frozenset({"57P01", "57P02", "57P03", "57P05"})
_OLDEST_SERVER = 140000
_SSLMODE = 'switch TLS on at the server, or set sslmode = "disable" where the network is trusted'
_ROOT = (
    "name the authority's certificate in sslrootcert (Supabase: Database settings, SSL configuration, "
    "download the certificate); the host in the URL must be the one that the certificate names"
)


def _configuration(
    target: str, code: str, what: str, remedy: str, *, sqlstate: str | None = None
) -> ConfigurationError:
    return ConfigurationError(
        f"target {target}: {what}", code=code, remedy=remedy, target=target, sqlstate=sqlstate
    )
