"""Databases in the embedded cluster: the ledger's own, and Supabase-like ones."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.embedded.postgres import SUPERUSER, Postgres

#: the ledger's database and its role
CONTROL: Final = "bascule"
#: the role that runs migrations
MIGRATOR: Final = "postgres"

_SQL = Path(__file__).parent / "sql"
_CONNECT_SECONDS = 10


def create_control_database(server: Postgres, name: str = CONTROL) -> str:
    """Make a database for a ledger, unless it is there; return its URL for role `bascule`, who owns it.

    Nobody else may connect to it, superusers excepted.
    """
    with _maintenance(server) as connection:
        if not _exists(connection, name):
            connection.execute(_script("control.sql"))
            _set_password(connection, CONTROL, server.state.secrets[CONTROL])
            # Named only when complete: a crash in between leaves no ledger open to others.
            unfinished = f"{name}_unfinished"
            _drop(connection, unfinished)
            _create(connection, unfinished, owner=CONTROL, template="template0")
            connection.execute(_sql("revoke all on database {} from public", unfinished))
            connection.execute(_sql("alter database {} rename to {}", unfinished, name))
    return server.url(name, CONTROL)


def create_supabase_database(server: Postgres, name: str) -> str:
    """Make a database like a new hosted project, unless it is there; return its URL for role `postgres`."""
    with _maintenance(server) as connection:
        if not _exists(connection, name):
            template = _supabase_template(server, connection)
            _create(connection, name, owner=MIGRATOR, template=template)
            # The hosted service stops statements after two minutes. A template does not pass this on.
            connection.execute(_sql("alter database {} set statement_timeout = '2min'", name))
    return server.url(name, MIGRATOR)


def drop_database(server: Postgres, name: str) -> None:
    """Remove a database with its connections, if it is there."""
    with _maintenance(server) as connection:
        _drop(connection, name)


def _supabase_template(server: Postgres, connection: psycopg.Connection) -> str:
    """Return the template of this version of the environment; build it the first time."""
    roles, objects = _script("supabase_roles.sql"), _script("supabase.sql")
    name = f"supabase_{hashlib.sha256(roles + objects).hexdigest()[:12]}"
    if _exists(connection, name):
        return name
    connection.execute(roles)
    _set_password(connection, MIGRATOR, server.state.secrets[MIGRATOR])
    unfinished = f"{name}_unfinished"
    _drop(connection, unfinished)
    _create(connection, unfinished, owner=MIGRATOR, template="template0")
    with _connect(server, unfinished) as inside:
        inside.execute(objects)
    connection.execute(_sql("alter database {} with allow_connections false", unfinished))
    connection.execute(_sql("alter database {} rename to {}", unfinished, name))
    return name


@contextmanager
def _maintenance(server: Postgres) -> Iterator[psycopg.Connection]:
    """Connect as the superuser and wait for our turn."""
    with _connect(server, "postgres") as connection:
        connection.execute(_script("take_turn.sql"))
        yield connection


def _connect(server: Postgres, database: str) -> psycopg.Connection:
    return psycopg.connect(server.url(database, SUPERUSER), autocommit=True, connect_timeout=_CONNECT_SECONDS)


def _exists(connection: psycopg.Connection, database: str) -> bool:
    found = connection.execute(_script("database_exists.sql"), {"name": database})
    return found.fetchone() is not None


def _create(connection: psycopg.Connection, name: str, *, owner: str, template: str) -> None:
    statement = "create database {} with owner {} template {} strategy file_copy"
    connection.execute(_sql(statement, name, owner, template))


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(_sql("drop database if exists {} with (force)", name))


def _set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    """Set a password without telling the server what it is."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("alter role {} with password {}").format(sql.Identifier(role), sql.Literal(verifier))
    connection.execute(statement)


def _sql(statement: str, *identifiers: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, identifiers))


def _script(name: str) -> bytes:
    return (_SQL / name).read_bytes()
