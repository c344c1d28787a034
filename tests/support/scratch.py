"""The session's PostgreSQL as a scratch server: the cheapest one for tests that need no roles of its own."""

import hashlib
import secrets
from urllib.parse import quote

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres.scratch.server import SUPERUSER
from orchestrator.embedded import databases, extensions
from orchestrator.embedded.postgres import Postgres
from orchestrator.embedded.scratch.cluster import stand_ins


class TestServer:
    """The protocol Server, on a cluster that tests have anyway."""

    __test__ = False

    #: whatever else this cluster is used for begins there
    maintenance = "postgres"
    #: tests have their targets on it
    is_ours = True

    def __init__(self, postgres: Postgres, passwords: dict[str, str] | None = None) -> None:
        """Keep the passwords of roles that can connect already."""
        self._postgres = postgres
        self._passwords = passwords if passwords is not None else {}
        self.major = int(postgres.programs.postgres_major)
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            self.stand_ins = frozenset(stand_ins(connection))
        self.digest = hashlib.sha256(extensions.digest().encode()).hexdigest()

    def url(self, database: str, role: str) -> str:
        """Return a libpq URL with the role's password."""
        if role in self._postgres.state.secrets:
            return self._postgres.url(database, role)
        login = f"{quote(role, safe='')}:{self._passwords[role]}"
        return f"postgresql://{login}@127.0.0.1:{self._postgres.port}/{quote(database, safe='')}"

    def discard(self) -> None:
        """Nothing is thrown away here: other tests have their databases on this server."""
        raise AssertionError("a rehearsal has changed what the server's databases share")

    def template(self) -> str:
        """Return the database with the Supabase-like environment."""
        with databases.maintenance(self._postgres) as connection:
            return databases.supabase_template(self._postgres, connection)

    def plain_template(self) -> str:
        """Return the database with nothing in it."""
        return "template0"

    def login(self, role: str) -> None:
        """Let a role connect."""
        if role in self._postgres.state.secrets or role in self._passwords:
            return
        self._passwords[role] = secrets.token_hex(16)
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            connection.execute(
                sql.SQL("alter role {} login password {}").format(sql.Identifier(role), self._passwords[role])
            )
