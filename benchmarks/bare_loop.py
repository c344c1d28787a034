"""The least that applying migrations can be: begin, the file, its row in the history, commit."""

from collections.abc import Sequence

import psycopg

#: version, name, text
File = tuple[str, str, str]

_HISTORY = """create schema if not exists supabase_migrations;
create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
"""
_RECORD = "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)"


def create_history(url: str) -> None:
    """Make the history table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_HISTORY)


def apply_all(connection: psycopg.Connection, files: Sequence[File]) -> None:
    """Apply each file in a transaction of its own: four round trips. The connection is in autocommit."""
    for version, name, sql in files:
        connection.execute("begin")
        connection.execute(sql.encode())
        connection.execute(_RECORD, [version, name, [sql]])
        connection.execute("commit")
