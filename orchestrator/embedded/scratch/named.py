"""A throw-away server that the operator named with service.scratch_url."""

import hashlib
import hmac
import os
from typing import Final, NoReturn
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.network import is_loopback
from orchestrator.embedded.databases import MIGRATOR, connect, script
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.scratch.cluster import stand_ins
from orchestrator.embedded.scratch.faults import explained
from orchestrator.embedded.scratch.server import MAINTENANCE, ScratchServer

_SETTING: Final = "service.scratch_url"
_WHERE: Final = f"check {_SETTING} and that server's log"
_OLDEST: Final = 15
#: who owns the copies that were made for rehearsals, as the fences in them say
COPIES_OWNER: Final = "rehearsal"
#: a row in one of these, and somebody would miss the server: a ledger, or a target under care. The column
#: says whose it is
_PRECIOUS: Final = (("bascule", "identity", "id"), ("supabase_migrations", "bascule_fence", "owner"))
#: what a URL may say about the way to its server
_OF_THE_WAY: Final = frozenset({"user", "password", "dbname"})

#: asked already, each by one process
_known: dict[tuple[int, str], "NamedScratch"] = {}


class NamedScratch(ScratchServer):
    """A throw-away server whose superuser the operator named."""

    is_ours = False

    def __init__(self, url: str) -> None:
        """Ask it who it is, and look into its databases. Raises ConfigurationError, Unavailable."""
        self._parts = urlsplit(url)
        if unquote(self._parts.username or "") != SUPERUSER:
            _refuse_user()
        with explained(_WHERE):
            with connect(self, MAINTENANCE) as connection:
                found = connection.execute(script("server_version.sql")).fetchone()
                assert found is not None
                self.major, self._version = int(found[0]), str(found[1])
                self._require_fitness(connection)
                self.stand_ins = frozenset(stand_ins(connection))
                databases = [name for (name,) in connection.execute(script("open_databases.sql"))]
            for database in databases:
                self._require_worthless(database)

    @property
    def version(self) -> str:
        """What it says itself."""
        return self._version

    def url(self, database: str, role: str) -> str:
        """Return a libpq URL with the password of the superuser, or of a role that may log in."""
        host = self._parts.netloc.rpartition("@")[2]
        way = {name: value for name, value in parse_qsl(self._parts.query) if name not in _OF_THE_WAY}
        if not is_loopback(self._parts.hostname or ""):
            way.setdefault("sslmode", "verify-full")
        user = f"{quote(role, safe='')}:{quote(self.password(role), safe='')}"
        place = (
            self._parts.scheme,
            f"{user}@{host}",
            quote(database, safe=""),
            urlencode(way, quote_via=quote),
            "",
        )
        return urlunsplit(place)

    def password(self, role: str) -> str:
        """Return the superuser's password, or the one that all others share: made of the superuser's."""
        own = unquote(self._parts.password or "")
        return own if role == SUPERUSER else hmac.digest(own.encode(), b"scratch", hashlib.sha256).hex()

    def template(self) -> str:
        """Return the name of the database with the Supabase-like environment; it is made on first use."""
        with explained(_WHERE):
            return self._make_template()

    def login(self, role: str) -> None:
        """Let an ordinary role log in; it is made when it is not there. Raises ConfigurationError."""
        with explained(_WHERE):
            self._make_login(role)

    def discard(self) -> NoReturn:
        """Say that somebody has to make the server anew: we cannot."""
        raise ConfigurationError(
            "a rehearsal changed the scratch server in a way that cannot be undone",
            code="scratch-spoilt",
            remedy=f"make the server of {_SETTING} anew, or leave that setting out",
        )

    def _require_fitness(self, connection: psycopg.Connection) -> None:
        if self.major < _OLDEST:
            raise ConfigurationError(
                f"the scratch server is PostgreSQL {self._version}",
                code="scratch-too-old",
                remedy=f"name one of version {_OLDEST} or later in {_SETTING}",
                major=self.major,
            )
        supers = {name: _is_super(connection, name) for name in (SUPERUSER, MIGRATOR)}
        if supers != {SUPERUSER: True, MIGRATOR: False}:
            _refuse_user()

    def _require_worthless(self, database: str) -> None:
        with connect(self, database) as connection:
            for schema, table, owner in _PRECIOUS:
                if _has_rows(connection, schema, table, owner):
                    raise ConfigurationError(
                        f"database {database} of the scratch server holds {schema}.{table}: "
                        "it belongs to a service or a target, and is not to be thrown away",
                        code="scratch-not-worthless",
                        remedy=f"name a server in {_SETTING} that holds nothing else",
                        database=database,
                    )


def configured(url: str) -> ScratchServer:
    """Return the throw-away server of this URL, which is for its superuser. Harmless to call often.

    Raises ConfigurationError when it is unfit, or holds a ledger or a target under care; Unavailable when it
    cannot be reached.
    """
    key = (os.getpid(), url)
    if key not in _known:
        _known[key] = NamedScratch(url)
    return _known[key]


def _has_rows(connection: psycopg.Connection, schema: str, table: str, owner: str) -> bool:
    there = connection.execute(script("relation_exists.sql"), {"name": f"{schema}.{table}"}).fetchone()
    if there is None:
        return False
    query = sql.SQL("select from {} where {}::text <> {} limit 1").format(
        sql.Identifier(schema, table), sql.Identifier(owner), sql.Literal(COPIES_OWNER)
    )
    return connection.execute(query).fetchone() is not None


def _is_super(connection: psycopg.Connection, role: str) -> bool:
    found = connection.execute(script("role.sql"), {"name": role}).fetchone()
    return found is not None and bool(found[0])


def _refuse_user() -> NoReturn:
    raise ConfigurationError(
        f"the scratch server needs a superuser called {SUPERUSER}, and a role {MIGRATOR} that is none",
        code="scratch-superuser",
        remedy=f"make its cluster with `initdb --username={SUPERUSER}` "
        f"(POSTGRES_USER={SUPERUSER} for a container), and name that user in {_SETTING}",
    )
