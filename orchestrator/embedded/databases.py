"""Databases in the embedded cluster: the ledger's own, and Supabase-like ones."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import psycopg
from psycopg import sql

from orchestrator.embedded.postgres import SUPERUSER

#: the ledger's database and its role
CONTROL: Final = "bascule"
#: the role that runs migrations
MIGRATOR: Final = "postgres"

#: what makes a database Supabase-like: roles first, then objects
ENVIRONMENT_SCRIPTS: Final = ("supabase_roles.sql", "supabase.sql")

_SQL = Path(__file__).parent / "sql"
_CONNECT_SECONDS = 10
#: how long one statement may take, our turn included
_LIMITS = "-c statement_timeout=120s"


class Cluster(Protocol):
    """A server in which databases are made."""

    def url(self, database: str, role: str) -> str:
        """Return a libpq URL with the role's password."""
        ...

    def password(self, role: str) -> str:
        """Return the password of one of our roles."""
        ...


def create_control_database(server: Cluster, name: str = CONTROL) -> str:
    """Make a database for a ledger, unless it is there; return its URL for role `bascule`, who owns it.

    Nobody else may connect to it, superusers excepted.
    """
    with maintenance(server) as connection:
        if not _exists(connection, name):
            connection.execute(script("control.sql"))
            set_password(connection, CONTROL, server.password(CONTROL))
            # Named only when complete: a crash in between leaves no ledger open to others.
            unfinished = f"{name}_unfinished"
            _drop(connection, unfinished)
            _create(connection, unfinished, owner=CONTROL, template="template0")
            connection.execute(_sql("revoke all on database {} from public", unfinished))
            connection.execute(_sql("alter database {} rename to {}", unfinished, name))
    return server.url(name, CONTROL)


def create_supabase_database(server: Cluster, name: str) -> str:
    """Make a database like a new hosted project, unless it is there; return its URL for role `postgres`."""
    with maintenance(server) as connection:
        if not _exists(connection, name):
            template = supabase_template(server, connection)
            _create(connection, name, owner=MIGRATOR, template=template)
            # The hosted service stops statements after two minutes. A template does not pass this on.
            connection.execute(_sql("alter database {} set statement_timeout = '2min'", name))
    return server.url(name, MIGRATOR)


def drop_database(server: Cluster, name: str) -> None:
    """Remove a database with its connections, if it is there."""
    with maintenance(server) as connection:
        _drop(connection, name)


def supabase_template(server: Cluster, connection: psycopg.Connection, *more_roles: str) -> str:
    """Return the template of this version of the environment; build it the first time.

    `more_roles` names further scripts about roles. The connection is one for `maintenance`.
    """
    of_roles, of_objects = ENVIRONMENT_SCRIPTS
    roles, objects = b"".join(map(script, (of_roles, *more_roles))), script(of_objects)
    name = f"supabase_{hashlib.sha256(roles + objects).hexdigest()[:12]}"
    if _exists(connection, name):
        return name
    connection.execute(roles)
    set_password(connection, MIGRATOR, server.password(MIGRATOR))
    unfinished = f"{name}_unfinished"
    _drop(connection, unfinished)
    _create(connection, unfinished, owner=MIGRATOR, template="template0")
    with connect(server, unfinished) as inside:
        inside.execute(objects)
    connection.execute(_sql("alter database {} with allow_connections false", unfinished))
    connection.execute(_sql("alter database {} rename to {}", unfinished, name))
    return name


@contextmanager
def maintenance(server: Cluster, database: str = "postgres") -> Iterator[psycopg.Connection]:
    """Connect as the superuser and wait for our turn."""
    with connect(server, database) as connection:
        connection.execute(script("take_turn.sql"))
        yield connection


def connect(server: Cluster, database: str) -> psycopg.Connection:
    """Connect as the superuser, in autocommit."""
    return psycopg.connect(
        server.url(database, SUPERUSER), autocommit=True, connect_timeout=_CONNECT_SECONDS, options=_LIMITS
    )


def _exists(connection: psycopg.Connection, database: str) -> bool:
    found = connection.execute(script("database_exists.sql"), {"name": database})
    return found.fetchone() is not None


def _create(connection: psycopg.Connection, name: str, *, owner: str, template: str) -> None:
    statement = "create database {} with owner {} template {} strategy file_copy"
    connection.execute(_sql(statement, name, owner, template))


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(_sql("drop database if exists {} with (force)", name))


def set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    """Set a password without telling the server what it is."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("alter role {} with password {}").format(sql.Identifier(role), sql.Literal(verifier))
    connection.execute(statement)


def _sql(statement: str, *identifiers: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, identifiers))


def script(name: str) -> bytes:
    """Read one of our files of SQL."""
    return (_SQL / name).read_bytes()
